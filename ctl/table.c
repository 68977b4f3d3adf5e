/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include <libsmartcols/libsmartcols.h>

#include "table.h"

struct Table {
        struct libscols_table *table;
        struct libscols_line *last_line;
        const Terminal *terminal;
        size_t n_columns;
        size_t n_lines;
};

static int table_add_columns(Table *table, const Column *columns, size_t n_columns) {
        for (size_t i = 0; i < n_columns; i++) {
                int flags = 0;

                if (columns[i].flags & COLUMN_RIGHT)
                        flags |= SCOLS_FL_RIGHT;
                if (columns[i].flags & COLUMN_TRUNCATE)
                        flags |= SCOLS_FL_TRUNC;
                if (!scols_table_new_column(table->table, columns[i].title, 0, flags))
                        return -ENOMEM;
        }
        return 0;
}

/* The library would look at standard output, which may be a pager's pipe by now. */
static int table_fit_terminal(Table *table) {
        const Terminal *terminal = table->terminal;
        int r;

        r = scols_table_enable_colors(table->table, terminal->colours);
        if (r < 0)
                return r;
        r = scols_table_set_termforce(table->table,
                        terminal->is_terminal ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
        if (r < 0)
                return r;
        return scols_table_set_termwidth(table->table, terminal->columns);
}

int table_new(const Terminal *terminal, const Column *columns, size_t n_columns, Table **ret) {
        _cleanup_(table_freep) Table *table = calloc(1, sizeof(Table));
        int r;

        if (!table)
                return -ENOMEM;
        table->terminal = terminal;
        table->n_columns = n_columns;
        table->table = scols_new_table();
        if (!table->table)
                return -ENOMEM;
        r = table_fit_terminal(table);
        if (r < 0)
                return r;
        r = table_add_columns(table, columns, n_columns);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(table);
        return 0;
}

Table *table_free(Table *table) {
        if (!table)
                return NULL;
        scols_unref_table(table->table);
        free(table);
        return NULL;
}

void table_hide_titles(Table *table) {
        (void) scols_table_enable_noheadings(table->table, true); /* fails for a NULL table only */
}

int table_add_row(Table *table, const char *const *texts) {
        struct libscols_line *line;
        int r;

        line = scols_table_new_line(table->table, NULL);
        if (!line)
                return -ENOMEM;
        for (size_t i = 0; i < table->n_columns; i++) {
                r = scols_line_set_data(line, i, texts[i]);
                if (r < 0)
                        return r;
        }
        table->last_line = line;
        table->n_lines++;
        return 0;
}

int table_set_colour(Table *table, size_t column, Colour colour) {
        static const char *const names[_COLOUR_MAX] = {
                [COLOUR_BOLD] = "bold",
                [COLOUR_GREY] = "darkgray",
                [COLOUR_RED] = "lightred",
                [COLOUR_GREEN] = "green",
                [COLOUR_YELLOW] = "yellow",
                [COLOUR_BLUE] = "blue",
        };

        if (colour == COLOUR_NONE)
                return 0;
        return scols_cell_set_color(scols_line_get_cell(table->last_line, column), names[colour]);
}

size_t table_length(const Table *table) {
        return table->n_lines;
}

int table_flush(Table *table) {
        int r;

        if (table->n_lines == 0)
                return 0;
        r = scols_print_table(table->table);
        if (r < 0)
                return r;
        scols_table_remove_lines(table->table);
        table->n_lines = 0;
        table_hide_titles(table);
        return 0;
}
