/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What journald splits into entries is put together again. journald itself is in the machine tests;
 * here its entries are a table, which the reader sees through sd_journal_get_data(). */

#include <string.h>

#include "fixture.h"
#include "journal-line.h"

typedef struct Entry {
        const char *message; /* NULL: there is none */
        size_t size;         /* 0: up to the first NUL */
        const char *line_break;
} Entry;

/* The journal stands at this one. */
static Entry current;
static int forced_error;

static int give(const char *field, const char *value, size_t size, const void **data, size_t *ret_size) {
        static char buffer[256];
        size_t n = strlen(field);

        assert_true(n + 1 + size <= sizeof(buffer));
        memcpy(buffer, field, n);
        buffer[n] = '=';
        memcpy(buffer + n + 1, value, size);
        *data = buffer;
        *ret_size = n + 1 + size;
        return 0;
}

int sd_journal_get_data(sd_journal *journal, const char *field, const void **data, size_t *ret_size) {
        if (forced_error < 0)
                return forced_error;
        if (strcmp(field, "MESSAGE") == 0 && current.message)
                return give(field, current.message, current.size ?: strlen(current.message), data, ret_size);
        if (strcmp(field, "_LINE_BREAK") == 0 && current.line_break)
                return give(field, current.line_break, strlen(current.line_break), data, ret_size);
        return -ENOENT;
}

/* Puts entries together and compares all bytes. */
static void check_joined(const Entry *entries, size_t n_entries, const char *wanted, size_t n_wanted) {
        char joined[1024];
        size_t n = 0;

        for (size_t i = 0; i < n_entries; i++) {
                JournalLine line;
                int r;

                current = entries[i];
                r = journal_line_read(NULL, &line);
                if (r == -ENOENT)
                        continue; /* as the stream helper does */
                assert_int_equal(r, 0);
                assert_true(n + line.size + line.n_terminator <= sizeof(joined));
                memcpy(joined + n, line.text, line.size);
                memcpy(joined + n + line.size, line.terminator, line.n_terminator);
                n += line.size + line.n_terminator;
        }
        assert_int_equal(n, n_wanted);
        assert_memory_equal(joined, wanted, n_wanted);
}

#define CHECK(wanted, ...)                                                              \
        do {                                                                            \
                static const Entry entries[] = { __VA_ARGS__ };                         \
                check_joined(entries, ELEMENTSOF(entries), wanted, sizeof(wanted) - 1); \
        } while (0)

static void test_lines(void **state) {
        CHECK("one\n", { "one", 0, NULL });
        CHECK("one\ntwo\nthree\n", { "one", 0, NULL }, { "two", 0, NULL }, { "three", 0, NULL });
}

static void test_a_last_line_without_an_end(void **state) {
        CHECK("one\ntwo", { "one", 0, NULL }, { "two", 0, "eof" });
        CHECK("Password: ", { "Password: ", 0, "eof" });
}

static void test_a_line_that_was_too_long(void **state) {
        CHECK("aaaabbbbcc\nnext\n", { "aaaa", 0, "line-max" }, { "bbbb", 0, "line-max" }, { "cc", 0, NULL },
                        { "next", 0, NULL });
        CHECK("aaaabbbb", { "aaaa", 0, "line-max" }, { "bbbb", 0, "eof" });
}

/* Split at a byte, which may be within a character. */
static void test_a_character_that_was_split(void **state) {
        CHECK("€uro\n", { "\xe2\x82", 0, "line-max" }, { "\xacuro", 0, NULL });
}

static void test_nul_bytes(void **state) {
        CHECK("one\0two\0three\n", { "one", 0, "nul" }, { "two", 0, "nul" }, { "three", 0, NULL });
        CHECK("one\0", { "one", 0, "nul" });
}

/* "echo -n a; sh -c 'echo b'": two processes wrote one line. */
static void test_a_line_of_two_processes(void **state) {
        CHECK("ab\nc\n", { "a", 0, "pid-change" }, { "b", 0, NULL }, { "c", 0, NULL });
        CHECK("abc", { "a", 0, "pid-change" }, { "b", 0, "pid-change" }, { "c", 0, "eof" });
}

static void test_all_breaks_in_one_output(void **state) {
        CHECK("longer line\nnul\0here\nfrom a child\nthe end", { "longer ", 0, "line-max" },
                        { "line", 0, NULL }, { "nul", 0, "nul" }, { "here", 0, NULL },
                        { "from ", 0, "pid-change" }, { "a child", 0, NULL }, { "the end", 0, "eof" });
}

static void test_bytes_that_are_no_text(void **state) {
        CHECK("\xff\xfe\x01\033[31m\n", { "\xff\xfe\x01\033[31m", 0, NULL });
        CHECK("a\nb\n", { "a\nb", 3, NULL });
}

/* PID 1 logs about the unit, too: a record without a message is no line. */
static void test_entries_without_a_message(void **state) {
        CHECK("one\ntwo\n", { "one", 0, NULL }, { NULL, 0, NULL }, { NULL, 0, "eof" }, { "two", 0, NULL });
}

/* A break that a later journald may bring: to insert nothing is what all but two of them mean. */
static void test_a_break_that_is_not_known(void **state) {
        CHECK("ab\n", { "a", 0, "full-moon" }, { "b", 0, NULL });
        CHECK("ab\n", { "a", 0, "nu" }, { "b", 0, NULL });
        CHECK("ab\n", { "a", 0, "null" }, { "b", 0, NULL });
        CHECK("ab\n", { "a", 0, "" }, { "b", 0, NULL });
}

static void test_a_journal_that_cannot_be_read(void **state) {
        JournalLine line;

        forced_error = -EBADMSG;
        assert_int_equal(journal_line_read(NULL, &line), -EBADMSG);
        forced_error = 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_a_last_line_without_an_end),
                cmocka_unit_test(test_a_line_that_was_too_long),
                cmocka_unit_test(test_a_character_that_was_split),
                cmocka_unit_test(test_nul_bytes),
                cmocka_unit_test(test_a_line_of_two_processes),
                cmocka_unit_test(test_all_breaks_in_one_output),
                cmocka_unit_test(test_bytes_that_are_no_text),
                cmocka_unit_test(test_entries_without_a_message),
                cmocka_unit_test(test_a_break_that_is_not_known),
                cmocka_unit_test(test_a_journal_that_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
