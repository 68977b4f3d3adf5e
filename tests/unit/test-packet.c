/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Packets of Gearman's protocol: whole, in pieces, and what is none. */

#include <endian.h>
#include <string.h>

#include "fixture.h"
#include "packet.h"

static void check_argument(const Packet *packet, size_t i, const char *expected) {
        assert_int_equal(packet->arguments[i].size, strlen(expected));
        assert_memory_equal(packet->arguments[i].data, expected, strlen(expected));
}

static char *make(const Packet *packet, size_t *ret_size) {
        char *bytes = NULL;

        assert_int_equal(packet_make(packet, &bytes, ret_size), 0);
        return bytes;
}

static const Packet submission = {
        .type = PACKET_SUBMIT_JOB,
        .arguments = { { "reverse", 7 }, { "12.1", 4 }, { "pay\0load", 8 } },
        .n_arguments = 3,
};

/* The bytes are those of the protocol's own example, with other texts. */
static void test_the_bytes(void **state) {
        static const char expected[] = "\0REQ\0\0\0\x07\0\0\0\x15reverse\0" "12.1\0pay\0load";
        size_t size;
        _cleanup_free_ char *bytes = make(&submission, &size);

        assert_int_equal(size, sizeof(expected) - 1);
        assert_memory_equal(bytes, expected, size);
}

static void test_what_is_made_is_read(void **state) {
        size_t size, taken;
        _cleanup_free_ char *bytes = make(&submission, &size);
        Packet packet;

        for (size_t n = 0; n < size; n++)
                assert_int_equal(packet_parse(bytes, n, false, &packet, &taken), 0);
        assert_int_equal(packet_parse(bytes, size, false, &packet, &taken), 1);
        assert_int_equal(taken, size);
        assert_int_equal(packet.type, PACKET_SUBMIT_JOB);
        assert_int_equal(packet.n_arguments, 3);
        check_argument(&packet, 0, "reverse");
        check_argument(&packet, 1, "12.1");
        assert_int_equal(packet.arguments[2].size, 8);
        assert_memory_equal(packet.arguments[2].data, "pay\0load", 8);
}

static void test_one_behind_another(void **state) {
        static const char bytes[] = "\0RES\0\0\0\x06\0\0\0\0\0RES\0\0\0\x08\0\0\0\x04H:a:";
        Packet packet;
        size_t taken;

        assert_int_equal(packet_parse(bytes, sizeof(bytes) - 1, true, &packet, &taken), 1);
        assert_int_equal(taken, 12);
        assert_int_equal(packet.type, PACKET_NOOP);
        assert_int_equal(packet.n_arguments, 0);
        assert_int_equal(packet_parse(bytes + 12, sizeof(bytes) - 13, true, &packet, &taken), 1);
        assert_int_equal(packet.type, PACKET_JOB_CREATED);
        check_argument(&packet, 0, "H:a:");
}

static void check_fault(const char *bytes, size_t size, int fault) {
        Packet packet;
        size_t taken;

        assert_int_equal(packet_parse(bytes, size, true, &packet, &taken), fault);
}

static void test_what_is_none(void **state) {
        check_fault("HTTP/1.1 400 Bad", 16, -EBADMSG);
        check_fault("H", 1, -EBADMSG);
        check_fault("\0REQ\0\0\0\x06\0\0\0\0", 12, -EBADMSG);               /* a question, where answers are read */
        check_fault("\0RES\0\0\0\x1f\0\0\0\x05" "a\0b\0c", 17, -EBADMSG);    /* too few arguments */
        check_fault("\0RES\0\0\0\x1f\0\x40\0\0", 12, 0);
}

static void test_a_type_that_is_not_known_has_no_arguments(void **state) {
        Packet packet;
        size_t taken;

        assert_int_equal(packet_parse("\0RES\0\0\xff\xff\0\0\0\x03" "a\0b", 15, true, &packet, &taken), 1);
        assert_int_equal(taken, 15);
        assert_int_equal(packet.n_arguments, 0);
}

static void test_arguments_that_would_become_two(void **state) {
        const Packet packet = {
                .type = PACKET_SUBMIT_JOB,
                .arguments = { { "a\0b", 3 }, { "c", 1 }, { "d", 1 } },
                .n_arguments = 3,
        };
        char *bytes;
        size_t size;

        assert_int_equal(packet_make(&packet, &bytes, &size), -EINVAL);
}

static void test_what_is_too_large(void **state) {
        _cleanup_free_ char *data = calloc(1, PACKET_BYTES_MAX + 1);
        Packet packet = { .type = PACKET_ECHO_REQ, .arguments = { { data, PACKET_BYTES_MAX + 1 } }, .n_arguments = 1 };
        size_t size;
        char *bytes;

        assert_int_equal(packet_make(&packet, &bytes, &size), -E2BIG);
        packet.arguments[0].size--;
        assert_int_equal(packet_make(&packet, &bytes, &size), 0);
        free(bytes);
}

/* Its begin is enough to refuse it. */
static void test_one_that_is_cut(void **state) {
        static const char head[] = "\0RES\0\0\0\x1f\0\x40\0\x01" "H:a:1\0function\0unique\0";
        char *bytes = calloc(1, PACKET_HEADER_BYTES + PACKET_BEGIN_BYTES);
        Packet packet;
        size_t taken;

        memcpy(bytes, head, sizeof(head) - 1);
        assert_int_equal(packet_parse(bytes, PACKET_HEADER_BYTES + PACKET_BEGIN_BYTES - 1, true, &packet, &taken), 0);
        assert_int_equal(packet_parse(bytes, PACKET_HEADER_BYTES + PACKET_BEGIN_BYTES, true, &packet, &taken), 1);
        assert_true(packet.is_cut);
        assert_int_equal(taken, PACKET_HEADER_BYTES + PACKET_BYTES_MAX + 1);
        check_argument(&packet, 0, "H:a:1");
        check_argument(&packet, 2, "unique");
        assert_int_equal(packet.arguments[3].size, PACKET_BEGIN_BYTES - strlen("H:a:1_function_unique_"));
        memset(bytes + PACKET_HEADER_BYTES, 'x', PACKET_BEGIN_BYTES);
        assert_int_equal(
                        packet_parse(bytes, PACKET_HEADER_BYTES + PACKET_BEGIN_BYTES, true, &packet, &taken), -EBADMSG);
        free(bytes);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_bytes),
                cmocka_unit_test(test_what_is_made_is_read),
                cmocka_unit_test(test_one_behind_another),
                cmocka_unit_test(test_what_is_none),
                cmocka_unit_test(test_a_type_that_is_not_known_has_no_arguments),
                cmocka_unit_test(test_arguments_that_would_become_two),
                cmocka_unit_test(test_what_is_too_large),
                cmocka_unit_test(test_one_that_is_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
