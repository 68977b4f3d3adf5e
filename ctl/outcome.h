/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a job ended: as an exit status of ours, and as a sentence. */

#include "arguments.h"
#include "job.h"

/* The job's own exit status; 255 where a signal or something else ended it. */
int outcome_exit_status(const Job *job);
/* On standard error. */
void outcome_tell(const Arguments *arguments, const Job *job);
/* After Ctrl-C: that the job goes on, and how to stop it. Returns the exit status for that. */
int outcome_tell_interrupted(const Arguments *arguments, uint64_t id);

/* The options that a further jobsctl needs to reach the same jobsd, to put into a hint. */
const char *hint_options(const Arguments *arguments, char buffer[static 128]);
