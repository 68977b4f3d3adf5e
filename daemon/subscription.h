/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Signals. Nothing about a job is broadcast: each goes to the subscribers that may see that job, one
 * by one. Failing to send one is logged and harms nobody else. */

#include "live-job.h"

void subscription_job_new(Manager *m, const Job *job);
/* At most ten a second a job, the last one always. */
void subscription_job_changed(LiveJob *live);
/* It goes back to the queue: for a further try, or because it could not be started. */
void subscription_job_requeued(Manager *m, const Job *job);
/* The last change, and JobRemoved. */
void subscription_job_ended(Manager *m, const Job *job);
void subscription_job_cleared(Manager *m, const Job *job);

/* n records from this id on came at once, which are not told one by one: who may see any of them learns that
 * there is something new. */
void subscription_jobs_imported(Manager *m, uint64_t first_id, uint64_t n);

/* SystemUIDMax= is another one now. */
void subscription_system_users_changed(Manager *m);

/* He does not read what he is told. He will see that he was not told all. */
void subscription_end(Client *client);

/* polkit's rules changed: who sees others' jobs is asked again. */
void subscription_check_rights(Manager *m);
