/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The log for operators: one structured record at each step of a job's life, and what goes wrong. */

#include <syslog.h>

#include "job.h"

/* Message ids, explained by units/jobsd.catalog: never change one. */
typedef enum JobEvent {
        JOB_EVENT_SUBMITTED,
        JOB_EVENT_STARTED,
        JOB_EVENT_ENDED,
        JOB_EVENT_CANCEL_ASKED,
        JOB_EVENT_CLEARED,
        _JOB_EVENT_MAX,
} JobEvent;

/* actor is the uid of who did it, for submitted, cancel and cleared; the daemon's own 0 otherwise. */
void log_job(JobEvent event, const Job *job, uid_t actor);

void log_line(int priority, const char *format, ...) _printf_(2, 3);
/* "what: error text", with a negative errno; returns it. */
int log_errno(int error, const char *format, ...) _printf_(2, 3);
