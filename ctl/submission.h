/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Submitting a job, and what is said of it. */

#include <systemd/sd-bus.h>

#include "verb.h"

/* Makes the call that submits it. Reports with "WHAT: why", and what may have happened all the same if the
 * answer was lost. */
int submission_send(const Context *context, sd_bus_message *call, const char *what, uint64_t *ret_id);

/* Its id on standard output, and what to do next; with --follow, where standard output is the job's,
 * on standard error. Reports. */
int submission_tell(const Arguments *arguments, uint64_t id);
