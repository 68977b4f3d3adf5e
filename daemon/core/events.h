/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What happens to jobs, told to whoever observes it: once, when it is durable, in the order of
 * Manager.observers, which main.c sets. The record in the log stands before that, see log.h: what somebody has
 * been told of is in it. An observer changes no job; it may submit one. */

#include "manager.h"

/* What an observer does not care for is NULL. */
typedef struct Observer {
        void (*job_new)(Manager *m, const Job *job); /* it is in the queue */
        void (*job_changed)(Manager *m, const Job *job); /* what is shown of one that runs */
        void (*job_requeued)(Manager *m, const Job *job);
        void (*job_ended)(Manager *m, const Job *job);
        void (*job_cleared)(Manager *m, const Job *job);
        /* n records of the past came at once, from this id on */
        void (*jobs_imported)(Manager *m, uint64_t first_id, uint64_t n);
        void (*reloaded)(Manager *m, const Config *before); /* the configuration, which may be the same */
} Observer;

void events_job_new(Manager *m, const Job *job);
void events_job_changed(Manager *m, const Job *job);
/* It goes back to the queue: for a further try, or because it could not be started. */
void events_job_requeued(Manager *m, const Job *job);
void events_job_ended(Manager *m, const Job *job);
void events_job_cleared(Manager *m, const Job *job);
void events_jobs_imported(Manager *m, uint64_t first_id, uint64_t n);
void events_reloaded(Manager *m, const Config *before);
