/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file-format.h"
#include "fixture.h"

static void test_a_name_tells(void **state) {
        const Arguments arguments = {};

        assert_int_equal(file_format(&arguments, NULL), FILE_CSV);
        assert_int_equal(file_format(&arguments, "-"), FILE_CSV);
        assert_int_equal(file_format(&arguments, "history"), FILE_CSV);
        assert_int_equal(file_format(&arguments, "history.csv"), FILE_CSV);
        assert_int_equal(file_format(&arguments, "a/history.json"), FILE_JSON);
        assert_int_equal(file_format(&arguments, "history.jsonl"), FILE_JSON);
        assert_int_equal(file_format(&arguments, "history.xlsx"), FILE_XLSX);
        assert_int_equal(file_format(&arguments, "xlsx"), FILE_CSV);
        assert_int_equal(file_format(&arguments, "history.xlsx.old"), FILE_CSV);
}

static void test_what_was_said_counts(void **state) {
        const Arguments json = { .format = "json" }, xlsx = { .format = "xlsx" },
                        other = { .format = "xml" };

        assert_int_equal(file_format(&json, "history.xlsx"), FILE_JSON);
        assert_int_equal(file_format(&xlsx, "history.csv"), FILE_XLSX);
        assert_true((int) file_format(&other, "history.csv") < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_name_tells),
                cmocka_unit_test(test_what_was_said_counts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
