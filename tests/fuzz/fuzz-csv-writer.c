/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CSV: rows of any cells, written and read by libcsv in its strict mode, are the same rows; and unless raw,
 * no cell begins as a formula, wherever a reader divides, and each can be told from what it was before. */

#include <stdio.h>
#include <string.h>

#include <csv.h>

#include "csv-writer.h"
#include "fuzz.h"
#include "strv.h"

#define CELLS_MAX 8U

static char *write_rows(char *const *cells, size_t n_columns, bool raw, size_t *ret_size) {
        char *text = NULL;
        FILE *file = open_memstream(&text, ret_size);

        CHECK(file);
        for (; *cells; cells += n_columns) {
                char *row[CELLS_MAX + 1] = {};

                memcpy(row, cells, n_columns * sizeof(char *));
                CHECK(csv_write_row(file, row, raw) == 0);
        }
        CHECK(fclose(file) == 0);
        return text;
}

typedef struct Reading {
        char *const *next; /* the cell that is expected */
        size_t n_rows;
        bool raw;
} Reading;

static void on_cell(void *text, size_t size, void *userdata) {
        Reading *reading = userdata;
        const char *expected = *reading->next++;
        char *cell = text;

        CHECK(expected && strlen(cell) == size);
        if (!reading->raw) {
                CHECK(!*cell || !strchr("=+-@\t\r", *cell));
                csv_cell_restore(cell);
        }
        CHECK(strcmp(cell, expected) == 0);
}

static void on_row(int c, void *userdata) {
        ((Reading *) userdata)->n_rows++;
}

/* White space may be taken away. */
static void on_divided_cell(void *text, size_t size, void *userdata) {
        const char *cell = text;

        cell += strspn(cell, " \t\r\n\v\f\"");
        CHECK(!*cell || !strchr("=+-@", *cell));
}

static void check_divided(const char *text, size_t size, char divider) {
        struct csv_parser parser;

        CHECK(csv_init(&parser, CSV_APPEND_NULL) == 0);
        csv_set_delim(&parser, (unsigned char) divider);
        CHECK(csv_parse(&parser, text, size, on_divided_cell, NULL, NULL) == size);
        CHECK(csv_fini(&parser, on_divided_cell, NULL, NULL) == 0);
        csv_free(&parser);
}

static void check_rows(char *const *cells, size_t n_columns, bool raw) {
        struct csv_parser parser;
        Reading reading = { .next = cells, .raw = raw };
        _cleanup_free_ char *text = NULL;
        size_t size;

        text = write_rows(cells, n_columns, raw, &size);
        CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) == 0);
        CHECK(csv_parse(&parser, text, size, on_cell, on_row, &reading) == size);
        CHECK(csv_fini(&parser, on_cell, on_row, &reading) == 0);
        csv_free(&parser);
        CHECK(!*reading.next && reading.n_rows * n_columns == strv_length(cells));
        for (const char *divider = ",;\t"; !raw && *divider; divider++)
                check_divided(text, size, *divider);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        size_t n_columns = 1 + input_byte(&input) % CELLS_MAX;
        _cleanup_strv_free_ char **cells = input_texts(&input, SIZE_MAX);

        while (strv_length(cells) % n_columns != 0)
                CHECK(strv_extend(&cells, "") >= 0);
        check_rows(cells, n_columns, false);
        check_rows(cells, n_columns, true);
        return 0;
}
