/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Values into text for people. Each result is written on success only; -ENOMEM is all that can go
 * wrong. Nothing here prints. */

#include <stdbool.h>
#include <stdint.h>

#include "job.h"
#include "macro.h"

int format_text(char **ret, const char *format, ...) _printf_(2, 3);

typedef enum TimestampStyle {
        TIMESTAMP_MINUTES, /* 2026-11-24 10:00 */
        TIMESTAMP_SECONDS, /* 2026-11-24 10:00:00 */
        TIMESTAMP_FULL,    /* Tue 2026-11-24 10:00:00 UTC */
} TimestampStyle;

/* Local time; empty for 0. */
int format_timestamp(uint64_t usec, TimestampStyle style, char **ret);

typedef enum TimespanStyle {
        TIMESPAN_SHORT, /* what one would say: 2h 5min, 1.5s, 20ms */
        TIMESPAN_EXACT, /* to the µs, as parse_timespan() reads it */
} TimespanStyle;

int format_timespan(uint64_t usec, TimespanStyle style, char **ret);

/* 1536 is 1.5K. */
int format_size(uint64_t bytes, char **ret);
/* µs a second into a percentage of one CPU. */
int format_cpu_quota(uint64_t usec, char **ret);
/* As one could type it in a shell; always one line of text. */
int format_command(char *const *argv, char **ret);
/* Text of a job's own, with a question mark for what is no text and could steer a terminal. */
int format_one_line(const char *text, char **ret);
/* What is known of how far it is: "45% of the files", "45%", or the info alone. */
int format_info(const Job *job, char **ret);
/* Whose job it is. One of root or of another system account has no person behind it: "root (command-line
 * task)", in short "root (task)". */
int format_user(const Job *job, uid_t system_uid_max, bool in_short, char **ret);
/* "exit status 3", "signal 11/SEGV": why it ended as it did; empty when there is no more to say. */
int format_result(const Job *job, char **ret);
/* A bar of so many columns. */
int format_progress(double progress, unsigned columns, bool unicode, char **ret);
