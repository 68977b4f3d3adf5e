/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CSV by libcsv, in its strict mode: what RFC 4180 has no meaning for is a mistake and not a guess. */

#include <errno.h>
#include <string.h>

#include <csv.h>

#include "csv-writer.h"
#include "export-query.h"
#include "import-format.h"
#include "parse.h"

/* What a cell grows by while its end is not seen. */
#define GROWTH_BYTES 4096U

typedef struct CsvParser {
        ImportFile *file;
        struct csv_parser csv;
        const ImportColumn *columns[EXPORT_COLUMNS_MAX]; /* NULL: not imported */
        size_t n_columns, n_cells;
        bool has_title, in_row;
        uint64_t line; /* where the row begins */
        int error;
} CsvParser;

static bool has_column(const CsvParser *parser, const ImportColumn *column) {
        for (size_t i = 0; i < parser->n_columns; i++)
                if (parser->columns[i] == column)
                        return true;
        return false;
}

static int add_column(CsvParser *parser, const char *name) {
        const ImportColumn *column;

        if (parser->n_columns >= EXPORT_COLUMNS_MAX)
                return import_file_fail(parser->file, parser->line, "a file has at most %u columns",
                                EXPORT_COLUMNS_MAX);
        if (import_column_find(name, &column) < 0)
                return import_file_fail(parser->file, parser->line,
                                "the title names the column \"" QUOTE "\", which no export has",
                                QUOTED(name));
        if (column && has_column(parser, column))
                return import_file_fail(
                                parser->file, parser->line, "the title names the column %s twice", name);
        parser->columns[parser->n_columns++] = column;
        return 0;
}

static int end_title(CsvParser *parser) {
        static const char *const required[] = { "startDate", "endDate", "jobName", "jobStatus", "jobInfo",
                "jobUser" };

        for (size_t i = 0; i < ELEMENTSOF(required); i++) {
                const ImportColumn *column;

                if (import_column_find(required[i], &column) < 0 || !has_column(parser, column))
                        return import_file_fail(parser->file, parser->line, "the title lacks the column %s",
                                        required[i]);
        }
        parser->has_title = true;
        return 0;
}

static int add_cell(CsvParser *parser, char *text) {
        const ImportColumn *column =
                        parser->n_cells < parser->n_columns ? parser->columns[parser->n_cells] : NULL;
        int r = parser->n_cells == 0 ? import_row_begin(parser->file, parser->line) : 0;

        csv_cell_restore(text);
        if (r >= 0 && column)
                r = import_row_set(parser->file, column, text);
        parser->n_cells++;
        return r;
}

static int end_row(CsvParser *parser) {
        int r = 0;

        if (parser->n_cells != parser->n_columns)
                r = import_row_refuse(parser->file, "it has %zu cell%s, and the title %zu", parser->n_cells,
                                parser->n_cells == 1 ? "" : "s", parser->n_columns);
        parser->n_cells = 0;
        return r < 0 ? r : import_row_end(parser->file);
}

static int fail_long_cell(CsvParser *parser) {
        return import_file_fail(parser->file, parser->line,
                        "a cell has more than %zu bytes. Is a quotation mark not closed?",
                        IMPORT_CELL_BYTES_MAX);
}

/* libcsv calls back for what is left of a piece, whatever was wrong before. */
static void on_cell(void *text, size_t size, void *userdata) {
        CsvParser *parser = userdata;

        if (parser->error < 0)
                return;
        if (size > IMPORT_CELL_BYTES_MAX)
                parser->error = fail_long_cell(parser);
        else if (!utf8_is_valid(text))
                parser->error = import_file_fail(parser->file, parser->line, "a cell is not UTF-8 text");
        else
                parser->error = parser->has_title ? add_cell(parser, text) : add_column(parser, text);
}

static void on_row(int c, void *userdata) {
        CsvParser *parser = userdata;

        parser->in_row = false;
        if (parser->error >= 0)
                parser->error = parser->has_title ? end_row(parser) : end_title(parser);
}

static void *csv_new(ImportFile *file) {
        CsvParser *parser = calloc(1, sizeof(CsvParser));

        if (!parser)
                return NULL;
        if (csv_init(&parser->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
                free(parser);
                return NULL;
        }
        csv_set_blk_size(&parser->csv, GROWTH_BYTES);
        parser->file = file;
        return parser;
}

static void parser_free(void *p) {
        CsvParser *parser = p;

        csv_free(&parser->csv);
        free(parser);
}

/* An empty line is no row. */
static bool is_blank(const char *piece, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (!strchr(" \t\r\n", piece[i]))
                        return false;
        return true;
}

static int fail_parse(CsvParser *parser, uint64_t line) {
        if (csv_error(&parser->csv) == CSV_ENOMEM)
                return -ENOMEM;
        return import_file_fail(parser->file, line,
                        "a quotation mark is in the middle of a cell: a cell with some has one more at each "
                        "end, and its"
                        " own doubled");
}

static int feed(void *p, const char *piece, size_t size, uint64_t line) {
        CsvParser *parser = p;

        if (!parser->in_row) {
                parser->line = line;
                parser->in_row = !is_blank(piece, size);
        }
        if (csv_parse(&parser->csv, piece, size, on_cell, on_row, parser) != size && parser->error >= 0)
                parser->error = fail_parse(parser, line);
        if (parser->error >= 0 && csv_get_buffer_size(&parser->csv) > IMPORT_CELL_BYTES_MAX + GROWTH_BYTES)
                parser->error = fail_long_cell(parser); /* whose end has not been seen yet */
        return parser->error;
}

static int end(void *p) {
        CsvParser *parser = p;

        if (csv_fini(&parser->csv, on_cell, on_row, parser) != 0 && parser->error >= 0)
                return import_file_fail(
                                parser->file, parser->line, "a quotation mark is opened, and never closed");
        if (parser->error >= 0 && !parser->has_title)
                return import_file_fail(parser->file, 1, "there is no title with the names of the columns");
        return parser->error;
}

const ImportFormat import_csv = { csv_new, feed, end, parser_free };
