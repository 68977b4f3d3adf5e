/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job from its start to its recorded end, as its unit and the journal tell of it. */

#include "journal-query.h"
#include "live-job.h"

/* What happens to its unit. */
void run_unit_changed(LiveJob *live);
/* Its start or stop could not be asked of PID 1; message says why. */
void run_unit_failed(LiveJob *live, const char *message);

/* What became of one whose unit is gone, and what the journal tells of it; or NULL. */
void run_ended(LiveJob *live, JobResult result, const Outcome *outcome);
/* It goes back into the queue. */
void run_never_started(LiveJob *live);
