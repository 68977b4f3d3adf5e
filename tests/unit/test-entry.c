/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "entry.h"
#include "fixture.h"

static Entry entry;

static void check(const char *wanted, size_t size) {
        assert_int_equal(entry.size, size);
        assert_memory_equal(entry.data, wanted, size);
}

#define CHECK(wanted) check((wanted), sizeof(wanted) - 1)

static void test_fields(void **state) {
        entry_clear(&entry);
        entry_add_text(&entry, "A", "x");
        CHECK("A\n\1\0\0\0\0\0\0\0x\n");
        entry_add_number(&entry, "NUMBER", UINT64_C(1234567890123));
        CHECK("A\n\1\0\0\0\0\0\0\0x\nNUMBER\n\15\0\0\0\0\0\0\0"
              "1234567890123\n");
        entry_clear(&entry);
        entry_add(&entry, "MESSAGE", "a\n\0=\nb", 6);
        CHECK("MESSAGE\n\6\0\0\0\0\0\0\0a\n\0=\nb\n");
        entry_clear(&entry);
        entry_add(&entry, "MESSAGE", "", 0);
        CHECK("MESSAGE\n\0\0\0\0\0\0\0\0\n");
}

/* What jobsd-run adds to the longest chunk. */
static void test_the_longest(void **state) {
        static char text[CHUNK_BYTES_MAX], identifier[IDENTIFIER_BYTES_MAX + 1];

        memset(text, '\n', sizeof(text));
        memset(identifier, 'x', IDENTIFIER_BYTES_MAX);
        entry_clear(&entry);
        entry_add_number(&entry, "PRIORITY", 6);
        entry_add_text(&entry, "SYSLOG_IDENTIFIER", identifier);
        entry_add_number(&entry, "JOBSD_AT", UINT64_MAX);
        entry_add(&entry, "MESSAGE", text, sizeof(text));
        entry_add_text(&entry, "JOBSD_PART", "1");
        assert_true(entry.size < sizeof(entry.data));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fields),
                cmocka_unit_test(test_the_longest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
