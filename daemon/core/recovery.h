/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What became of the jobs that ran when jobsd was ended: their units tell, and where a unit is gone,
 * PID 1's records in the journal. */

#include "live-job.h"

/* Takes over what the store says is running and queued, and has it all accounted for. */
int recovery_start(Manager *m);
/* Of UnitEvents: the journal is asked what became of a job whose unit is gone, and what is nobody's is removed. */
void recovery_on_unit_vanished(void *userdata);
void recovery_on_stray_unit(uint64_t id, const char *unit, void *userdata);
