/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a job printed: a pipe from jobsd, copied to standard output. */

#include <stdint.h>

#include "verb.h"
#include "waiter.h"

/* What is there, byte for byte. Reports, also what is missing, and where; which is -ENODATA with --strict, but -EBADMSG
 * anyway when a file of the journal is damaged. */
int stream_print(Context *context, uint64_t id, uint64_t lines);
/* The same with a question mark for what could steer a terminal. */
int stream_print_masked(Context *context, uint64_t id, uint64_t lines);

/* On until the job has ended and all that it printed is through. Reports, but for -EINTR: Ctrl-C. */
int stream_follow(const Context *context, Waiter *waiter, uint64_t id, uint64_t lines, Job **ret);
