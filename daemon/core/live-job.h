/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job that counts as running: its record, and its unit. There are never more than the running limit, and
 * those that are being tidied up. */

#include "manager.h"
#include "unit.h"

typedef enum LiveState {
        LIVE_COMMITTING, /* its start is being committed */
        LIVE_STARTING,   /* its unit was asked for */
        LIVE_RUNNING,
        LIVE_RECOVERING, /* nobody saw what became of it: that is being asked */
        LIVE_ENDING,     /* it has ended: how is being found out, */
        LIVE_RECORDING,  /* and is being committed, or that it goes back to the queue */
        LIVE_TIDYING,    /* its end is recorded, and the unit is being removed */
        _LIVE_STATE_MAX,
} LiveState;

struct LiveJob {
        uint64_t id; /* first: the key of the tree */
        Manager *manager;
        Job *job;
        Unit *unit;
        LiveState state;       /* changed by live_job_enter() alone */
        bool cancel_in_flight; /* being committed: nothing is started meanwhile */
        sd_event_source *timer;        /* to try a commit again */
        sd_event_source *change_timer; /* its observers are told then, see live_job_changed() */
        uint64_t last_change_usec;     /* CLOCK_MONOTONIC */
};

/* Takes the job over, which has the name of its unit. Counts as a running job of its user. -EEXIST: it is one
 * already. state: LIVE_COMMITTING or LIVE_RECOVERING. */
int live_job_new(Manager *m, Job *job, LiveState state, LiveJob **ret);
LiveJob *live_job_free(LiveJob *live);

/* The next step of its life. False, and nothing is changed: it does not follow the one before. From LIVE_TIDYING on
 * it is no longer counted as running. */
bool live_job_enter(LiveJob *live, LiveState state);
/* Later, at most one thing at a time. */
void live_job_try_again(LiveJob *live, sd_event_time_handler_t callback);

static inline bool live_job_is_recovering(const LiveJob *live) {
        return live->state == LIVE_RECOVERING;
}

/* And everybody may know it. */
static inline bool live_job_has_ended(const LiveJob *live) {
        return live->state == LIVE_TIDYING;
}

LiveJob *live_job_find(Manager *m, uint64_t id);
/* The one of this try: while it waits for the next one, the unit of the last one is still being removed. */
LiveJob *live_job_of(Manager *m, const Job *job);
/* What may be told of it, by somebody who does not free it. While its end is not durable it has none: it may
 * be tried again, and nobody is to take it for the last word. */
Job live_job_shown(const LiveJob *live);
/* Calls for each; the callback must not free any. */
void live_job_foreach(Manager *m, void (*callback)(LiveJob *live, void *userdata), void *userdata);

/* Takes over what the unit says while the job runs: times, status text, progress. True when
 * something changed that is shown. */
bool live_job_update(LiveJob *live);
/* Tells the observers of a change, at most ten times a second, and always of the last one. */
void live_job_changed(LiveJob *live);
