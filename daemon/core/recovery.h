/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What became of the jobs that ran when jobsd was ended: their units tell, and where a unit is gone,
 * PID 1's records in the journal. */

#include "live-job.h"

/* Takes over what the store says is running and queued, and has it all accounted for. */
int recovery_start(Manager *m);
/* Asks the journal what became of a job whose unit is gone before it was seen to run. */
void recovery_ask_journal(Manager *m, LiveJob *live);
