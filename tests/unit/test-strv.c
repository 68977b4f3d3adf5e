/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fixture.h"
#include "strv.h"

static void assert_strv_equal(char *const *a, char *const *b) {
        assert_int_equal(strv_length(a), strv_length(b));
        for (size_t i = 0; i < strv_length(a); i++)
                assert_string_equal(a[i], b[i]);
}

static void test_null_is_an_empty_array(void **state) {
        assert_int_equal(strv_length(NULL), 0);
        assert_int_equal(strv_size(NULL), 0);
        assert_null(strv_free(NULL));
}

static void test_length_and_size(void **state) {
        char *empty[] = { NULL };
        char *three[] = { (char *) "a", (char *) "", (char *) "öl", NULL };

        assert_int_equal(strv_length(empty), 0);
        assert_int_equal(strv_size(empty), 0);
        assert_int_equal(strv_length(three), 3);
        /* with a terminator each, as execve(2) counts */
        assert_int_equal(strv_size(three), 2 + 1 + 4);
}

static void test_copy_owns_its_strings(void **state) {
        char first[] = "first", second[] = "second";
        char *l[] = { first, second, NULL };
        _cleanup_strv_free_ char **copy = NULL;

        assert_int_equal(strv_copy(l, &copy), 0);
        first[0] = 'X';
        assert_int_equal(strv_length(copy), 2);
        assert_string_equal(copy[0], "first");
        assert_string_equal(copy[1], "second");
}

static void test_copy_of_nothing(void **state) {
        char *empty[] = { NULL };
        _cleanup_strv_free_ char **of_null = NULL, **of_empty = NULL;

        assert_int_equal(strv_copy(NULL, &of_null), 0);
        assert_int_equal(strv_copy(empty, &of_empty), 0);
        assert_int_equal(strv_length(of_null), 0);
        assert_int_equal(strv_length(of_empty), 0);
}

static void test_extend(void **state) {
        _cleanup_strv_free_ char **l = NULL;

        for (size_t i = 0; i < 100; i++) {
                assert_int_equal(strv_extend(&l, i % 2 == 0 ? "" : "odd"), 0);
                assert_int_equal(strv_length(l), i + 1);
        }
        assert_string_equal(l[98], "");
        assert_string_equal(l[99], "odd");
}

static void check_round_trip(char *const *l) {
        _cleanup_strv_free_ char **unpacked = NULL;
        _cleanup_free_ void *block = NULL;
        size_t size;

        assert_int_equal(strv_pack(l, &block, &size), 0);
        assert_int_equal(size, strv_size(l));
        assert_int_equal(strv_unpack(block, size, &unpacked), 0);
        assert_strv_equal(unpacked, l);
}

static void test_pack_and_unpack(void **state) {
        char *nothing[] = { NULL };
        char *one_empty[] = { (char *) "", NULL };
        char *empty_everywhere[] = { (char *) "", (char *) "a", (char *) "", (char *) "", NULL };
        char *strange[] = { (char *) "two\nlines", (char *) "äöü €", (char *) " ", (char *) "\xff", NULL };

        check_round_trip(NULL);
        check_round_trip(nothing);
        check_round_trip(one_empty);
        check_round_trip(empty_everywhere);
        check_round_trip(strange);
}

static void test_packed_bytes(void **state) {
        char *l[] = { (char *) "a", (char *) "", (char *) "bc", NULL };
        _cleanup_free_ void *block = NULL;
        size_t size;

        assert_int_equal(strv_pack(l, &block, &size), 0);
        assert_int_equal(size, 6);
        assert_memory_equal(block, "a\0\0bc", 6);
}

/* A block of nothing is what SQLite gives for an empty blob: NULL. */
static void test_unpack_of_nothing(void **state) {
        _cleanup_strv_free_ char **l = NULL;

        assert_int_equal(strv_unpack(NULL, 0, &l), 0);
        assert_non_null(l);
        assert_int_equal(strv_length(l), 0);
}

static void test_unpack_without_a_terminator(void **state) {
        char **l = NULL;

        assert_int_equal(strv_unpack("abc", 3, &l), -EBADMSG);
        assert_int_equal(strv_unpack("a\0b", 3, &l), -EBADMSG);
        assert_null(l);
}

static void test_equal(void **state) {
        char *const ab[] = { (char *) "a", (char *) "b", NULL }, *const ba[] = { (char *) "b", (char *) "a", NULL },
             *const a[] = { (char *) "a", NULL }, *const none[] = { NULL };

        assert_true(strv_equal(ab, ab));
        assert_false(strv_equal(ab, ba));
        assert_false(strv_equal(ab, a));
        assert_false(strv_equal(a, ab));
        assert_false(strv_equal(a, NULL));
        assert_true(strv_equal(none, NULL));
        assert_true(strv_equal(NULL, NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_equal),
                cmocka_unit_test(test_null_is_an_empty_array),
                cmocka_unit_test(test_length_and_size),
                cmocka_unit_test(test_copy_owns_its_strings),
                cmocka_unit_test(test_copy_of_nothing),
                cmocka_unit_test(test_extend),
                cmocka_unit_test(test_pack_and_unpack),
                cmocka_unit_test(test_packed_bytes),
                cmocka_unit_test(test_unpack_of_nothing),
                cmocka_unit_test(test_unpack_without_a_terminator),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
