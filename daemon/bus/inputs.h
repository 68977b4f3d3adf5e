/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files that come with a call of RunType: they are taken over one after the other before its job is submitted, and
 * dropped again if that comes to nothing. What is known of it is the request's state. */

#include "options.h"
#include "request.h"

/* Whether each parameter that is a file has one, and nothing else has: -EINVAL with *e set. */
int inputs_check(const JobType *type, char *const *values, const RunOptions *options, sd_bus_error *e);

/* The folder of the call's files; null if there are none. */
int inputs_get_id(Request *q, const RunOptions *options, sd_id128_t *ret);

/* Takes them over for the account that the job runs as: 1, REQUEST_PENDING, or an error. */
int inputs_take(Request *q, const JobType *type, const RunOptions *options, Job *job, sd_bus_error *e);

/* They are the job's now. */
void inputs_keep(Request *q);
