/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What whoever watches knows of the jobs, and what he has yet to ask for. It is told what jobsd says, and
 * tells what happened. Nothing here speaks to the bus or reports. */

#include "id-list.h"
#include "job-event.h"
#include "job-set.h"

/* Before: the status, invalid for a job that was not known. */
typedef void (*job_event_cb)(JobEvent event, const Job *job, JobStatus before, void *userdata);

typedef struct Ledger {
        View *views; /* whoever watches owns them, and may want more of them at any time */
        size_t n_views;
        job_event_cb callback; /* NULL: none */
        void *userdata;

        JobSet jobs;
        IdList unknown;                /* to be asked for */
        IdList ignored;                /* asked for, and left out by the filter: the latest of them */
        unsigned round;                /* of asking for everything, or for some */
        uint64_t newest, newest_heard; /* when it was settled last, and until now */
        bool is_settled, has_settled, is_unswept;
} Ledger;

void ledger_done(Ledger *ledger);

/* What the views show has to be asked for anew. */
void ledger_start_over(Ledger *ledger);
/* A view that has something to be asked for, or NULL. */
View *ledger_hungry_view(Ledger *ledger);
/* When no view has: what a full round did not tell of is to be asked for by its id. */
int ledger_sweep(Ledger *ledger);
/* When there is nothing to be asked for. From the first time on, events are told. */
void ledger_settle(Ledger *ledger);

/* A job as jobsd says that it is. */
int ledger_learn(Ledger *ledger, Job **job);
/* What has happened to a job that is known and has been changed in its place. */
void ledger_tell(Ledger *ledger, const JobBefore *before, const Job *job);
/* A job that is gone. */
void ledger_forget(Ledger *ledger, uint64_t id);
/* A job that something was said of, and that is not known. */
int ledger_ask_later(Ledger *ledger, uint64_t id);
/* What of these is not in the answer, which was learned in this round, is gone or left out. */
int ledger_miss(Ledger *ledger, const IdList *asked);
