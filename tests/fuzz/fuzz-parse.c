/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers, spans, sizes and times: what was read, written and read again is the same. And texts: what passes
 * here for UTF-8 is what sd-bus lets pass. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "message.h"
#include "parse.h"

#define NOW_USEC (UINT64_C(1764000000) * USEC_PER_SEC)

/* A number, with what stands behind it, is read as this very number. */
static void check_spelling(int (*parse)(const char *, uint64_t *), uint64_t value, const char *suffix) {
        uint64_t again;
        char text[64];

        snprintf(text, sizeof(text), "%" PRIu64 "%s", value, suffix);
        CHECK(parse(text, &again) >= 0 && again == value);
}

static void check_error(int r) {
        CHECK(r == 0 || r == -EINVAL || r == -ERANGE);
}

static void check_numbers(const char *text) {
        uint64_t number = 0, id = 0;
        int64_t with_sign;
        uid_t uid;
        int r, v;

        check_error(parse_uint64(text, &number));
        r = parse_id(text, &id);
        check_error(r);
        CHECK(r < 0 || (id == number && id > 0 && id <= INT64_MAX));
        r = parse_uid(text, &uid);
        check_error(r);
        CHECK(r < 0 || (uid == number && uid != (uid_t) -1 && uid != 65535));
        check_error(parse_int64(text, &with_sign));
        r = parse_int(text, -20, 19, &v);
        check_error(r);
        CHECK(r < 0 || (v == with_sign && v >= -20 && v <= 19));
}

static void check_amounts(const char *text) {
        uint64_t v;
        int r;

        r = parse_timespan(text, &v);
        check_error(r);
        if (r >= 0 && v != UINT64_MAX)
                check_spelling(parse_timespan, v, "us");
        r = parse_size(text, &v);
        check_error(r);
        if (r >= 0)
                check_spelling(parse_size, v, "");
        r = parse_cpu_quota(text, &v);
        check_error(r);
        CHECK(r < 0 || v > 0);
}

static int parse_timestamp_now(const char *text, uint64_t *ret_usec) {
        return parse_timestamp(text, NOW_USEC, ret_usec);
}

static void check_timestamp(const char *text) {
        char *seconds = NULL;
        uint64_t usec, again;
        int r = parse_timestamp_now(text, &usec);

        check_error(r);
        if (r < 0)
                return;
        CHECK(asprintf(&seconds, "@%" PRIu64, usec / USEC_PER_SEC) > 0);
        CHECK(parse_timestamp_now(seconds, &again) >= 0 && again == usec - usec % USEC_PER_SEC);
        free(seconds);
}

static void check_text(const char *text) {
        _cleanup_free_ char *line = strdup(text), *cut = NULL, *clean = strdup(text);
        bool is_utf8 = utf8_is_valid(text);
        int n = utf8_cut(text, 64);

        CHECK(line && clean);
        CHECK(is_utf8 == bus_carries(text));
        CHECK(n >= 0 && n <= 64 && (size_t) n <= strlen(text));
        cut = strndup(text, (size_t) n);
        CHECK(cut && (!is_utf8 || utf8_is_valid(cut)));
        text_make_one_line(line, ' ');
        CHECK(text_is_one_line(line) && utf8_is_valid(line) && strlen(line) == strlen(text));
        CHECK((is_utf8 && text_is_one_line(text)) == (strcmp(text, line) == 0));
        if (path_is_plain(text))
                CHECK(*text == '/' && !strstr(text, "/../") && text_is_one_line(text));
        if (env_assignment_is_valid(text))
                CHECK(strchr(text, '=') > text);
        if (uri_is_valid(text))
                CHECK(strchr(text, ':') > text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        _cleanup_free_ char *text = input_text(&input);
        bool b;

        check_numbers(text);
        check_amounts(text);
        check_timestamp(text);
        check_text(text);
        CHECK(parse_boolean(text, &b) >= 0 || *text != '1' || text[1]);
        return 0;
}
