/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks the journal how a live job's unit ended, by a helper process, because reading it may take long. */

#include "live-job.h"

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
        uint64_t usec;         /* when it ended, or was stopped; 0: unknown */
        char interpreter[128]; /* of a script, which is not there; or empty */
} Outcome;

/* live is NULL when the job is no longer live. */
typedef void (*journal_query_cb)(Manager *m, LiveJob *live, const Outcome *outcome);

int journal_query(LiveJob *live, journal_query_cb callback);
