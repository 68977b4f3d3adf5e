/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Columns and cells of a workbook: what a job's JSON is as a spreadsheet has it. Nothing here writes one;
 * -ENOMEM is all that can go wrong. */

#include <stdbool.h>

#include <json-c/json.h>

#define SHEET_CELL_CHARACTERS_MAX 32767U

typedef struct SheetColumn {
        const char *title;
        const char *key; /* of the value, in the JSON that it comes from */
        bool is_time;    /* µs since 1970 there */
        double width;    /* in characters */
} SheetColumn;

/* The titles of a workbook whose columns nobody has named; NULL-terminated. */
extern char *const sheet_default_titles[];

/* The column of this title. One that is not known may be known to jobsd. */
SheetColumn sheet_column(const char *title);

typedef enum SheetCellKind {
        SHEET_EMPTY,
        SHEET_TEXT,
        SHEET_WHOLE_NUMBER,
        SHEET_FRACTION,
        SHEET_DATE,
} SheetCellKind;

typedef struct SheetCell {
        SheetCellKind kind;
        double number; /* of a date: days, in local time */
        char *text;    /* as it stands in the file, which has escapes of its own */
        bool is_cut;   /* there was more of it than a cell takes */
} SheetCell;

int sheet_cell_read(const SheetColumn *column, struct json_object *value, SheetCell *ret);
void sheet_cell_done(SheetCell *cell);
