/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a job printed: a pipe from jobsd, copied to standard output. */

#include <stdint.h>

#include "verb.h"
#include "waiter.h"

/* The pipe's read end; reports. */
int stream_open(const Context *context, uint64_t id, bool follow, uint64_t lines, int *ret_fd);

/* What is there, byte for byte; reports. */
int stream_print(Context *context, uint64_t id, uint64_t lines);
/* The same with a question mark for what could steer a terminal. */
int stream_print_masked(Context *context, uint64_t id, uint64_t lines);

/* On until the job has ended and all that it printed is through. Reports, but for -EINTR: Ctrl-C. */
int stream_follow(const Context *context, Waiter *waiter, uint64_t id, uint64_t lines, Job **ret);
