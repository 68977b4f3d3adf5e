/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Signals. Nothing about a job is broadcast: each goes to the subscribers that may see that job, one
 * by one. Failing to send one is logged and harms nobody else. */

#include "live-job.h"

void subscription_job_new(Manager *m, const Job *job);
/* At most ten a second a job, the last one always. */
void subscription_job_changed(LiveJob *live);
/* The last change, and JobRemoved. */
void subscription_job_ended(Manager *m, const Job *job);
void subscription_job_cleared(Manager *m, const Job *job);

/* polkit's rules changed: who sees others' jobs is asked again. */
void subscription_check_rights(Manager *m);
