/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job that counts as running: its record, and what its unit says. There are never more than the
 * running limit, and those that are being tidied up. */

#include "manager.h"
#include "unit-state.h"

typedef enum LiveState {
        LIVE_COMMITTING, /* its start is being committed */
        LIVE_STARTING,   /* PID 1 was asked to start it */
        LIVE_RUNNING,
        LIVE_RECOVERING, /* it ran before this daemon: what became of it is being asked */
        LIVE_ENDING,     /* it ended: its costs are being read, */
        LIVE_RECORDING,  /* and its end is being committed */
        LIVE_TIDYING,    /* the unit is being removed */
} LiveState;

struct LiveJob {
        uint64_t id; /* first: the key of the tree */
        Manager *manager;
        Job *job;
        UnitState unit;
        LiveState state;
        bool cancel_in_flight;                /* being committed: nothing is started meanwhile */
        bool start_in_flight, stop_in_flight; /* asked of PID 1 and not done */
        bool stop_queued;
        bool was_thawed; /* to be stopped */
        struct StopLane *stop_lane; /* the launcher's */
        bool asked_journal;         /* how it ended */
        TAILQ_ENTRY(LiveJob) stop_queue;
        sd_bus_slot *slot;    /* the call to PID 1 whose reply it waits for, */
        sd_bus_message *call; /* or that waits to be sent */
        sd_bus_message_handler_t on_reply;
        TAILQ_ENTRY(LiveJob) call_queue;
        sd_event_source *timer;        /* to try something again */
        sd_event_source *change_timer; /* PropertiesChanged is due then */
        sd_event_source *kill_timer;   /* PID 1 kills it a moment later, see launcher_watch_stop() */
        bool watches_stop;
        uint64_t last_change_usec;     /* CLOCK_MONOTONIC */
};

/* Takes the job over. Counts as a running job of its user. -EEXIST: it is one already. */
int live_job_new(Manager *m, Job *job, LiveState state, LiveJob **ret);
LiveJob *live_job_free(LiveJob *live);
/* From now on it is no longer counted as running; it stays until its unit is gone. */
void live_job_set_ended(LiveJob *live);

/* It waits for PID 1's answer. */
static inline bool live_job_is_asking(const LiveJob *live) {
        return live->slot || live->call;
}

LiveJob *live_job_find(Manager *m, uint64_t id);
LiveJob *live_job_find_unit(Manager *m, const char *unit);
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
