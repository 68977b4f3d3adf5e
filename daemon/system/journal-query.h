/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks the journal how a unit ended, by a helper process, because reading it may take long. */

#include "helper.h"
#include "job.h"

typedef enum OutcomeKind {
        OUTCOME_UNKNOWN, /* the journal could not be read */
        OUTCOME_NOTHING, /* it has no record of the unit, */
        OUTCOME_BEGAN,   /* none of its end, */
        OUTCOME_STOPPED, /* one of a stop, */
        OUTCOME_ENDED,   /* or one that tells how it ended */
} OutcomeKind;

typedef struct Outcome {
        OutcomeKind kind;
        JobResult result;
        int exit_status;
        int error;             /* errno of a failed start; 0: unknown */
        uint64_t usec;         /* when it ended, or was stopped; of one of which neither is known when the machine was seen
                                * last in the boot of the job; 0: unknown */
        char interpreter[128]; /* of a script, which is not there; or empty */
} Outcome;

typedef void (*journal_query_cb)(uint64_t id, const Outcome *outcome, void *userdata);

/* Of the job's unit in its boot. The callback gets its id: the job may be gone by then. */
int journal_query(HelperPool *pool, const Job *job, journal_query_cb callback, void *userdata);
