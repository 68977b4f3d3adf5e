/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <string.h>

#include "fixture.h"
#include "layout.h"
#include "wide.h"

static const Layout full = {
        .widths = {
                [JOB_COLUMN_ID] = 3,
                [JOB_COLUMN_START_DATE] = 16,
                [JOB_COLUMN_END_DATE] = 16,
                [JOB_COLUMN_NAME] = 20,
                [JOB_COLUMN_STATUS] = 10,
                [JOB_COLUMN_INFO] = 40,
                [JOB_COLUMN_USER] = 5,
        },
};

static size_t total(const Layout *layout) {
        size_t n = 0;

        for (size_t i = 0; i < _JOB_COLUMN_MAX; i++)
                if (layout->widths[i] > 0)
                        n += layout->widths[i] + (n > 0 ? LAYOUT_GAP : 0);
        return n;
}

static void test_it_fits_any_width(void **state) {
        for (size_t n_columns = 3; n_columns < 200; n_columns++) {
                Layout layout = full;

                layout_fit(&layout, n_columns);
                assert_true(total(&layout) > 0 && total(&layout) <= n_columns);
        }
}

static void test_what_gives_way(void **state) {
        Layout layout = full;

        layout_fit(&layout, 116);
        assert_memory_equal(&layout, &full, sizeof(layout));
        layout_fit(&layout, 100);
        assert_int_equal(layout.widths[JOB_COLUMN_INFO], 24);
        assert_int_equal(layout.widths[JOB_COLUMN_NAME], 20);
        layout = full;
        layout_fit(&layout, 80); /* they share what there is */
        assert_int_equal(layout.widths[JOB_COLUMN_INFO], 14);
        assert_int_equal(layout.widths[JOB_COLUMN_NAME], 10);
        layout_fit(&layout, 60);
        assert_int_equal(layout.widths[JOB_COLUMN_END_DATE], 0);
        layout = full;
        layout_fit(&layout, 25);
        assert_int_equal(layout.widths[JOB_COLUMN_ID], 3);
        assert_int_equal(layout.widths[JOB_COLUMN_NAME], 10);
        assert_int_equal(layout.widths[JOB_COLUMN_STATUS], 10);
        assert_int_equal(layout.widths[JOB_COLUMN_INFO], 0);
}

static void check_wide(const char *text, size_t n_columns_max, const wchar_t *expected, size_t n_columns) {
        _cleanup_free_ wchar_t *wide = NULL;
        size_t n;

        assert_int_equal(wide_from_text(text, n_columns_max, &wide, &n), 0);
        assert_int_equal(wcscmp(wide, expected), 0);
        assert_int_equal(n, n_columns);
}

static void test_wide(void **state) {
        check_wide("", 10, L"", 0);
        check_wide("backup", 10, L"backup", 6);
        check_wide("backup", 4, L"back", 4);
        check_wide("müde", 10, L"müde", 4);
        check_wide("日本語", SIZE_MAX, L"日本語", 6);
        check_wide("日本語", 5, L"日本", 4); /* half of a character is none */
        check_wide("e\u0301e", 2, L"e\u0301e", 2);
}

/* No byte that steers a terminal comes through, whatever it stands in. */
static void test_wide_masks(void **state) {
        check_wide("a\033[31mb\n\r\t\b\x7f", SIZE_MAX, L"a?[31mb?????", 12);
        check_wide("a\xc2\x9b"
                   "1m",
                        SIZE_MAX, L"a?1m", 4);
        check_wide("\xff\xc3", SIZE_MAX, L"??", 2);
        check_wide("a\u202eb\u2066", SIZE_MAX, L"a?b?", 4);
        check_wide("\u0301a", SIZE_MAX, L"?a", 2);
}

static int set_locale(void **state) {
        return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_it_fits_any_width),
                cmocka_unit_test(test_what_gives_way),
                cmocka_unit_test(test_wide),
                cmocka_unit_test(test_wide_masks),
        };

        return cmocka_run_group_tests(tests, set_locale, NULL);
}
