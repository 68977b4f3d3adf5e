/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever is printed, in whatever pieces it is read: the chunks are what was printed. */

#include <string.h>

#include "cutter.h"
#include "fixture.h"

static Cutter cutter;

static int reset(void **state) {
        memset(&cutter, 0, sizeof(cutter));
        return 0;
}

/* Reads as much of a text as fits; returns how much. */
static size_t feed(const char *text, size_t size) {
        size_t n;
        char *space = cutter_space(&cutter, &n);

        if (n > size)
                n = size;
        memcpy(space, text, n);
        cutter_add(&cutter, n);
        return n;
}

static void check_chunk(bool rest, const char *text, bool is_part, uint64_t at) {
        Chunk chunk;

        assert_true(cutter_take(&cutter, rest, &chunk));
        assert_int_equal(chunk.size, strlen(text));
        assert_memory_equal(chunk.text, text, chunk.size);
        assert_int_equal(chunk.is_part, is_part);
        assert_int_equal(chunk.at, at);
}

static void check_none(bool rest) {
        Chunk chunk;

        assert_false(cutter_take(&cutter, rest, &chunk));
}

static void test_all_whole_lines_are_one_chunk(void **state) {
        check_none(false);
        check_none(true);
        feed("one\ntwo\n", 8);
        check_chunk(false, "one\ntwo", false, 0);
        check_none(true);
        assert_true(cutter_is_empty(&cutter));
        assert_int_equal(cutter.n_bytes, 8);
        assert_int_equal(cutter.n_lines, 2);
}

static void test_a_line_waits_for_its_end(void **state) {
        feed("one\ntw", 6);
        check_chunk(false, "one", false, 0);
        check_none(false);
        assert_false(cutter_is_empty(&cutter));
        feed("o\n", 2);
        check_chunk(false, "two", false, 4);
}

static void test_the_rest_is_a_part_of_a_line(void **state) {
        feed("$ ", 2);
        check_none(false);
        check_chunk(true, "$ ", true, 0);
        feed("x\n", 2);
        check_chunk(true, "x", false, 2);
        feed("one\nrest", 8);
        check_chunk(true, "one", false, 4);
        check_chunk(true, "rest", true, 8);
        assert_int_equal(cutter.n_lines, 2);
}

static void test_empty_lines_and_white_space(void **state) {
        feed("\n", 1);
        check_chunk(false, "", false, 0);
        feed("\n\n a \t\n\n", 8);
        check_chunk(false, "\n\n a \t\n", false, 1);
        assert_int_equal(cutter.n_lines, 5);
}

/* A line of so many bytes without its end, and what is behind it. */
static void check_long_line(size_t size) {
        _cleanup_free_ char *text = malloc(size + 3), *joined = malloc(size + 3);
        size_t n_read = 0, n_joined = 0;
        bool ended = false;

        assert_true(text && joined);
        memset(text, 'x', size);
        memcpy(text + size, "\na\n", 3);
        while (n_read < size + 3 || !ended) {
                Chunk chunk;

                n_read += feed(text + n_read, size + 3 - n_read);
                ended = n_read == size + 3;
                while (cutter_take(&cutter, false, &chunk)) {
                        assert_true(chunk.size <= CHUNK_BYTES_MAX);
                        assert_int_equal(chunk.at, n_joined);
                        memcpy(joined + n_joined, chunk.text, chunk.size);
                        n_joined += chunk.size;
                        if (!chunk.is_part)
                                joined[n_joined++] = '\n';
                }
        }
        assert_int_equal(n_joined, size + 3);
        assert_memory_equal(joined, text, size + 3);
        assert_int_equal(cutter.n_bytes, size + 3);
        assert_int_equal(cutter.n_lines, 2);
        reset(NULL);
}

static void test_long_lines(void **state) {
        for (int i = -2; i <= 2; i++) {
                check_long_line((size_t) ((int) CHUNK_BYTES_MAX + i));
                check_long_line((size_t) (2 * (int) CHUNK_BYTES_MAX + i));
        }
        check_long_line(1000000);
}

/* What one read has of two lines is not torn at the buffer's end. */
static void test_a_full_buffer_ends_with_a_line(void **state) {
        _cleanup_free_ char *text = malloc(CHUNK_BYTES_MAX);
        Chunk chunk;

        assert_non_null(text);
        memset(text, 'x', CHUNK_BYTES_MAX);
        text[99] = '\n';
        assert_int_equal(feed(text, CHUNK_BYTES_MAX), CHUNK_BYTES_MAX);
        assert_true(cutter_is_full(&cutter));
        assert_true(cutter_take(&cutter, false, &chunk));
        assert_int_equal(chunk.size, 99);
        assert_false(chunk.is_part);
        check_none(false);
        assert_int_equal(feed(text, CHUNK_BYTES_MAX), 100);
}

/* Byte by byte, with chunks taken now and then. */
static void test_any_pieces(void **state) {
        char text[3000], joined[sizeof(text)];
        size_t n_joined = 0;
        unsigned seed = 1;

        for (size_t i = 0; i < sizeof(text); i++) {
                Chunk chunk;

                seed = seed * 1103515245 + 12345;
                text[i] = seed >> 16 & 7 ? (char) (seed >> 20) : '\n';
                feed(text + i, 1);
                while (seed >> 24 & 1 && cutter_take(&cutter, seed >> 25 & 1, &chunk)) {
                        assert_int_equal(chunk.at, n_joined);
                        memcpy(joined + n_joined, chunk.text, chunk.size);
                        n_joined += chunk.size;
                        if (!chunk.is_part)
                                joined[n_joined++] = '\n';
                }
        }
        assert_true(n_joined > 2000);
        assert_memory_equal(joined, text, n_joined);
        assert_int_equal(cutter.n_bytes, n_joined);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_all_whole_lines_are_one_chunk, reset),
                cmocka_unit_test_setup(test_a_line_waits_for_its_end, reset),
                cmocka_unit_test_setup(test_the_rest_is_a_part_of_a_line, reset),
                cmocka_unit_test_setup(test_empty_lines_and_white_space, reset),
                cmocka_unit_test_setup(test_long_lines, reset),
                cmocka_unit_test_setup(test_a_full_buffer_ends_with_a_line, reset),
                cmocka_unit_test_setup(test_any_pieces, reset),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
