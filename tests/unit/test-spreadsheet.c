/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "job-json.h"
#include "spreadsheet.h"

static char *const titles[] = { (char *) "startDate", (char *) "jobName", (char *) "id", NULL };

static int add(Spreadsheet *spreadsheet, const char *json) {
        _cleanup_(json_object_putp) struct json_object *row = json_tokener_parse(json);

        assert_non_null(row);
        return spreadsheet_add(spreadsheet, row);
}

static void add_rows(Spreadsheet *spreadsheet, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                assert_int_equal(add(spreadsheet,
                                                 "{\"submitted\":1764000000000000,\"jobName\":\"=1\",\"id\":"
                                                 "1}"),
                                0);
}

/* Names in a zip file are not compressed. */
static size_t count_sheets(const char *path) {
        _cleanup_free_ char *bytes = NULL;
        char name[64];
        size_t size, n = 0;

        bytes = file_read(path, &size);
        do
                (void) snprintf(name, sizeof(name), "xl/worksheets/sheet%zu.xml", ++n);
        while (memmem(bytes, size, name, strlen(name)));
        return n - 1;
}

static void assert_sheets(unsigned n_rows, size_t n_expected) {
        _cleanup_(spreadsheet_freep) Spreadsheet *spreadsheet = NULL;
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "file.xlsx");

        assert_int_equal(spreadsheet_new(path, folder, titles, 4, &spreadsheet), 0);
        add_rows(spreadsheet, n_rows);
        assert_int_equal(folder_count(folder), 0);
        assert_int_equal(spreadsheet_close(spreadsheet), 0);
        assert_int_equal(folder_count(folder), 1);
        assert_int_equal(count_sheets(path), n_expected);
}

static void test_what_does_not_fit_a_sheet_goes_on_in_another(void **state) {
        assert_sheets(0, 1);
        assert_sheets(3, 1);
        assert_sheets(4, 2);
        assert_sheets(6, 2);
        assert_sheets(7, 3);
}

static void test_what_was_cut_is_counted(void **state) {
        _cleanup_(spreadsheet_freep) Spreadsheet *spreadsheet = NULL;
        _cleanup_(json_object_putp) struct json_object *row = json_object_new_object();
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "file.xlsx"), *text = malloc(40001);

        assert_non_null(text);
        memset(text, 'x', 40000);
        text[40000] = '\0';
        assert_int_equal(json_object_object_add(row, "jobName", json_object_new_string(text)), 0);
        assert_int_equal(spreadsheet_new(path, folder, titles, SHEET_ROWS_MAX, &spreadsheet), 0);
        assert_int_equal(spreadsheet_add(spreadsheet, row), 0);
        assert_int_equal(spreadsheet_add(spreadsheet, row), 0);
        add_rows(spreadsheet, 1);
        assert_int_equal(spreadsheet_n_cut(spreadsheet), 2);
        assert_int_equal(spreadsheet_close(spreadsheet), 0);
}

static void test_without_an_end_nothing_is_written(void **state) {
        _cleanup_(spreadsheet_freep) Spreadsheet *spreadsheet = NULL;
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "file.xlsx");

        assert_int_equal(spreadsheet_new(path, folder, titles, SHEET_ROWS_MAX, &spreadsheet), 0);
        add_rows(spreadsheet, 10);
        spreadsheet = spreadsheet_free(spreadsheet);
        assert_int_equal(folder_count(folder), 0);
}

static void test_a_file_that_cannot_be_written_is_told(void **state) {
        static const struct {
                const char *path;
                int error;
        } samples[] = { { "/dev/full", -ENOSPC }, { "/no/such/folder/file.xlsx", -ENOENT } };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                _cleanup_(spreadsheet_freep) Spreadsheet *spreadsheet = NULL;
                _cleanup_folder_ char *folder = folder_new();

                assert_int_equal(spreadsheet_new(samples[i].path, folder, titles, SHEET_ROWS_MAX,
                                                 &spreadsheet),
                                0);
                add_rows(spreadsheet, 10);
                assert_int_equal(spreadsheet_close(spreadsheet), samples[i].error);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_does_not_fit_a_sheet_goes_on_in_another),
                cmocka_unit_test(test_what_was_cut_is_counted),
                cmocka_unit_test(test_without_an_end_nothing_is_written),
                cmocka_unit_test(test_a_file_that_cannot_be_written_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
