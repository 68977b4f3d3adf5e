/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "message-fixture.h"
#include "message-size.h"

#define VALUE 8U

static void assert_counts(sd_bus_message *m, size_t expected) {
        size_t bytes;

        message_seal(m);
        assert_int_equal(message_count_bytes(m, expected, &bytes), 0);
        assert_int_equal(bytes, expected);
        if (expected > 0)
                assert_int_equal(message_count_bytes(m, expected - 1, &bytes), -E2BIG);
        sd_bus_message_unref(m);
}

static void test_nothing(void **state) {
        assert_counts(message_new(), 0);
}

static void test_values(void **state) {
        sd_bus_message *m = message_new();

        assert_true(sd_bus_message_append(m, "ysogb", 1, "four", "/org", "as", 0) >= 0);
        assert_counts(m, 5 * VALUE + 4 + 4 + 2);
}

/* Whatever is in whatever: an array of entries, whose second part is a variant. */
static void test_containers(void **state) {
        sd_bus_message *m = message_new();

        assert_true(sd_bus_message_append(m, "as", 2, "ab", "c") >= 0);
        assert_true(sd_bus_message_append(m, "a{sv}", 1, "key", "(ut)", 1, UINT64_C(2)) >= 0);
        assert_counts(m, (3 * VALUE + 3) + (7 * VALUE + 3));
}

static void test_a_message_is_read_from_its_start_afterwards(void **state) {
        sd_bus_message *m = message_new();
        const char *first;
        size_t bytes;

        assert_true(sd_bus_message_append(m, "sas", "first", 1, "second") >= 0);
        message_seal(m);
        assert_int_equal(message_count_bytes(m, 1000, &bytes), 0);
        assert_true(sd_bus_message_read(m, "s", &first) > 0);
        assert_string_equal(first, "first");
        sd_bus_message_unref(m);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_containers),
                cmocka_unit_test(test_a_message_is_read_from_its_start_afterwards),
        };

        return cmocka_run_group_tests(tests, bus_setup, bus_teardown);
}
