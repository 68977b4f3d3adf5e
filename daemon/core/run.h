/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job from its start to its recorded end, as its unit and the journal tell of it. */

#include "journal-query.h"
#include "live-job.h"

/* Of UnitEvents; userdata is the live job. */
void run_on_unit_found(void *userdata);
void run_on_unit_running(void *userdata);
void run_on_unit_said(void *userdata);
void run_on_unit_ended(void *userdata);
void run_on_unit_refused(const char *why, bool again, void *userdata);
void run_on_unit_gone(void *userdata);

/* What became of one whose unit is gone, and what the journal tells of it; or NULL. */
void run_ended(LiveJob *live, JobResult result, const Outcome *outcome);
/* The same of one whose end nobody has seen, because the machine went down; last_seen_usec: when it still ran, of
 * CLOCK_REALTIME, or 0. */
void run_went_down(LiveJob *live, uint64_t last_seen_usec);
/* It goes back into the queue. */
void run_never_started(LiveJob *live);
