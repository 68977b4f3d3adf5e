/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "macro.h"
#include "parse.h"

#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)
#define USEC_PER_WEEK (7 * USEC_PER_DAY)
/* As systemd.time(7) counts them: a year has 365.25 days, a month is the twelfth part of it. */
#define USEC_PER_YEAR (UINT64_C(31557600) * USEC_PER_SEC)
#define USEC_PER_MONTH (USEC_PER_YEAR / 12)

#define USEC_PER_CPU_PERCENT (USEC_PER_SEC / 100)

/* Digits after the decimal point that count; more of them are read and dropped. */
#define FRACTION_DIGITS_MAX 9U

__extension__ typedef unsigned __int128 uint128;

typedef struct Unit {
        const char *name;
        uint64_t factor;
} Unit;

/* isdigit(3) and isspace(3) go by the locale, and take no negative char. */
static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_space(char c) {
        return c == ' ' || c == '\t';
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *skip_spaces(const char *s) {
        while (is_space(*s))
                s++;
        return s;
}

/* Reads the digits that s begins with, and leaves s behind them. */
static int read_digits(const char **s, uint64_t *ret) {
        const char *p = *s;
        uint64_t value = 0;

        if (!is_digit(*p))
                return -EINVAL;
        for (; is_digit(*p); p++)
                if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
                                __builtin_add_overflow(value, (uint64_t) (*p - '0'), &value))
                        return -ERANGE;
        *s = p;
        *ret = value;
        return 0;
}

/* Reads "12" or "12.5". The fraction comes as a number of 1/ret_divisor. */
static int read_decimal(const char **s, uint64_t *ret_whole, uint64_t *ret_fraction, uint64_t *ret_divisor) {
        const char *p = *s;
        uint64_t whole, fraction = 0, divisor = 1;
        unsigned n_digits = 0;
        int r;

        r = read_digits(&p, &whole);
        if (r < 0)
                return r;
        if (*p == '.') {
                p++;
                if (!is_digit(*p))
                        return -EINVAL;
                for (; is_digit(*p); p++) {
                        if (++n_digits > FRACTION_DIGITS_MAX)
                                continue;
                        fraction = fraction * 10 + (uint64_t) (*p - '0');
                        divisor *= 10;
                }
        }
        *s = p;
        *ret_whole = whole;
        *ret_fraction = fraction;
        *ret_divisor = divisor;
        return 0;
}

static int scale_decimal(
                uint64_t whole, uint64_t fraction, uint64_t divisor, uint64_t factor, uint64_t *ret) {
        uint128 value = (uint128) whole * factor + (uint128) fraction * factor / divisor;

        /* UINT64_MAX stands for infinity */
        if (value >= UINT64_MAX)
                return -ERANGE;
        *ret = (uint64_t) value;
        return 0;
}

int parse_uint64(const char *s, uint64_t *ret) {
        uint64_t value;
        int r;

        r = read_digits(&s, &value);
        if (r < 0)
                return r;
        if (*s)
                return -EINVAL;
        *ret = value;
        return 0;
}

int parse_id(const char *s, uint64_t *ret) {
        uint64_t value;
        int r;

        r = parse_uint64(s, &value);
        if (r < 0)
                return r;
        if (value < 1 || value > INT64_MAX)
                return -ERANGE;
        *ret = value;
        return 0;
}

int parse_int64(const char *s, int64_t *ret) {
        bool negative = *s == '-';
        uint64_t magnitude;
        int r;

        r = parse_uint64(*s == '-' || *s == '+' ? s + 1 : s, &magnitude);
        if (r < 0)
                return r;
        if (magnitude > (uint64_t) INT64_MAX + negative)
                return -ERANGE;
        *ret = (int64_t) (negative ? -magnitude : magnitude);
        return 0;
}

int parse_int(const char *s, int min, int max, int *ret) {
        int64_t value;
        int r;

        r = parse_int64(s, &value);
        if (r < 0)
                return r;
        if (value < min || value > max)
                return -ERANGE;
        *ret = (int) value;
        return 0;
}

int parse_boolean(const char *s, bool *ret) {
        static const char *const yes[] = { "1", "yes", "y", "true", "t", "on" };
        static const char *const no[] = { "0", "no", "n", "false", "f", "off" };

        for (size_t i = 0; i < ELEMENTSOF(yes); i++)
                if (strcasecmp(s, yes[i]) == 0) {
                        *ret = true;
                        return 0;
                }
        for (size_t i = 0; i < ELEMENTSOF(no); i++)
                if (strcasecmp(s, no[i]) == 0) {
                        *ret = false;
                        return 0;
                }
        return -EINVAL;
}

int parse_mode(const char *s, unsigned *ret) {
        size_t n = strspn(s, "01234567");
        unsigned mode = 0;

        if (n == 0 || s[n])
                return -EINVAL;
        for (; *s; s++) {
                mode = mode * 8 + (unsigned) (*s - '0');
                if (mode > 0777)
                        return -ERANGE;
        }
        *ret = mode;
        return 0;
}

int parse_uid(const char *s, uid_t *ret) {
        uint64_t value;
        int r;

        r = parse_uint64(s, &value);
        if (r < 0)
                return r;
        /* (uid_t) -1 of 32 and of 16 bits: chown(2) and setresuid(2) take them for "no change" */
        if (value >= UINT32_MAX || value == UINT16_MAX)
                return -ERANGE;
        *ret = (uid_t) value;
        return 0;
}

/* The names that systemd.time(7) has. */
static const Unit time_units[] = {
        { "usec", 1 },
        { "us", 1 },
        { "µs", 1 }, /* U+00B5 */
        { "μs", 1 }, /* U+03BC */
        { "msec", USEC_PER_MSEC },
        { "ms", USEC_PER_MSEC },
        { "seconds", USEC_PER_SEC },
        { "second", USEC_PER_SEC },
        { "sec", USEC_PER_SEC },
        { "s", USEC_PER_SEC },
        { "minutes", USEC_PER_MINUTE },
        { "minute", USEC_PER_MINUTE },
        { "min", USEC_PER_MINUTE },
        { "m", USEC_PER_MINUTE },
        { "hours", USEC_PER_HOUR },
        { "hour", USEC_PER_HOUR },
        { "hr", USEC_PER_HOUR },
        { "h", USEC_PER_HOUR },
        { "days", USEC_PER_DAY },
        { "day", USEC_PER_DAY },
        { "d", USEC_PER_DAY },
        { "weeks", USEC_PER_WEEK },
        { "week", USEC_PER_WEEK },
        { "w", USEC_PER_WEEK },
        { "months", USEC_PER_MONTH },
        { "month", USEC_PER_MONTH },
        { "M", USEC_PER_MONTH },
        { "years", USEC_PER_YEAR },
        { "year", USEC_PER_YEAR },
        { "y", USEC_PER_YEAR },
};

/* Reads the letters that s begins with as the name of a unit; no letters are seconds. */
static int read_time_unit(const char **s, uint64_t *ret_factor) {
        size_t length = 0;

        while (is_letter((*s)[length]) || (unsigned char) (*s)[length] >= 0x80)
                length++;
        if (length == 0) {
                *ret_factor = USEC_PER_SEC;
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(time_units); i++)
                if (strlen(time_units[i].name) == length && strncmp(*s, time_units[i].name, length) == 0) {
                        *s += length;
                        *ret_factor = time_units[i].factor;
                        return 0;
                }
        return -EINVAL;
}

/* One part of a span, "1.5h" of "1.5h 20s", and the white space around it. */
static int read_timespan_part(const char **s, uint64_t *ret_usec) {
        uint64_t whole, fraction, divisor, factor;
        int r;

        r = read_decimal(s, &whole, &fraction, &divisor);
        if (r < 0)
                return r;
        *s = skip_spaces(*s);
        r = read_time_unit(s, &factor);
        if (r < 0)
                return r;
        *s = skip_spaces(*s);
        return scale_decimal(whole, fraction, divisor, factor, ret_usec);
}

int parse_timespan(const char *s, uint64_t *ret_usec) {
        uint64_t sum = 0;
        int r;

        s = skip_spaces(s);
        if (strcmp(s, "infinity") == 0) {
                *ret_usec = UINT64_MAX;
                return 0;
        }
        do {
                uint64_t part;

                r = read_timespan_part(&s, &part);
                if (r < 0)
                        return r;
                if (__builtin_add_overflow(sum, part, &sum) || sum == UINT64_MAX)
                        return -ERANGE;
        } while (*s);
        *ret_usec = sum;
        return 0;
}

int parse_size(const char *s, uint64_t *ret_bytes) {
        static const Unit suffixes[] = {
                { "", 1 },
                { "K", UINT64_C(1) << 10 },
                { "M", UINT64_C(1) << 20 },
                { "G", UINT64_C(1) << 30 },
                { "T", UINT64_C(1) << 40 },
        };
        uint64_t whole, fraction, divisor;
        int r;

        r = read_decimal(&s, &whole, &fraction, &divisor);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++)
                if (strcmp(s, suffixes[i].name) == 0)
                        return scale_decimal(whole, fraction, divisor, suffixes[i].factor, ret_bytes);
        return -EINVAL;
}

int parse_cpu_quota(const char *s, uint64_t *ret_usec) {
        uint64_t whole, fraction, divisor, quota;
        int r;

        r = read_decimal(&s, &whole, &fraction, &divisor);
        if (r < 0)
                return r;
        if (strcmp(s, "%") != 0)
                return -EINVAL;
        r = scale_decimal(whole, fraction, divisor, USEC_PER_CPU_PERCENT, &quota);
        if (r < 0)
                return r;
        if (quota == 0)
                return -ERANGE;
        *ret_usec = quota;
        return 0;
}

static int time_to_usec(struct tm *tm, bool utc, uint64_t *ret_usec) {
        int day = tm->tm_mday, month = tm->tm_mon;
        time_t t;

        tm->tm_isdst = -1;
        t = utc ? timegm(tm) : mktime(tm);
        /* mktime(3) takes the 31st of February for the 3rd of March */
        if (tm->tm_mday != day || tm->tm_mon != month)
                return -EINVAL;
        if (t < 0)
                return -ERANGE;
        *ret_usec = (uint64_t) t * USEC_PER_SEC;
        return 0;
}

static int now_as_time(uint64_t now_usec, bool utc, struct tm *ret) {
        time_t t = (time_t) (now_usec / USEC_PER_SEC);

        return (utc ? gmtime_r(&t, ret) : localtime_r(&t, ret)) ? 0 : -ERANGE;
}

/* "today" and the like: midnight, and so many days from it. */
static int parse_day_name(const char *s, uint64_t now_usec, bool utc, uint64_t *ret_usec) {
        static const struct {
                const char *name;
                int days;
        } days[] = {
                { "today", 0 },
                { "yesterday", -1 },
                { "tomorrow", 1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(days); i++) {
                struct tm midnight;
                int r;

                if (strcmp(s, days[i].name) != 0)
                        continue;
                r = now_as_time(now_usec, utc, &midnight);
                if (r < 0)
                        return r;
                midnight.tm_hour = midnight.tm_min = midnight.tm_sec = 0;
                midnight.tm_mday += days[i].days;
                midnight.tm_isdst = -1;
                /* normalised first: yesterday of the 1st is the "0th" */
                (void) (utc ? timegm(&midnight) : mktime(&midnight));
                return time_to_usec(&midnight, utc, ret_usec);
        }
        return -EINVAL;
}

/* A date, a time of day or both, as far as s says; what it does not say is today, or zero. */
static int parse_calendar_time(const char *s, uint64_t now_usec, bool utc, uint64_t *ret_usec) {
        static const char *const formats[] = {
                "%Y-%m-%d %H:%M:%S",
                "%Y-%m-%dT%H:%M:%S",
                "%Y-%m-%d %H:%M",
                "%Y-%m-%d",
                "%H:%M:%S",
                "%H:%M",
        };

        /* strptime(3) skips white space and takes signs */
        if (!is_digit(*s))
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTSOF(formats); i++) {
                const char *end;
                struct tm tm;
                int r;

                r = now_as_time(now_usec, utc, &tm);
                if (r < 0)
                        return r;
                tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
                end = strptime(s, formats[i], &tm);
                if (end && !*end)
                        return time_to_usec(&tm, utc, ret_usec);
        }
        return -EINVAL;
}

static int parse_time_ago(const char *span, uint64_t now_usec, uint64_t *ret_usec) {
        uint64_t span_usec;
        int r;

        r = parse_timespan(span, &span_usec);
        if (r < 0)
                return r;
        if (span_usec > now_usec)
                return -ERANGE;
        *ret_usec = now_usec - span_usec;
        return 0;
}

/* If s ends in suffix, a copy of what stands before it; else NULL. */
static int copy_without_suffix(const char *s, const char *suffix, char **ret) {
        size_t length = strlen(s), suffix_length = strlen(suffix);
        char *copy = NULL;

        if (length > suffix_length && strcmp(s + length - suffix_length, suffix) == 0) {
                copy = strndup(s, length - suffix_length);
                if (!copy)
                        return -ENOMEM;
        }
        *ret = copy;
        return 0;
}

static int parse_local_or_utc(const char *s, uint64_t now_usec, uint64_t *ret_usec) {
        _cleanup_free_ char *before_utc = NULL;
        bool utc;
        int r;

        r = copy_without_suffix(s, " UTC", &before_utc);
        if (r < 0)
                return r;
        utc = before_utc;
        if (utc)
                s = before_utc;
        r = parse_day_name(s, now_usec, utc, ret_usec);
        return r == -EINVAL ? parse_calendar_time(s, now_usec, utc, ret_usec) : r;
}

int parse_timestamp(const char *s, uint64_t now_usec, uint64_t *ret_usec) {
        _cleanup_free_ char *span = NULL;
        uint64_t seconds;
        int r;

        if (strcmp(s, "now") == 0) {
                *ret_usec = now_usec;
                return 0;
        }
        if (*s == '@') {
                r = parse_uint64(s + 1, &seconds);
                return r < 0 ? r : scale_decimal(seconds, 0, 1, USEC_PER_SEC, ret_usec);
        }
        if (*s == '-')
                return parse_time_ago(s + 1, now_usec, ret_usec);
        r = copy_without_suffix(s, " ago", &span);
        if (r < 0)
                return r;
        return span ? parse_time_ago(span, now_usec, ret_usec) : parse_local_or_utc(s, now_usec, ret_usec);
}

/* How many bytes follow the first one of a character, and what the first one adds to it. */
static int utf8_lead(unsigned char c, unsigned *ret_n_more, uint32_t *ret_bits) {
        if (c < 0x80) {
                *ret_n_more = 0;
                *ret_bits = c;
        } else if (c >= 0xc2 && c < 0xe0) {
                *ret_n_more = 1;
                *ret_bits = c & 0x1f;
        } else if (c >= 0xe0 && c < 0xf0) {
                *ret_n_more = 2;
                *ret_bits = c & 0x0f;
        } else if (c >= 0xf0 && c < 0xf5) {
                *ret_n_more = 3;
                *ret_bits = c & 0x07;
        } else
                return -EINVAL;
        return 0;
}

/* Reads one character, and leaves s behind it. */
static int utf8_read(const char **s, uint32_t *ret) {
        static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
        const char *p = *s;
        uint32_t character;
        unsigned n_more;
        int r;

        r = utf8_lead((unsigned char) *p++, &n_more, &character);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < n_more; i++, p++) {
                if (((unsigned char) *p & 0xc0) != 0x80)
                        return -EINVAL;
                character = character << 6 | ((unsigned char) *p & 0x3f);
        }
        if (character < least[n_more])
                return -EINVAL;
        *s = p;
        *ret = character;
        return 0;
}

/* sd-bus takes neither surrogates nor what Unicode calls noncharacters for text, and closes the
 * connection that sends them. */
static bool unicode_is_text(uint32_t c) {
        return c < 0x110000 && (c & 0xfffff800) != 0xd800 && !(c >= 0xfdd0 && c <= 0xfdef) &&
                        (c & 0xfffe) != 0xfffe;
}

bool utf8_is_valid(const char *s) {
        uint32_t character;

        while (*s)
                if (utf8_read(&s, &character) < 0 || !unicode_is_text(character))
                        return false;
        return true;
}

int utf8_cut(const char *s, unsigned max) {
        unsigned n = (unsigned) strnlen(s, (size_t) max + 1);

        if (n > max)
                for (n = max; n > 0 && ((unsigned char) s[n] & 0xc0) == 0x80; n--)
                        ; /* not within a character */
        return (int) n;
}

/* Those that are called so; the separators of lines and paragraphs; and those that turn the direction of what
 * follows, of whatever stands behind a text in its line, see UAX #9 of Unicode and CVE-2021-42574. The marks
 * that right-to-left writing needs (U+061C, U+200E, U+200F) turn nothing. */
static bool unicode_is_control(uint32_t c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
                        (c >= 0x2066 && c <= 0x2069);
}

bool text_is_one_line(const char *s) {
        uint32_t character;

        while (*s) {
                if (utf8_read(&s, &character) < 0)
                        s++; /* whether it is UTF-8 is another question */
                else if (unicode_is_control(character))
                        return false;
        }
        return true;
}

void text_make_one_line(char *s, char replacement) {
        while (*s) {
                const char *next = s;
                uint32_t character;

                if (utf8_read(&next, &character) < 0)
                        next++;
                else if (unicode_is_text(character) && !unicode_is_control(character)) {
                        s += next - s;
                        continue;
                }
                while (s < next)
                        *s++ = replacement;
        }
}

bool uri_is_valid(const char *s) {
        const char *p = s;

        if (!is_letter(*p))
                return false;
        while (is_letter(*p) || is_digit(*p) || (*p && strchr("+-.", *p)))
                p++;
        return *p == ':' && p[1] && !strchr(s, ' ');
}

bool env_assignment_is_valid(const char *s) {
        const char *p = s;

        if (!is_letter(*p) && *p != '_')
                return false;
        while (is_letter(*p) || is_digit(*p) || *p == '_')
                p++;
        return *p == '=';
}

bool path_is_plain(const char *path) {
        if (*path != '/' || strlen(path) >= PATH_MAX || !text_is_one_line(path))
                return false;
        for (const char *p = path; p; p = strchr(p + 1, '/')) {
                size_t n = strcspn(p + 1, "/");

                if ((n == 1 || n == 2) && strspn(p + 1, ".") == n)
                        return false;
        }
        return true;
}
