/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include <csv.h>

#include "csv-writer.h"
#include "fixture.h"
#include "strv.h"

/* What somebody could call a job to break a file. */
static const char *const hostile[] = {
        "plain",
        "two words",
        "",
        " ",
        " leading and trailing ",
        "comma, semicolon; tab\tpipe|",
        "\"quoted\"",
        "\"",
        "\"\"\"",
        "'",
        "a\nb",
        "a\r\nb\r\n",
        "\n",
        "\r\n\"\r\n,",
        "\\\",\\n",
        "grüße ✓ 漢字 \xf0\x9f\x92\xbe",
        "\x01\x1b[31m\x7f",
        "1,5",
        "N/A",
        "x;=1+1;y",
        "x; =1",
        "x;\"=1+1",
        ";\"\" '=1",
        "a\t=1\tb",
        "a\n-1",
        "a\r\n@b",
        ";",
        "';'=1",
        "'';''=1;",
        " =1",
        "\t\t+1",
        ";\t;=",
        "1;'-;2",
};

static char *write_row(char *const *cells, bool raw) {
        char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        assert_non_null(file);
        assert_int_equal(csv_write_row(file, cells, raw), 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(strlen(text), size);
        return text;
}

static void assert_row(const char *cell, bool raw, const char *expected) {
        char *cells[] = { (char *) cell, NULL };
        _cleanup_free_ char *text = write_row(cells, raw);

        assert_string_equal(text, expected);
}

typedef struct Rows {
        char **cells;
        size_t n_rows;
} Rows;

static void on_cell(void *text, size_t size, void *userdata) {
        Rows *rows = userdata;

        assert_int_equal(strlen(text), size);
        assert_int_equal(strv_extend(&rows->cells, text), 0);
}

static void on_row(int c, void *userdata) {
        ((Rows *) userdata)->n_rows++;
}

static void parse(const char *text, Rows *rows) {
        struct csv_parser parser;

        assert_int_equal(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL), 0);
        /* By 128 bytes at a time, a sanitizer copies a long cell for half a minute. */
        csv_set_blk_size(&parser, 64 * 1024);
        assert_int_equal(csv_parse(&parser, text, strlen(text), on_cell, on_row, rows), strlen(text));
        assert_int_equal(csv_fini(&parser, on_cell, on_row, rows), 0);
        csv_free(&parser);
}

static void test_everything_comes_back(void **state) {
        _cleanup_strv_free_ char **cells = NULL;
        _cleanup_free_ char *text = NULL;
        Rows rows = {};

        for (size_t i = 0; i < ELEMENTSOF(hostile); i++)
                assert_int_equal(strv_extend(&cells, hostile[i]), 0);
        text = write_row(cells, true);
        parse(text, &rows);
        assert_int_equal(rows.n_rows, 1);
        assert_int_equal(strv_length(rows.cells), ELEMENTSOF(hostile));
        for (size_t i = 0; i < ELEMENTSOF(hostile); i++)
                assert_string_equal(rows.cells[i], hostile[i]);
        strv_free(rows.cells);
}

static void test_a_long_cell_comes_back(void **state) {
        _cleanup_free_ char *cell = malloc(1000001), *text = NULL;
        Rows rows = {};

        assert_non_null(cell);
        memset(cell, '"', 1000000);
        cell[1000000] = '\0';
        text = write_row((char *[]){ cell, NULL }, true);
        parse(text, &rows);
        assert_int_equal(rows.n_rows, 1);
        assert_string_equal(rows.cells[0], cell);
        strv_free(rows.cells);
}

static void test_rows_are_rfc_4180(void **state) {
        char *cells[] = { (char *) "startDate", (char *) "a b", (char *) "a\"b", (char *) "", NULL };
        _cleanup_free_ char *text = write_row(cells, false);

        assert_string_equal(text, "startDate,a b,\"a\"\"b\",\"\"\r\n");
}

static void test_formulas_are_made_harmless(void **state) {
        assert_row("=1+1", false, "\"'=1+1\"\r\n");
        assert_row("+1", false, "\"'+1\"\r\n");
        assert_row("-1", false, "\"'-1\"\r\n");
        assert_row("@SUM(A1)", false, "\"'@SUM(A1)\"\r\n");
        assert_row("\t=1", false, "\"'\t'=1\"\r\n");
        assert_row("\r=1", false, "\"'\r'=1\"\r\n");
        assert_row("=cmd|'/C calc'!A0", false, "\"'=cmd|'/C calc'!A0\"\r\n");
}

static void test_formulas_of_readers_that_divide_otherwise_are_made_harmless(void **state) {
        assert_row("x;=1+1;y", false, "\"x;'=1+1;y\"\r\n");
        assert_row("x; =1", false, "\"x;' =1\"\r\n");
        assert_row("x;\"=1", false, "\"x;'\"\"=1\"\r\n");
        assert_row("x;'=1", false, "\"x;''=1\"\r\n");
        assert_row("x\t@y", false, "\"x\t'@y\"\r\n");
        assert_row("x\n+1", false, "\"x\n'+1\"\r\n");
        assert_row(" -1", false, "\"' -1\"\r\n");
        assert_row("\"=1", false, "\"'\"\"=1\"\r\n");
}

static void test_what_was_made_harmless_is_found_again(void **state) {
        static const char *const samples[] = { "=1", "'=1", "''=1", "'", "''", "-", "'a", "a", "", "=", "\t",
                "'\r" };
        _cleanup_strv_free_ char **cells = NULL;
        _cleanup_free_ char *text = NULL;
        Rows rows = {};

        for (size_t i = 0; i < ELEMENTSOF(samples); i++)
                assert_int_equal(strv_extend(&cells, samples[i]), 0);
        for (size_t i = 0; i < ELEMENTSOF(hostile); i++)
                assert_int_equal(strv_extend(&cells, hostile[i]), 0);
        text = write_row(cells, false);
        parse(text, &rows);
        for (size_t i = 0; cells[i]; i++) {
                csv_cell_restore(rows.cells[i]);
                assert_string_equal(rows.cells[i], cells[i]);
        }
        strv_free(rows.cells);
}

/* Of a reader that is lenient, and takes white space away. */
static void assert_no_formula(void *text, size_t size, void *userdata) {
        const char *cell = text;

        cell += strspn(cell, " \t\r\n\v\f\"");
        assert_true(!*cell || !strchr("=+-@", *cell));
}

static void test_no_divider_brings_a_formula(void **state) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        assert_non_null(file);
        for (size_t i = 0; i < ELEMENTSOF(hostile); i++)
                for (size_t k = 0; k < ELEMENTSOF(hostile); k++)
                        assert_int_equal(csv_write_row(file,
                                                         (char *[]){ (char *) hostile[i],
                                                                         (char *) hostile[k], NULL },
                                                         false),
                                        0);
        assert_int_equal(fclose(file), 0);
        for (const char *divider = ",;\t"; *divider; divider++) {
                struct csv_parser parser;

                assert_int_equal(csv_init(&parser, CSV_APPEND_NULL), 0);
                csv_set_delim(&parser, (unsigned char) *divider);
                assert_int_equal(csv_parse(&parser, text, size, assert_no_formula, NULL, NULL), size);
                assert_int_equal(csv_fini(&parser, assert_no_formula, NULL, NULL), 0);
                csv_free(&parser);
        }
}

static void test_formulas_stay_in_raw_files(void **state) {
        assert_row("=1+1", true, "=1+1\r\n");
        assert_row("-1", true, "-1\r\n");
        assert_row("\t=1", true, "\"\t=1\"\r\n");
}

static void test_what_is_no_formula_stays(void **state) {
        assert_row("a=1", false, "a=1\r\n");
        assert_row("1-1", false, "1-1\r\n");
        assert_row("2026-11-24T10:00:00+01:00", false, "2026-11-24T10:00:00+01:00\r\n");
        assert_row("user@example.org", false, "user@example.org\r\n");
        assert_row("a; b", false, "\"a; b\"\r\n");
        assert_row("a,=b", false, "\"a,=b\"\r\n");
        assert_row("a -b", false, "a -b\r\n");
}

static void test_a_full_disk_is_told(void **state) {
        char *cells[] = { (char *) "a\"b", NULL };
        FILE *file = fopen("/dev/full", "we");

        assert_non_null(file);
        setbuf(file, NULL);
        assert_int_equal(csv_write_row(file, cells, false), -ENOSPC);
        assert_int_equal(fclose(file), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_everything_comes_back),
                cmocka_unit_test(test_a_long_cell_comes_back),
                cmocka_unit_test(test_rows_are_rfc_4180),
                cmocka_unit_test(test_formulas_are_made_harmless),
                cmocka_unit_test(test_formulas_of_readers_that_divide_otherwise_are_made_harmless),
                cmocka_unit_test(test_what_was_made_harmless_is_found_again),
                cmocka_unit_test(test_no_divider_brings_a_formula),
                cmocka_unit_test(test_formulas_stay_in_raw_files),
                cmocka_unit_test(test_what_is_no_formula_stays),
                cmocka_unit_test(test_a_full_disk_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
