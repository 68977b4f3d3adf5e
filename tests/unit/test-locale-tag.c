/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "locale-tag.h"
#include "strv.h"

static void test_tags(void **state) {
        static const char *const good[] = { "de", "fil", "de_AT", "es_419", "sr@latin", "ca@valencia", "sr_RS@latin" };
        static const char *const bad[] = { "", "d", "dede", "DE", "de_", "de_at", "de_A", "de_AUT", "de_41", "de-AT",
                "de@", "de_AT@", "_AT", "@latin", "de_AT.UTF-8", "de.UTF-8@euro", "de AT", "de ", "de@a-b",
                "de@aaaaaaaaaaaaaaaaa", "de_AT_x", "C", "d\xc3\xa4" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_true(locale_tag_is_valid(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_false(locale_tag_is_valid(bad[i]));
}

static void test_the_tags_that_fit_a_locale(void **state) {
        static const struct {
                const char *locale, *tags;
        } cases[] = {
                { "sr_RS@latin", "sr_RS@latin sr_RS sr@latin sr" },
                { "de_AT.UTF-8@euro", "de_AT@euro de_AT de@euro de" },
                { "de_AT.UTF-8", "de_AT de" },
                { "de@euro", "de@euro de" },
                { "de", "de" },
                { "de_at", "de" },
                { "C", "" },
                { "C.UTF-8", "" },
                { "POSIX", "" },
                { "", "" },
                { "/usr/lib/locale/x", "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_strv_free_ char **tags = NULL;
                _cleanup_free_ char *joined = NULL;

                assert_int_equal(locale_get_tags(cases[i].locale, &tags), 0);
                assert_int_equal(strv_join(tags, " ", &joined), 0);
                assert_string_equal(joined, cases[i].tags);
        }
}

static void test_the_locale_of_messages(void **state) {
        unsetenv("LC_ALL");
        unsetenv("LC_MESSAGES");
        unsetenv("LANG");
        assert_string_equal(locale_of_messages(), "C");
        setenv("LANG", "a", true);
        assert_string_equal(locale_of_messages(), "a");
        setenv("LC_MESSAGES", "b", true);
        assert_string_equal(locale_of_messages(), "b");
        setenv("LC_ALL", "c", true);
        assert_string_equal(locale_of_messages(), "c");
        setenv("LC_ALL", "", true);
        assert_string_equal(locale_of_messages(), "b");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_tags),
                cmocka_unit_test(test_the_tags_that_fit_a_locale),
                cmocka_unit_test(test_the_locale_of_messages),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
