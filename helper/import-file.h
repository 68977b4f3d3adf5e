/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file that is to be imported: its rows, and what is wrong with it. A row that is refused is reported with its
 * line, and the others are taken. What is wrong with the file as a whole is its mistake: then nothing of it is
 * taken. */

#include <stdio.h>

#include "import-row.h"

/* So much, and no more, is kept in memory. */
#define IMPORT_BYTES_MAX (UINT64_C(1024) * 1024 * 1024)
#define IMPORT_ROWS_MAX 1000000U
#define IMPORT_CELL_BYTES_MAX ((size_t) 64 * 1024)
#define IMPORT_LINE_BYTES_MAX ((size_t) 1024 * 1024) /* of JSON */

typedef struct ImportRow {
        Job *job;
        uint64_t line;
        size_t n_there; /* of the first of equal rows: how many the history has of them */
} ImportRow;

typedef struct ImportFile {
        FILE *report; /* "LINE: why" for each row that is refused */
        uint64_t now_usec;
        ImportRow *rows;
        size_t n_rows, n_allocated;
        uint64_t n_read, n_refused;
        char *mistake;

        /* the row that is being read */
        Job *job;
        uint64_t line;
        char *why; /* it is refused */
} ImportFile;

void import_file_done(ImportFile *file);

/* It has a mistake: -EINVAL. */
int import_file_fail(ImportFile *file, uint64_t line, const char *format, ...) _printf_(3, 4);

/* A row: begun, set cell by cell, and ended. What is refused goes on to be read. */
int import_row_begin(ImportFile *file, uint64_t line);
int import_row_set(ImportFile *file, const ImportColumn *column, const char *text);
int import_row_refuse(ImportFile *file, const char *format, ...) _printf_(2, 3);
int import_row_end(ImportFile *file);
