/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A table on standard output, as wide as the terminal, with colours if it has them. libsmartcols
 * does the work: it also masks what a job's name could do to a terminal. */

#include <stddef.h>

#include "arguments.h"
#include "macro.h"
#include "terminal.h"

typedef struct Table Table;

typedef enum ColumnFlags {
        COLUMN_RIGHT = 1 << 0,
        COLUMN_TRUNCATE = 1 << 1, /* gives way when the terminal is narrow */
} ColumnFlags;

typedef struct Column {
        const char *title;
        ColumnFlags flags;
} Column;

int table_new(const Terminal *terminal, const Column *columns, size_t n_columns, Table **ret);
Table *table_free(Table *table);
DEFINE_CLEANUP(Table, table_free);

void table_hide_titles(Table *table);
/* As many texts as columns; each is copied. */
int table_add_row(Table *table, const char *const *texts);
/* Of the row that was added last. */
int table_set_colour(Table *table, size_t column, Colour colour);
size_t table_length(const Table *table);
/* Prints the rows and takes them out: what follows is a further part, without titles. */
int table_flush(Table *table);
