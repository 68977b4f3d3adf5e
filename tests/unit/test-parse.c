/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "macro.h"
#include "parse.h"

/* Tuesday, 24 November 2026, 10:30:15.5 UTC */
#define NOW_SEC UINT64_C(1795516215)
#define NOW_USEC (NOW_SEC * USEC_PER_SEC + 500 * USEC_PER_MSEC)
#define MIDNIGHT_USEC ((NOW_SEC - (10 * 3600 + 30 * 60 + 15)) * USEC_PER_SEC)
#define DAY_USEC (UINT64_C(86400) * USEC_PER_SEC)
#define HOUR_USEC (UINT64_C(3600) * USEC_PER_SEC)
#define MINUTE_USEC (UINT64_C(60) * USEC_PER_SEC)

/* What a result holds that nobody has written to. */
#define UNTOUCHED UINT64_C(0x5a5a5a5a)

typedef struct Sample {
        const char *text;
        int r;
        uint64_t value;
} Sample;

static void check_samples(const Sample *samples, size_t n, int (*parse)(const char *, uint64_t *)) {
        for (size_t i = 0; i < n; i++) {
                uint64_t value = UNTOUCHED;
                int r = parse(samples[i].text, &value);

                if (r != samples[i].r || value != (r < 0 ? UNTOUCHED : samples[i].value))
                        fail_msg("\"%s\": %i, %llu", samples[i].text, r, (unsigned long long) value);
        }
}

static void test_uint64(void **state) {
        static const Sample samples[] = {
                { "0", 0, 0 }, { "007", 0, 7 }, { "18446744073709551615", 0, UINT64_MAX },
                { "18446744073709551616", -ERANGE, 0 }, { "99999999999999999999999", -ERANGE, 0 },
                { "", -EINVAL, 0 }, { "-1", -EINVAL, 0 }, { "-0", -EINVAL, 0 }, { "+1", -EINVAL, 0 },
                { " 1", -EINVAL, 0 }, { "1 ", -EINVAL, 0 }, { "1\n", -EINVAL, 0 }, { "0x10", -EINVAL, 0 },
                { "1e3", -EINVAL, 0 }, { "1.0", -EINVAL, 0 },
                { "١", -EINVAL, 0 }, /* a digit, but not ours */
        };

        check_samples(samples, ELEMENTSOF(samples), parse_uint64);
}

static void test_id(void **state) {
        static const Sample samples[] = {
                { "1", 0, 1 },
                { "9223372036854775807", 0, INT64_MAX },
                { "9223372036854775808", -ERANGE, 0 },
                { "18446744073709551616", -ERANGE, 0 },
                { "0", -ERANGE, 0 },
                { "-1", -EINVAL, 0 },
                { "abc", -EINVAL, 0 },
                { "12abc", -EINVAL, 0 },
                { "", -EINVAL, 0 },
        };

        check_samples(samples, ELEMENTSOF(samples), parse_id);
}

static void test_int(void **state) {
        static const struct {
                const char *text;
                int min, max, r, value;
        } samples[] = {
                { "0", 0, 19, 0, 0 },
                { "19", 0, 19, 0, 19 },
                { "20", 0, 19, -ERANGE, 0 },
                { "-1", 0, 19, -ERANGE, 0 },
                { "-20", -20, 19, 0, -20 },
                { "+5", 0, 19, 0, 5 },
                { "2147483647", INT_MIN, INT_MAX, 0, INT_MAX },
                { "-2147483648", INT_MIN, INT_MAX, 0, INT_MIN },
                { "2147483648", INT_MIN, INT_MAX, -ERANGE, 0 },
                { "-2147483649", INT_MIN, INT_MAX, -ERANGE, 0 },
                { "18446744073709551616", INT_MIN, INT_MAX, -ERANGE, 0 },
                { "--1", INT_MIN, INT_MAX, -EINVAL, 0 },
                { "-", INT_MIN, INT_MAX, -EINVAL, 0 },
                { "", INT_MIN, INT_MAX, -EINVAL, 0 },
                { "1x", INT_MIN, INT_MAX, -EINVAL, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                int value = 4711, r = parse_int(samples[i].text, samples[i].min, samples[i].max, &value);

                if (r != samples[i].r || value != (r < 0 ? 4711 : samples[i].value))
                        fail_msg("\"%s\": %i, %i", samples[i].text, r, value);
        }
}

static void test_boolean(void **state) {
        static const char *const yes[] = { "1", "yes", "Yes", "y", "true", "TRUE", "t", "on" };
        static const char *const no[] = { "0", "no", "n", "False", "f", "off", "OFF" };
        static const char *const nonsense[] = { "", " yes", "yes ", "2", "ja", "tru" };
        bool value;

        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                value = false;
                assert_int_equal(parse_boolean(yes[i], &value), 0);
                assert_true(value);
        }
        for (size_t i = 0; i < ELEMENTSOF(no); i++) {
                value = true;
                assert_int_equal(parse_boolean(no[i], &value), 0);
                assert_false(value);
        }
        for (size_t i = 0; i < ELEMENTSOF(nonsense); i++)
                assert_int_equal(parse_boolean(nonsense[i], &value), -EINVAL);
}

static void test_uid(void **state) {
        static const struct {
                const char *text;
                int r;
                uid_t uid;
        } samples[] = {
                { "0", 0, 0 },
                { "1000", 0, 1000 },
                { "65534", 0, 65534 },
                { "65535", -ERANGE, 0 },
                { "65536", 0, 65536 },
                { "4294967294", 0, 4294967294U },
                { "4294967295", -ERANGE, 0 },
                { "4294967296", -ERANGE, 0 },
                { "-1", -EINVAL, 0 },
                { "root", -EINVAL, 0 },
                { "", -EINVAL, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                uid_t uid = 4711;

                assert_int_equal(parse_uid(samples[i].text, &uid), samples[i].r);
                assert_int_equal(uid, samples[i].r < 0 ? 4711 : samples[i].uid);
        }
}

static void test_modes(void **state) {
        static const struct {
                const char *text;
                int r;
                unsigned mode;
        } samples[] = { { "0", 0, 0 }, { "22", 0, 022 }, { "0022", 0, 022 }, { "0777", 0, 0777 },
                { "1000", -ERANGE, 0 }, { "77777777777777", -ERANGE, 0 }, { "", -EINVAL, 0 },
                { "8", -EINVAL, 0 }, { "-1", -EINVAL, 0 }, { "7 ", -EINVAL, 0 }, { "u=rwx", -EINVAL, 0 } };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                unsigned mode = 0;

                assert_int_equal(parse_mode(samples[i].text, &mode), samples[i].r);
                assert_int_equal(mode, samples[i].mode);
        }
}

static void test_timespan(void **state) {
        static const Sample samples[] = {
                { "0", 0, 0 },
                { "90", 0, 90 * USEC_PER_SEC },
                { "90s", 0, 90 * USEC_PER_SEC },
                { "90 sec", 0, 90 * USEC_PER_SEC },
                { "1h 30min", 0, 90 * MINUTE_USEC },
                { "1h30min", 0, 90 * MINUTE_USEC },
                { "1hr 30minutes", 0, 90 * MINUTE_USEC },
                { "500ms", 0, 500 * USEC_PER_MSEC },
                { "7us", 0, 7 },
                { "7µs", 0, 7 },
                { "7μs", 0, 7 },
                { "1.5h", 0, 90 * MINUTE_USEC },
                { "0.000001", 0, 1 },
                { "0.0000001", 0, 0 },
                { "1.00000000000000000000000000001s", 0, USEC_PER_SEC },
                { "2d 1w", 0, 9 * DAY_USEC },
                { "1m", 0, MINUTE_USEC },
                { "1M", 0, UINT64_C(2629800) * USEC_PER_SEC },
                { "1y", 0, UINT64_C(31557600) * USEC_PER_SEC },
                { "1s 1s", 0, 2 * USEC_PER_SEC },
                { "  5min  ", 0, 5 * MINUTE_USEC },
                { "infinity", 0, UINT64_MAX },
                { "18446744073709551614us", 0, UINT64_MAX - 1 },
                { "18446744073709551615us", -ERANGE, 0 }, /* that would be infinity */
                { "18446744073709551614us 1us", -ERANGE, 0 },
                { "18446744073709551614us 9us", -ERANGE, 0 },
                { "18446744073709551615", -ERANGE, 0 },
                { "99999999999999999999y", -ERANGE, 0 },
                { "600000y", -ERANGE, 0 },
                { "", -EINVAL, 0 },
                { "   ", -EINVAL, 0 },
                { "-5", -EINVAL, 0 },
                { "+5", -EINVAL, 0 },
                { "5 -3", -EINVAL, 0 },
                { "s", -EINVAL, 0 },
                { "h 5", -EINVAL, 0 },
                { "5x", -EINVAL, 0 },
                { "5H", -EINVAL, 0 },
                { "5minx", -EINVAL, 0 },
                { ".5h", -EINVAL, 0 },
                { "5.h", -EINVAL, 0 },
                { "1.2.3", -EINVAL, 0 },
                { "5,5", -EINVAL, 0 },
                { "infinity 5", -EINVAL, 0 },
                { "Infinity", -EINVAL, 0 },
                { "5\n", -EINVAL, 0 },
                { "5\xff", -EINVAL, 0 },
        };

        check_samples(samples, ELEMENTSOF(samples), parse_timespan);
}

static void test_size(void **state) {
        static const Sample samples[] = {
                { "0", 0, 0 },
                { "1023", 0, 1023 },
                { "1K", 0, 1024 },
                { "500M", 0, UINT64_C(500) << 20 },
                { "2G", 0, UINT64_C(2) << 30 },
                { "1.5G", 0, UINT64_C(3) << 29 },
                { "16777215T", 0, UINT64_C(16777215) << 40 },
                { "16777216T", -ERANGE, 0 },
                { "18446744073709551614", 0, UINT64_MAX - 1 },
                { "18446744073709551615", -ERANGE, 0 },
                { "18446744073709551616", -ERANGE, 0 },
                { "", -EINVAL, 0 },
                { "K", -EINVAL, 0 },
                { "1k", -EINVAL, 0 },
                { "1 K", -EINVAL, 0 },
                { "1KB", -EINVAL, 0 },
                { "1P", -EINVAL, 0 },
                { "-1K", -EINVAL, 0 },
                { "50%", -EINVAL, 0 },
                { "infinity", -EINVAL, 0 },
        };

        check_samples(samples, ELEMENTSOF(samples), parse_size);
}

static void test_cpu_quota(void **state) {
        static const Sample samples[] = {
                { "100%", 0, USEC_PER_SEC },
                { "150%", 0, 1500000 },
                { "0.1%", 0, 1000 },
                { "12.5%", 0, 125000 },
                { "0.0001%", 0, 1 },
                { "0.00001%", -ERANGE, 0 },
                { "0%", -ERANGE, 0 },
                { "18446744073709551615%", -ERANGE, 0 },
                { "100", -EINVAL, 0 },
                { "%", -EINVAL, 0 },
                { "100 %", -EINVAL, 0 },
                { "100%%", -EINVAL, 0 },
                { "-50%", -EINVAL, 0 },
                { "", -EINVAL, 0 },
        };

        check_samples(samples, ELEMENTSOF(samples), parse_cpu_quota);
}

static int parse_timestamp_now(const char *text, uint64_t *ret_usec) {
        return parse_timestamp(text, NOW_USEC, ret_usec);
}

static void set_time_zone(const char *zone) {
        assert_int_equal(setenv("TZ", zone, true), 0);
        tzset();
}

static void test_timestamp(void **state) {
        static const Sample samples[] = {
                { "now", 0, NOW_USEC },
                { "today", 0, MIDNIGHT_USEC },
                { "yesterday", 0, MIDNIGHT_USEC - DAY_USEC },
                { "tomorrow", 0, MIDNIGHT_USEC + DAY_USEC },
                { "today UTC", 0, MIDNIGHT_USEC },
                { "2026-11-24", 0, MIDNIGHT_USEC },
                { "2026-11-24 UTC", 0, MIDNIGHT_USEC },
                { "2026-11-24 10:30", 0, MIDNIGHT_USEC + 10 * HOUR_USEC + 30 * MINUTE_USEC },
                { "2026-11-24 10:30:15", 0, NOW_SEC * USEC_PER_SEC },
                { "2026-11-24T10:30:15", 0, NOW_SEC * USEC_PER_SEC },
                { "2026-11-24 10:30:15 UTC", 0, NOW_SEC * USEC_PER_SEC },
                { "10:30", 0, MIDNIGHT_USEC + 10 * HOUR_USEC + 30 * MINUTE_USEC },
                { "10:30:15", 0, NOW_SEC * USEC_PER_SEC },
                { "00:00", 0, MIDNIGHT_USEC },
                { "@1795516215", 0, NOW_SEC * USEC_PER_SEC },
                { "@0", 0, 0 },
                { "1970-01-01", 0, 0 },
                { "2h ago", 0, NOW_USEC - 2 * HOUR_USEC },
                { "1h 30min ago", 0, NOW_USEC - 90 * MINUTE_USEC },
                { "-2h", 0, NOW_USEC - 2 * HOUR_USEC },
                { "-0", 0, NOW_USEC },
                { "2024-02-29", 0, UINT64_C(1709164800) * USEC_PER_SEC },
                { "1969-12-31", -ERANGE, 0 },
                { "100y ago", -ERANGE, 0 },
                { "infinity ago", -ERANGE, 0 },
                { "@18446744073709551615", -ERANGE, 0 },
                { "2026-02-29", -EINVAL, 0 },
                { "2026-02-31", -EINVAL, 0 },
                { "2026-13-01", -EINVAL, 0 },
                { "2026-00-01", -EINVAL, 0 },
                { "2026-11-24 24:00", -EINVAL, 0 },
                { "2026-11-24 10:60", -EINVAL, 0 },
                { "2026-11-24 10", -EINVAL, 0 },
                { "2026-11", -EINVAL, 0 },
                { "25:00", -EINVAL, 0 },
                { "2026-11-24 10:30 CET", -EINVAL, 0 },
                { "UTC", -EINVAL, 0 },
                { " UTC", -EINVAL, 0 },
                { "ago", -EINVAL, 0 },
                { " ago", -EINVAL, 0 },
                { "--2h", -EINVAL, 0 },
                { "-2h ago", -EINVAL, 0 },
                { "@-1", -EINVAL, 0 },
                { "@", -EINVAL, 0 },
                { " today", -EINVAL, 0 },
                { "Today", -EINVAL, 0 },
                { "noon", -EINVAL, 0 },
                { "", -EINVAL, 0 },
        };

        set_time_zone("UTC0");
        check_samples(samples, ELEMENTSOF(samples), parse_timestamp_now);
}

/* Two hours east, so that a local midnight is 22:00 of the day before. */
static void test_timestamp_is_local(void **state) {
        static const Sample samples[] = {
                { "today", 0, MIDNIGHT_USEC - 2 * HOUR_USEC },
                { "today UTC", 0, MIDNIGHT_USEC },
                { "2026-11-24", 0, MIDNIGHT_USEC - 2 * HOUR_USEC },
                { "2026-11-24 UTC", 0, MIDNIGHT_USEC },
                { "12:30:15", 0, NOW_SEC * USEC_PER_SEC },
                { "2h ago", 0, NOW_USEC - 2 * HOUR_USEC },
                { "@1795516215", 0, NOW_SEC * USEC_PER_SEC },
        };

        set_time_zone("EET-2");
        check_samples(samples, ELEMENTSOF(samples), parse_timestamp_now);
}

/* In Berlin 29 March 2026 has 23 hours, and 25 October 25: "today" is midnight all the same. */
static void test_timestamp_in_a_short_and_a_long_day(void **state) {
        uint64_t usec;

        set_time_zone("CET-1CEST,M3.5.0,M10.5.0/3");
        assert_int_equal(parse_timestamp("today", UINT64_C(1774821600) * USEC_PER_SEC - 1, &usec), 0);
        assert_int_equal(usec, UINT64_C(1774738800) * USEC_PER_SEC);
        assert_int_equal(parse_timestamp("yesterday", UINT64_C(1774821600) * USEC_PER_SEC, &usec), 0);
        assert_int_equal(usec, UINT64_C(1774738800) * USEC_PER_SEC);
        assert_int_equal(parse_timestamp("today", UINT64_C(1792969199) * USEC_PER_SEC, &usec), 0);
        assert_int_equal(usec, UINT64_C(1792879200) * USEC_PER_SEC);
}

/* The day before the 1st is in another month. */
static void test_yesterday_across_a_year(void **state) {
        uint64_t usec;

        set_time_zone("UTC0");
        assert_int_equal(parse_timestamp("yesterday", UINT64_C(1767229200) * USEC_PER_SEC, &usec), 0);
        assert_int_equal(usec, UINT64_C(1767139200) * USEC_PER_SEC); /* 31 December 2025 */
}

static void test_utf8(void **state) {
        static const char *const valid[] = {
                "",
                "abc",
                "ä",
                "€",
                "😀",
                "\xc2\x80",
                "\xdf\xbf",
                "\xe0\xa0\x80",
                "\xed\x9f\xbf",
                "\xee\x80\x80",
                "\xf0\x90\x80\x80",
                "\xf4\x8f\xbf\xbd",
        };
        static const char *const invalid[] = {
                "\x80",                             /* begins in the middle */
                "\xc0\x80",                         /* overlong */
                "\xc1\xbf",                         /* overlong */
                "\xe0\x9f\xbf",                     /* overlong */
                "\xf0\x8f\xbf\xbf",                 /* overlong */
                "\xed\xa0\x80",                     /* surrogate */
                "\xed\xbf\xbf",                     /* surrogate */
                "\xf4\x90\x80\x80",                 /* beyond U+10FFFF */
                "\xf5\x80\x80\x80", "\xff", "\xc3", /* cut off */
                "\xe2\x82", "\xf0\x9f\x98", "\xc3z", "ab\xffz",
                "\xef\xbf\xbe", /* noncharacters, which sd-bus refuses: U+FFFE */
                "\xef\xb7\x90", /* U+FDD0 */
        };

        for (size_t i = 0; i < ELEMENTSOF(valid); i++)
                assert_true(utf8_is_valid(valid[i]));
        for (size_t i = 0; i < ELEMENTSOF(invalid); i++)
                assert_false(utf8_is_valid(invalid[i]));
}

static void test_one_line(void **state) {
        assert_true(text_is_one_line(""));
        assert_true(text_is_one_line("tar of /usr/share/doc: 45 % äöü 😀"));
        assert_true(text_is_one_line("\xc2\xa0")); /* no-break space, the first after the controls */
        assert_true(text_is_one_line("\xff"));
        assert_true(text_is_one_line("\xe2\x80\x8f\xd7\xa9\xe2\x80\x8e \xe2\x80\xa7")); /* marks; and the last one before */
        assert_false(text_is_one_line("abc\xe2\x80\xaegpj.exe"));                /* right-to-left override */
        assert_false(text_is_one_line("\xe2\x81\xa6x"));                          /* an isolate */
        assert_false(text_is_one_line("a\xe2\x80\xa8" "b"));                         /* line separator */
        assert_false(text_is_one_line("a\nb"));
        assert_false(text_is_one_line("a\tb"));
        assert_false(text_is_one_line("\033[31m"));
        assert_false(text_is_one_line("\x7f"));
        assert_false(text_is_one_line("\xc2\x9b"
                                      "31m")); /* the one-character form of ESC [ */
        assert_false(text_is_one_line("\xff\n"));
}

static void test_cut(void **state) {
        static const struct {
                const char *text;
                unsigned max;
                int n;
        } samples[] = { { "", 0, 0 }, { "", 5, 0 }, { "abc", 5, 3 }, { "abc", 3, 3 }, { "abc", 2, 2 },
                { "abc", 0, 0 }, { "aä", 3, 3 }, { "aä", 2, 1 }, { "€", 3, 3 }, { "€", 2, 0 }, { "€", 1, 0 },
                { "x😀y", 5, 5 }, { "x😀y", 4, 1 }, { "\x80\x80\x80", 2, 0 } };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++)
                assert_int_equal(utf8_cut(samples[i].text, samples[i].max), samples[i].n);
}

static void test_make_one_line(void **state) {
        static const struct {
                const char *text, *wanted;
        } samples[] = {
                { "", "" }, { "plain ä€😀", "plain ä€😀" }, { "a\nb\tc\x7f", "a_b_c_" },
                { "a\xc2\x9b"
                  "b\xc2\xa0",
                                "a__b\xc2\xa0" },
                { "\xff\n", "__" }, { "a\xef\xbf\xbf", "a___" }, /* U+FFFF, a noncharacter */
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                char text[64];

                strcpy(text, samples[i].text);
                text_make_one_line(text, '_');
                assert_string_equal(text, samples[i].wanted);
                assert_true(text_is_one_line(text));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_uint64),
                cmocka_unit_test(test_id),
                cmocka_unit_test(test_int),
                cmocka_unit_test(test_boolean),
                cmocka_unit_test(test_uid),
                cmocka_unit_test(test_modes),
                cmocka_unit_test(test_timespan),
                cmocka_unit_test(test_size),
                cmocka_unit_test(test_cpu_quota),
                cmocka_unit_test(test_timestamp),
                cmocka_unit_test(test_timestamp_is_local),
                cmocka_unit_test(test_timestamp_in_a_short_and_a_long_day),
                cmocka_unit_test(test_yesterday_across_a_year),
                cmocka_unit_test(test_utf8),
                cmocka_unit_test(test_one_line),
                cmocka_unit_test(test_cut),
                cmocka_unit_test(test_make_one_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
