/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <csv.h>

#include "csv-writer.h"
#include "macro.h"

static bool is_formula(const char *cell) {
        cell += strspn(cell,
                        "'"); /* what has an apostrophe already gets one, too: a reader takes one away */
        return *cell && strchr("=+-@\t\r", *cell);
}

/* Readers differ in what a cell without quotes may be: some divide at semicolons or tabs, take white
 * space at its ends away, or pass over a line that is one empty cell. */
static bool needs_quotes(const char *cell) {
        size_t n = strlen(cell);

        return n == 0 || strpbrk(cell, ",;\t\"'\r\n\v\f") || *cell == ' ' || cell[n - 1] == ' ';
}

static int write_cell(FILE *file, const char *cell, bool raw) {
        _cleanup_free_ char *text = NULL;

        if (!raw && is_formula(cell)) {
                if (asprintf(&text, "'%s", cell) < 0)
                        return -ENOMEM;
                cell = text;
        }
        errno = 0; /* libcsv tells that it failed, not why */
        if (!needs_quotes(cell))
                return fputs(cell, file) < 0 ? -(errno ?: EIO) : 0;
        return csv_fwrite(file, cell, strlen(cell)) != 0 ? -(errno ?: EIO) : 0;
}

const char *csv_cell_original(const char *cell) {
        return *cell == '\'' && is_formula(cell + 1) ? cell + 1 : cell;
}

int csv_write_row(FILE *file, char *const *cells, bool raw) {
        int r;

        for (size_t i = 0; cells[i]; i++) {
                if (i > 0 && fputc(',', file) == EOF)
                        return -errno;
                r = write_cell(file, cells[i], raw);
                if (r < 0)
                        return r;
        }
        return fputs("\r\n", file) < 0 ? -errno : 0;
}
