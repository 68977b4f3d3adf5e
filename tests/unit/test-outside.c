/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes from programs that are no jobsd: which function is which type, what a payload says, and the receipt for a
 * job that was taken. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixture.h"
#include "payload.h"
#include "receipt.h"
#include "settings.h"
#include "strv.h"

#define NOW UINT64_C(1800000000)

/* ---- payloads ---- */

static void check_payload(const char *payload, char *const *wanted, const char *expected) {
        _cleanup_strv_free_ char **parameters = NULL;
        _cleanup_free_ char *message = NULL, *joined = NULL;

        assert_int_equal(payload_parse(payload, strlen(payload), wanted, &parameters, &message), 0);
        assert_int_equal(strv_join(parameters, "|", &joined), 0);
        assert_string_equal(joined, expected);
}

static void check_refusal(const char *payload, size_t size, const char *expected) {
        _cleanup_strv_free_ char **parameters = NULL;
        _cleanup_free_ char *message = NULL;

        assert_int_equal(payload_parse(payload, size, NULL, &parameters, &message), -EINVAL);
        assert_null(parameters);
        assert_non_null(strstr(message, expected));
}

static void test_json(void **state) {
        check_payload("{}", NULL, "");
        check_payload("{\"id\":1042,\"name\":\"arFindingAidJob\"}", NULL, "id=1042|name=arFindingAidJob");
        check_payload("{\"a\":\"\303\244 \\u00e4\\n=\",\"b\":1.50,\"c\":true,\"d\":false,\"e\":null}\n", NULL,
                        "a=\303\244 \303\244\n=|b=1.50|c=yes|d=no");
        check_payload("{\"id\":-9223372036854775808,\"more\":{\"deep\":[1]}}", (char *[]){ (char *) "id", NULL },
                        "id=-9223372036854775808");
}

static void test_lines(void **state) {
        check_payload("", NULL, "");
        check_payload("id=1042", NULL, "id=1042");
        check_payload("\nid=1042\nname=a=b c\n", NULL, "id=1042|name=a=b c");
        check_payload("id=1\nother=2", (char *[]){ (char *) "other", NULL }, "other=2");
}

static void test_what_is_no_payload(void **state) {
        check_refusal("a:1:{s:2:\"id\";i:1042;}", 22, "neither a JSON object nor lines");
        check_refusal("[1]", 3, "neither a JSON object nor lines");
        check_refusal("{\"id\":", 6, "no JSON object");
        check_refusal("{} {}", 5, "something follows it");
        check_refusal("{\"id\":[1]}", 10, "\"id\" is neither a text nor a number");
        check_refusal("{\"id\":\"a\\u0000b\"}", 17, "\"id\" is neither a text nor a number");
        check_refusal("{\"id\":\"\377\"}", 10, "no JSON object");
        check_refusal("id=1\0x=2", 8, "has a NUL in it");
        check_refusal("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}", 49, "no JSON object");
}

static void test_too_many(void **state) {
        char payload[65 * 8] = "";

        for (unsigned i = 0; i < 65; i++)
                sprintf(payload + strlen(payload), "p%u=%u\n", i, i);
        check_refusal(payload, strlen(payload), "more than 64 parameters");
}

/* ---- receipts ---- */

static int folder_setup(void **state) {
        *state = folder_new();
        assert_int_equal(setenv("STATE_DIRECTORY", *state, 1), 0);
        return 0;
}

static int folder_teardown(void **state) {
        receipts_tidy(UINT64_MAX / 2);
        assert_int_equal(folder_count(*state), 0);
        folder_free(*state);
        return 0;
}

#define NAME "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_a_job_that_comes_again_has_the_same_key(void **state) {
        uint64_t now = (uint64_t) time(NULL);
        sd_id128_t first, again, other;

        assert_int_equal(receipt_take(NAME, now, &first), 0);
        assert_int_equal(receipt_take(NAME, now, &again), 0);
        assert_true(sd_id128_equal(first, again));
        receipt_drop(NAME);
        assert_int_equal(receipt_take(NAME, now, &other), 0);
        assert_false(sd_id128_equal(first, other));
}

static void test_one_that_is_too_old_is_another_jobs(void **state) {
        uint64_t now = (uint64_t) time(NULL);
        sd_id128_t first, later;

        assert_int_equal(receipt_take(NAME, now, &first), 0);
        receipts_tidy(now + RECEIPT_VALID_SEC);
        assert_int_equal(receipt_take(NAME, now + RECEIPT_VALID_SEC, &later), 0);
        assert_true(sd_id128_equal(first, later));
        assert_int_equal(receipt_take(NAME, now + RECEIPT_VALID_SEC + 2, &later), 0);
        assert_false(sd_id128_equal(first, later));
}

static void test_one_that_was_broken_off(void **state) {
        _cleanup_free_ char *path = path_in(*state, NAME);
        sd_id128_t key;

        file_write(path, "0123", 4);
        assert_int_equal(receipt_take(NAME, (uint64_t) time(NULL), &key), 0);
        assert_false(sd_id128_is_null(key));
}

/* ---- functions ---- */

static unsigned n_mistakes;

static void on_mistake(const char *message, void *userdata) {
        n_mistakes++;
        assert_non_null(strstr(message, "Function= takes \"NAME TYPE [PARAMETER...]\", each name once, up to 64, not "));
}

static void read_text(const char *text, Settings *settings) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "gearman.conf");

        file_write(path, text, strlen(text));
        n_mistakes = 0;
        assert_int_equal(settings_read(path, on_mistake, NULL, settings), 0);
}

static void test_functions_of_a_site(void **state) {
        Settings settings;
        Function *function;

        read_text("[Gearman]\nFunction=5d41402abc4b2a76b9719d911017c592-arFindingAidJob finding-aid id slug  language\n"
                  "Function=b import\n",
                        &settings);
        assert_int_equal(n_mistakes, 0);
        function = settings_find_function(&settings, "5d41402abc4b2a76b9719d911017c592-arFindingAidJob");
        assert_string_equal(function->type, "finding-aid");
        assert_int_equal(strv_length(function->parameters), 3);
        assert_string_equal(settings_find_function(&settings, "b")->type, "import");
        assert_null(settings_find_function(&settings, "b")->parameters);
        assert_null(settings_find_function(&settings, "import"));
        settings_done(&settings);
}

static void test_functions_that_are_none(void **state) {
        Settings settings;

        read_text("[Gearman]\nFunction=jobsd.run@one a\nFunction=x\nFunction=\nFunction=y a/b\nFunction=z a\nFunction=z b\n",
                        &settings);
        assert_int_equal(n_mistakes, 5);
        assert_int_equal(settings.n_functions, 1);
        assert_string_equal(settings.functions[0].type, "a");
        settings_done(&settings);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_json),
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_what_is_no_payload),
                cmocka_unit_test(test_too_many),
                cmocka_unit_test_setup_teardown(
                                test_a_job_that_comes_again_has_the_same_key, folder_setup, folder_teardown),
                cmocka_unit_test_setup_teardown(
                                test_one_that_is_too_old_is_another_jobs, folder_setup, folder_teardown),
                cmocka_unit_test_setup_teardown(test_one_that_was_broken_off, folder_setup, folder_teardown),
                cmocka_unit_test(test_functions_of_a_site),
                cmocka_unit_test(test_functions_that_are_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
