/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <time.h>

#include "fixture.h"
#include "job-json.h"
#include "sheet-cell.h"

static SheetCell read_cell(const char *title, const char *json) {
        _cleanup_(json_object_putp) struct json_object *value = json_tokener_parse(json);
        SheetColumn column = sheet_column(title);
        SheetCell cell;

        assert_int_equal(sheet_cell_read(&column, value, &cell), 0);
        return cell;
}

static void assert_text(const char *title, const char *json, const char *expected) {
        _cleanup_(sheet_cell_done) SheetCell cell = read_cell(title, json);

        assert_int_equal(cell.kind, SHEET_TEXT);
        assert_string_equal(cell.text, expected);
        assert_false(cell.is_cut);
}

static void assert_number(const char *title, const char *json, SheetCellKind kind, double expected) {
        SheetCell cell = read_cell(title, json);

        assert_int_equal(cell.kind, kind);
        assert_true(cell.number == expected);
}

static void test_texts_are_as_they_are(void **state) {
        assert_text("jobName", "\"=1+1\"", "=1+1");
        assert_text("jobName", "\"'a\"", "'a");
        assert_text("jobName", "\"http://example.org\"", "http://example.org");
        assert_text("jobName", "\"0012\"", "0012");
        assert_text("jobName", "\"\"", "");
        assert_text("jobName", "\"gr\u00fc\u00dfe \\ud83d\\udcbe\"", "gr\u00fc\u00dfe \U0001f4be");
        assert_text("command", "[\"/bin/sh\", \"-c\"]", "[\"/bin/sh\",\"-c\"]");
}

static void test_what_the_file_would_change_is_escaped(void **state) {
        assert_text("jobName", "\"_x001B_\"", "_x005F_x001B_");
        assert_text("jobName", "\"a_x00e4_x00E4_\"", "a_x005F_x00e4_x005F_x00E4_");
        assert_text("jobName", "\"_x001_ _xyz_ __\"", "_x001_ _xyz_ __");
        assert_text("jobName",
                        "\"a\xef\xbf\xbf"
                        "b\xef\xbf\xbe\"",
                        "a\xef\xbf\xbd"
                        "b\xef\xbf\xbd");
}

static void assert_cut(const char *character, size_t n_given, size_t n_kept) {
        size_t size = strlen(character);
        _cleanup_free_ char *text = malloc(n_given * size + 1);
        _cleanup_(json_object_putp) struct json_object *value = NULL;
        _cleanup_(sheet_cell_done) SheetCell cell = {};
        SheetColumn column = sheet_column("jobInfo");

        assert_non_null(text);
        for (size_t i = 0; i < n_given; i++)
                memcpy(text + i * size, character, size);
        text[n_given * size] = '\0';
        value = json_object_new_string(text);
        assert_int_equal(sheet_cell_read(&column, value, &cell), 0);
        assert_int_equal(cell.is_cut, n_kept < n_given);
        assert_int_equal(strlen(cell.text), n_kept * size);
        assert_memory_equal(cell.text, text, n_kept * size);
}

static void test_long_texts_are_cut_between_characters(void **state) {
        assert_cut("x", SHEET_CELL_CHARACTERS_MAX, SHEET_CELL_CHARACTERS_MAX);
        assert_cut("x", 100000, SHEET_CELL_CHARACTERS_MAX);
        assert_cut("\u00e4", 40000, SHEET_CELL_CHARACTERS_MAX);
        assert_cut("\u6f22", 40000, SHEET_CELL_CHARACTERS_MAX);
        assert_cut("\U0001f4be", 40000, SHEET_CELL_CHARACTERS_MAX / 2);
}

static void test_numbers_are_numbers(void **state) {
        assert_number("id", "12", SHEET_WHOLE_NUMBER, 12);
        assert_number("nice", "-5", SHEET_WHOLE_NUMBER, -5);
        assert_number("memory_peak", "999999999999999", SHEET_WHOLE_NUMBER, 999999999999999);
        assert_number("progress", "0.25", SHEET_FRACTION, 0.25);
        assert_text("memory_peak", "1000000000000001", "1000000000000001");
        assert_text("memory_max", "18446744073709551615", "18446744073709551615");
}

static void test_dates_are_in_local_time(void **state) {
        /* 2025-11-24 15:00:00 UTC */
        assert_number("startDate", "1763996400000000", SHEET_DATE, 45985.75);
        assert_number("finished", "1763996400999999", SHEET_DATE, 45985.75);
        assert_text("endDate", "253402300800000000", "253402300800000000");
}

static void test_what_is_not_known_is_empty(void **state) {
        assert_number("endDate", "null", SHEET_EMPTY, 0);
        assert_number("exit_status", "null", SHEET_EMPTY, 0);
}

static void test_columns_have_room(void **state) {
        SheetColumn column = sheet_column("a_title_that_is_not_known");

        assert_string_equal(column.key, "a_title_that_is_not_known");
        assert_true(column.width > (double) strlen(column.title));
        for (char *const *title = sheet_default_titles; *title; title++)
                assert_string_equal(sheet_column(*title).title, *title);
        assert_string_equal(sheet_column("startDate").key, "submitted");
        assert_true(sheet_column("imported").is_time);
        assert_false(sheet_column("timeout").is_time);
}

static int set_zone(void **state) {
        (void) setenv("TZ", "XYZ-3", true);
        tzset();
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_texts_are_as_they_are),
                cmocka_unit_test(test_what_the_file_would_change_is_escaped),
                cmocka_unit_test(test_long_texts_are_cut_between_characters),
                cmocka_unit_test(test_numbers_are_numbers),
                cmocka_unit_test(test_dates_are_in_local_time),
                cmocka_unit_test(test_what_is_not_known_is_empty),
                cmocka_unit_test(test_columns_have_room),
        };

        return cmocka_run_group_tests(tests, set_zone, NULL);
}
