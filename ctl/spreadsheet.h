/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A table as an Excel workbook, by libxlsxwriter in the mode that needs no more memory for more rows.
 * Nothing here reports. */

#include <stdint.h>

#include <json-c/json.h>

#include "macro.h"

/* With the title. */
#define SHEET_ROWS_MAX 1048576U

typedef struct Spreadsheet Spreadsheet;

/* The path is that of a file that can be sought in, written by spreadsheet_close(); what comes before is in
 * nameless files in the folder. What does not fit a sheet of so many rows goes on in a further one. */
int spreadsheet_new(const char *path, const char *folder, char *const *titles, uint32_t n_rows_max,
                Spreadsheet **ret);
int spreadsheet_add(Spreadsheet *spreadsheet, struct json_object *row);
/* Nothing can be added afterwards. */
int spreadsheet_close(Spreadsheet *spreadsheet);
/* How many cells had more text than a cell takes. */
uint64_t spreadsheet_n_cut(const Spreadsheet *spreadsheet);
/* Without a spreadsheet_close(), nothing is written. */
Spreadsheet *spreadsheet_free(Spreadsheet *spreadsheet);
DEFINE_CLEANUP(Spreadsheet, spreadsheet_free);
