/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands in the place of pid1.c, unit.c, unit-files.c, result-folder.c, result-service.c, journal-query.c and log.c: a
 * PID 1, a journal and a service that say what a test wants, and a list of what happened, in words. */

#include "journal-query.h"
#include "live-job.h"

/* "log submitted 1, start 1, …": of the units, the log and whoever adds to it. */
void happened(const char *format, ...) _printf_(1, 2);
/* What has happened since this was asked last; to be freed. */
char *happenings_take(void);

/* The unit has been started, has ended by itself, or was stopped. */
void unit_begins(LiveJob *live);
void unit_exits(LiveJob *live, int status);
void unit_is_killed(LiveJob *live, int signal);
void unit_is_stopped(LiveJob *live);
/* STATUS= */
void unit_says(LiveJob *live, const char *status_text);
/* It is gone, and was not seen to run. */
void unit_vanishes(LiveJob *live);
/* PID 1 would not start it: never, or not now. */
void unit_is_refused(LiveJob *live);
void unit_has_to_wait(LiveJob *live);

/* Whether those of before a restart are, which nothing is said of at first. */
void units_are_there(bool yes);

/* What the journal answers from now on. */
void journal_says(Outcome outcome);

/* Whether jobs leave files in their folders, */
void jobs_leave_files(bool yes);
/* whether files that jobs were handed are there under this id, null for none, */
void inputs_are_left(sd_id128_t inputs);
/* and what jobsd-results says to the question that it was asked last: texts, with the NUL behind the last. */
void results_are(int r, const char *texts, size_t size);
