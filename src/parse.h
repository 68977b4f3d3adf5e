/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text from outside into numbers. Results are written on success only; what cannot be read is
 * -EINVAL, what does not fit -ERANGE. Nothing here logs. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Decimal digits only: no sign, no white space, no other base. */
int parse_uint64(const char *s, uint64_t *ret);
/* A job id: 1 to INT64_MAX, the range of an SQLite row id. */
int parse_id(const char *s, uint64_t *ret);
int parse_int(const char *s, int min, int max, int *ret);
/* With a sign or without. */
int parse_int64(const char *s, int64_t *ret);
int parse_boolean(const char *s, bool *ret);
/* Octal, from 0 to 0777. */
int parse_mode(const char *s, unsigned *ret);
/* A numeric user id; (uid_t) -1 and 65535 are invalid, see https://systemd.io/UIDS-GIDS. */
int parse_uid(const char *s, uid_t *ret);

/* A time span as in systemd.time(7): "90", "1h 30min", "500ms"; seconds without a unit.
 * "infinity" is UINT64_MAX. */
int parse_timespan(const char *s, uint64_t *ret_usec);
/* Bytes with a suffix K, M, G, T to the base of 1024, as in systemd.resource-control(5). */
int parse_size(const char *s, uint64_t *ret_bytes);
/* "150%" of one CPU into µs a second: 1500000. */
int parse_cpu_quota(const char *s, uint64_t *ret_usec);
/* A point in time as in systemd.time(7): "2026-11-24", "2026-11-24 10:00", with seconds, "10:00",
 * "@1764000000", "today", "yesterday", "now", "2h ago", "-2h"; local time unless it ends in "UTC". */
int parse_timestamp(const char *s, uint64_t now_usec, uint64_t *ret_usec);

bool utf8_is_valid(const char *s);
/* How many bytes of s, at most max, hold whole characters: a precision for "%.*s". */
int utf8_cut(const char *s, unsigned max);
/* Somebody's own text in a message to him: as much as fits a line. sd-bus sends no message that has half a
 * character in it. */
#define QUOTE "%.*s"
#define QUOTED(s) utf8_cut((s), 64), (s)
/* Not a control character in it, as in everything that is shown in one line. */
bool text_is_one_line(const char *s);
/* Makes it one line of UTF-8: each byte of a control character, and of what is no text, becomes a
 * replacement. */
void text_make_one_line(char *s, char replacement);
/* The generic syntax of RFC 3986: a scheme, a colon, and no white space anywhere. */
bool uri_is_valid(const char *s);
/* "NAME=VALUE", and the value is anything, as in environ(7): colours for a prompt are. */
bool env_assignment_is_valid(const char *s);
/* Absolute, one line, and without "." and "..": what is read is what is opened. */
bool path_is_plain(const char *s);
