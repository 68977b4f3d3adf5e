/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages for people, on standard error. The fail functions return the error that they were
 * given, so that reporting and returning is one line. */

#include <systemd/sd-bus.h>

#include "arguments.h"
#include "macro.h"

/* Exit statuses of jobsctl's own. */
enum {
        EXIT_STATUS_FAILURE = 1,
        EXIT_STATUS_USAGE = 2,
        EXIT_STATUS_INTERRUPTED = 130, /* 128 + SIGINT, as shells have it */
        EXIT_STATUS_NO_STATUS = 255,   /* a job that did not end by an exit */
};

/* "MESSAGE: what errno means." */
int fail(int error, const char *format, ...) _printf_(2, 3);
/* "MESSAGE: what the other side says", or what to do when it is not there. */
int fail_bus(const sd_bus_error *bus_error, int error, const char *format, ...) _printf_(3, 4);
/* The message alone. */
int fail_plain(int error, const char *format, ...) _printf_(2, 3);
/* Wrong usage: the message alone, and -EINVAL. */
int fail_usage(const char *format, ...) _printf_(1, 2);
int fail_memory(void);

/* The same wherever somebody waits. */
#define NOTICE_AWAY "jobsd has stopped. Waiting for it to come back."

/* What is good to know; not with --quiet. */
void note(const Arguments *arguments, const char *format, ...) _printf_(2, 3);
