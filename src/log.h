/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The log for operators: one structured record at each step of a job's life, and what goes wrong. */

#include <syslog.h>

#include "job-record.h"

/* actor is the uid of who did it, for submitted, cancel and cleared; the daemon's own 0 otherwise. */
void log_job(JobEvent event, const Job *job, uid_t actor);

/* The job runs without these limits, see controllers.h. */
void log_without_limits(const Job *job, const char *limits);

/* Records of the past came into the history, with the ids from this one on. */
void log_import(uid_t actor, uint64_t first_id, uint64_t n_imported, uint64_t n_known, uint64_t n_refused);

void log_line(int priority, const char *format, ...) _printf_(2, 3);
/* The same for what may be jobsd's last words: by its standard error, which journald knows to be
 * jobsd.service's also when it reads it after the process has gone. A record of its own would then be
 * nobody's. */
void log_last_words(int priority, const char *format, ...) _printf_(2, 3);
/* "what: error text", with a negative errno; returns it. */
int log_errno(int error, const char *format, ...) _printf_(2, 3);
