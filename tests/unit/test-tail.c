/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Of whatever is added, in whatever pieces: the last bytes are there, in order, with their numbers. */

#include <string.h>
#include <sys/param.h>

#include "fixture.h"
#include "tail.h"

#define FIRST 1000U /* the number of the first byte, of no round place */

static Tail tail;

static void add(const char *text) {
        tail_add(&tail, text, strlen(text));
}

/* Takes all, in pieces of so many bytes at most. */
static void check_kept(size_t piece, uint64_t begin, const char *text) {
        char buffer[64];
        size_t size = 0, n;

        assert_int_equal(tail.begin, begin);
        while ((n = tail_take(&tail, buffer + size, piece)) > 0) {
                size += n;
                assert_true(n <= piece && size + piece <= sizeof(buffer));
        }
        assert_int_equal(size, strlen(text));
        assert_memory_equal(buffer, text, size);
        assert_int_equal(tail.begin, tail.end);
}

static void test_nothing(void **state) {
        tail_begin(&tail, 8, FIRST);
        check_kept(8, FIRST, "");
}

static void test_what_fits_is_kept_whole(void **state) {
        tail_begin(&tail, 8, FIRST);
        add("123");
        add("45678");
        check_kept(8, FIRST, "12345678");
}

static void test_of_more_the_last_is_kept(void **state) {
        tail_begin(&tail, 8, FIRST);
        add("12345");
        add("6789");
        add("a");
        check_kept(3, FIRST + 2, "3456789a");
}

static void test_a_piece_longer_than_all(void **state) {
        tail_begin(&tail, 4, FIRST);
        add("1");
        add("23456789abcdef");
        check_kept(4, FIRST + 11, "cdef");
}

static void test_one_byte(void **state) {
        tail_begin(&tail, 1, FIRST);
        add("123");
        check_kept(1, FIRST + 2, "3");
}

/* Against the plain definition, with every size of the ring and of the pieces. */
static void test_every_size(void **state) {
        static const char text[] = "abcdefghijklmnopqrstuvwxyz";
        const size_t n = sizeof(text) - 1;

        for (size_t size = 1; size <= n + 1; size++)
                for (size_t piece = 1; piece <= n; piece++) {
                        size_t kept = MIN(size, n);

                        tail_begin(&tail, size, FIRST);
                        for (size_t i = 0; i < n; i += piece)
                                tail_add(&tail, text + i, MIN(piece, n - i));
                        check_kept(piece, FIRST + n - kept, text + n - kept);
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_what_fits_is_kept_whole),
                cmocka_unit_test(test_of_more_the_last_is_kept),
                cmocka_unit_test(test_a_piece_longer_than_all),
                cmocka_unit_test(test_one_byte),
                cmocka_unit_test(test_every_size),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
