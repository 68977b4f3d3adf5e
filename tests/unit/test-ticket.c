/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What machines say to each other is signed: what is good, and each way in which it is not. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "frame.h"
#include "ticket.h"

#define NOW UINT64_C(1800000000)

static const TicketKey site = { .bytes = "0123456789abcdef0123456789abcdef", .size = 32 };
static const TicketKey others = { .bytes = "0123456789abcdef0123456789abcdeg", .size = 32 };

static char *seal(const char *function, const char *unique, const char *body) {
        struct json_object *object = body ? json_tokener_parse(body) : NULL;
        char *ticket = NULL;

        assert_int_equal(ticket_seal(&site, function, unique, object, NOW, &ticket), 0);
        json_object_put(object);
        return ticket;
}

static TicketFault open_at(const TicketKey *key, TicketMemory *memory, const char *ticket, uint64_t now) {
        struct json_object *body = NULL;
        TicketFault fault = ticket_open(key, memory, "run", "1", ticket, strlen(ticket), now, &body);

        json_object_put(body);
        return fault;
}

static void test_a_good_one(void **state) {
        _cleanup_free_ char *ticket = seal("run", "1", "{\"type\":\"a/b\",\"\303\244\":[1,2.5]}");
        struct json_object *body = NULL;

        assert_int_equal(ticket_open(&site, NULL, "run", "1", ticket, strlen(ticket), NOW, &body), TICKET_GOOD);
        assert_string_equal(json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                        "{\"type\":\"a/b\",\"\303\244\":[1,2.5]}");
        json_object_put(body);
}

static void test_without_a_body(void **state) {
        _cleanup_free_ char *ticket = seal("run", "1", NULL);
        struct json_object *body = (void *) state;

        assert_int_equal(ticket_open(&site, NULL, "run", "1", ticket, strlen(ticket), NOW, &body), TICKET_GOOD);
        assert_null(body);
}

static void test_for_something_else(void **state) {
        _cleanup_free_ char *function = seal("ran", "1", NULL), *unique = seal("run", "2", NULL);

        assert_int_equal(open_at(&site, NULL, function, NOW), TICKET_MISPLACED);
        assert_int_equal(open_at(&site, NULL, unique, NOW), TICKET_MISPLACED);
}

/* Any byte that is another one. */
static void test_one_that_was_changed(void **state) {
        _cleanup_free_ char *ticket = seal("run", "1", "{\"n\":1}");

        assert_int_equal(open_at(&others, NULL, ticket, NOW), TICKET_FORGED);
        for (size_t i = 0; ticket[i]; i++) {
                char before = ticket[i];

                ticket[i] ^= 1;
                assert_int_equal(open_at(&site, NULL, ticket, NOW), i == 64 ? TICKET_MALFORMED : TICKET_FORGED);
                ticket[i] = before;
        }
        assert_int_equal(open_at(&site, NULL, ticket, NOW), TICKET_GOOD);
}

static void test_one_that_was_cut(void **state) {
        _cleanup_free_ char *ticket = seal("run", "1", "{\"n\":1}");

        for (size_t n = strlen(ticket) - 1; n < SIZE_MAX; n--) {
                ticket[n] = '\0';
                assert_int_equal(open_at(&site, NULL, ticket, NOW), n <= 65 ? TICKET_MALFORMED : TICKET_FORGED);
        }
}

static char *sign_text(const char *text) {
        unsigned char mac[32];
        char *ticket, digits[65];

        assert_int_equal(ticket_mac(&site, NULL, text, strlen(text), mac), 0);
        for (size_t i = 0; i < sizeof(mac); i++)
                sprintf(digits + 2 * i, "%02x", mac[i]);
        assert_true(asprintf(&ticket, "%s\n%s", digits, text) > 0);
        return ticket;
}

/* Of who has the key, and another version of all this. */
static void test_signed_nonsense(void **state) {
        static const char *const texts[] = { "x", "[]", "1", "null", "{", "{} {}", "{}", "{\"version\":1}", "{\"version\":\"1\"}",
                "{\"version\":2,\"function\":\"run\",\"unique\":\"1\",\"expires\":1800000000,\"nonce\":"
                "\"0123456789abcdef0123456789abcdef\"}",
                "{\"version\":1,\"function\":\"run\",\"unique\":\"1\",\"expires\":1800000000,\"nonce\":\"0\"}",
                "{\"version\":1,\"function\":\"run\",\"unique\":\"1\",\"expires\":1800000000}" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_free_ char *ticket = sign_text(texts[i]);

                assert_int_equal(open_at(&site, NULL, ticket, NOW), TICKET_MALFORMED);
        }
}

static void test_the_clock(void **state) {
        _cleanup_free_ char *ticket = seal("run", "1", NULL);

        assert_int_equal(open_at(&site, NULL, ticket, NOW + TICKET_VALID_SEC), TICKET_GOOD);
        assert_int_equal(open_at(&site, NULL, ticket, NOW + TICKET_VALID_SEC + 1), TICKET_EXPIRED);
        assert_int_equal(open_at(&site, NULL, ticket, NOW - TICKET_VALID_SEC), TICKET_GOOD);
        assert_int_equal(open_at(&site, NULL, ticket, NOW - TICKET_VALID_SEC - 1), TICKET_EXPIRED);
        assert_int_equal(open_at(&site, NULL, ticket, NOW - 3600), TICKET_EXPIRED);
}

static void test_once(void **state) {
        _cleanup_free_ char *first = seal("run", "1", NULL), *second = seal("run", "1", NULL);
        TicketMemory *memory = ticket_memory_new();

        assert_int_equal(open_at(&site, memory, first, NOW), TICKET_GOOD);
        assert_int_equal(open_at(&site, memory, first, NOW), TICKET_REPLAYED);
        assert_int_equal(open_at(&site, memory, second, NOW), TICKET_GOOD);
        assert_int_equal(open_at(&site, memory, first, NOW + TICKET_VALID_SEC), TICKET_REPLAYED);
        ticket_memory_free(memory);
}

/* What has expired is forgotten, and what has not is not, however many there are. */
static void test_many(void **state) {
        TicketMemory *memory = ticket_memory_new();
        _cleanup_free_ char *late = seal("run", "1", NULL), *later = NULL;

        for (unsigned i = 0; i < TICKETS_REMEMBERED_MAX; i++) {
                _cleanup_free_ char *ticket = seal("run", "1", NULL);

                assert_int_equal(open_at(&site, memory, ticket, NOW), TICKET_GOOD);
        }
        assert_int_equal(open_at(&site, memory, late, NOW), TICKET_REPLAYED);
        assert_int_equal(ticket_seal(&site, "run", "1", NULL, NOW + TICKET_VALID_SEC + 1, &later), 0);
        assert_int_equal(open_at(&site, memory, later, NOW + TICKET_VALID_SEC + 1), TICKET_GOOD);
        ticket_memory_free(memory);
}

/* ---- frames ---- */

static void test_a_frame(void **state) {
        char buffer[FRAME_HEAD_BYTES + 4];
        Frame frame;

        memcpy(buffer + FRAME_HEAD_BYTES, "a\0b\n", 4);
        assert_int_equal(frame_seal(&site, "key", FRAME_OUTPUT, UINT64_C(1) << 40, buffer, 4), 0);
        assert_int_equal(frame_open(&site, "key", buffer, sizeof(buffer), &frame), 0);
        assert_int_equal(frame.kind, FRAME_OUTPUT);
        assert_int_equal(frame.at, UINT64_C(1) << 40);
        assert_int_equal(frame.size, 4);
        assert_memory_equal(frame.data, "a\0b\n", 4);
        assert_int_equal(frame_open(&site, "kez", buffer, sizeof(buffer), &frame), -EBADMSG);
        assert_int_equal(frame_open(&others, "key", buffer, sizeof(buffer), &frame), -EBADMSG);
        for (size_t n = 0; n < sizeof(buffer); n++) {
                assert_int_equal(frame_open(&site, "key", buffer, n, &frame), -EBADMSG);
                buffer[n] ^= 1;
                assert_int_equal(frame_open(&site, "key", buffer, sizeof(buffer), &frame), -EBADMSG);
                buffer[n] ^= 1;
        }
}

/* ---- the site's key ---- */

static void test_keys(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "key"), *bytes = calloc(1, TICKET_KEY_BYTES_MAX + 1);
        static const struct {
                size_t size;
                mode_t mode;
                int r;
        } cases[] = { { 32, 0640, 0 }, { 32, 0400, 0 }, { TICKET_KEY_BYTES_MAX, 0600, 0 }, { 31, 0600, -EINVAL },
                { 0, 0600, -EINVAL }, { TICKET_KEY_BYTES_MAX + 1, 0600, -EINVAL }, { 32, 0644, -EPERM },
                { 32, 0602, -EPERM } };
        TicketKey key;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                file_write(path, bytes, cases[i].size);
                assert_int_equal(chmod(path, cases[i].mode), 0);
                assert_int_equal(ticket_key_read(path, &key), cases[i].r);
                assert_int_equal(chmod(path, 0600), 0);
                if (cases[i].r == 0)
                        assert_int_equal(key.size, cases[i].size);
        }
        assert_int_equal(ticket_key_read(folder, &key), -EPERM);
        assert_int_equal(ticket_key_read("/nonexistent", &key), -ENOENT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_good_one),
                cmocka_unit_test(test_without_a_body),
                cmocka_unit_test(test_for_something_else),
                cmocka_unit_test(test_one_that_was_changed),
                cmocka_unit_test(test_one_that_was_cut),
                cmocka_unit_test(test_signed_nonsense),
                cmocka_unit_test(test_the_clock),
                cmocka_unit_test(test_once),
                cmocka_unit_test(test_many),
                cmocka_unit_test(test_a_frame),
                cmocka_unit_test(test_keys),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
