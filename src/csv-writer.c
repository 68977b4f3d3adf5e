/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <csv.h>

#include "csv-writer.h"
#include "macro.h"

/* Where a reader may see a cell begin: one that divides at semicolons or tabs sees some within ours, whose
 * quotation marks mean nothing in the middle of its own. Line breaks then end its rows. */
static bool may_begin(const char *cell, const char *at) {
        return at == cell || strchr(";\t\r\n", at[-1]);
}

/* What has an apostrophe already gets one, too, as a reader takes one away. It also takes away quotation
 * marks, and some take away blanks. */
static bool is_formula(const char *text) {
        text += strspn(text, "'\" \v\f");
        return *text && strchr("=+-@\t\r", *text);
}

static int make_harmless(const char *cell, char **ret) {
        char *text = malloc(2 * strlen(cell) + 1), *to = text;

        if (!text)
                return -ENOMEM;
        for (const char *from = cell; *from; from++) {
                if (may_begin(cell, from) && is_formula(from))
                        *to++ = '\'';
                *to++ = *from;
        }
        *to = '\0';
        *ret = text;
        return 0;
}

/* Readers differ in what a cell without quotes may be: some divide at semicolons or tabs, take white
 * space at its ends away, or pass over a line that is one empty cell. */
static bool needs_quotes(const char *cell) {
        size_t n = strlen(cell);

        return n == 0 || strpbrk(cell, ",;\t\"'\r\n\v\f") || *cell == ' ' || cell[n - 1] == ' ';
}

static int write_cell(FILE *file, const char *cell, bool raw) {
        _cleanup_free_ char *text = NULL;

        if (!raw) {
                if (make_harmless(cell, &text) < 0)
                        return -ENOMEM;
                cell = text;
        }
        errno = 0; /* libcsv tells that it failed, not why */
        if (!needs_quotes(cell))
                return fputs(cell, file) < 0 ? -(errno ?: EIO) : 0;
        return csv_fwrite(file, cell, strlen(cell)) != 0 ? -(errno ?: EIO) : 0;
}

void csv_cell_restore(char *cell) {
        char *to = cell;

        for (const char *from = cell; *from; from++)
                if (*from != '\'' || !may_begin(cell, from) || !is_formula(from))
                        *to++ = *from;
        *to = '\0';
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
