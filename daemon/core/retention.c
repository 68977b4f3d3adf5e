/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "clock.h"
#include "log.h"
#include "removal.h"
#include "retention.h"

/* How often it looks for jobs that have grown old, and how long it leaves the loop to others between
 * two steps while there is much to do. */
#define INTERVAL_USEC (60 * USEC_PER_SEC)
#define STEP_INTERVAL_USEC (100 * USEC_PER_MSEC)

/* A clock that was set may be wrong: so long nothing counts as old, and who sets it right loses nothing. */
#define GRACE_USEC (60 * 60 * USEC_PER_SEC)

struct Retention {
        Manager *manager;
        sd_event_source *timer;
        uint64_t n_ended;
        uint64_t trusted_usec; /* CLOCK_MONOTONIC: from then on the clock is believed */
        Removal removal;
        bool is_removing;
};

static void step_in(Retention *retention, uint64_t usec) {
        int r = sd_event_source_set_time_relative(retention->timer, usec);

        if (r >= 0)
                r = sd_event_source_set_enabled(retention->timer, SD_EVENT_ONESHOT);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

static void on_removed(int r, size_t n_removed, size_t n_tasks, void *userdata) {
        Retention *retention = userdata;

        retention->is_removing = false;
        if (r < 0)
                log_errno(r, "Failed to retire old jobs");
        step_in(retention, r >= 0 && n_removed > 0 ? STEP_INTERVAL_USEC : INTERVAL_USEC);
}

/* Those that ended before the time, and those beyond the number. */
static int collect_old(Retention *retention) {
        const Config *config = &retention->manager->config;
        Store *store = retention->manager->store;
        uint64_t now = now_usec(), keep = config->keep_history_usec;

        if (config->keep_history_max > 0 && retention->n_ended > config->keep_history_max) {
                uint64_t n = retention->n_ended - config->keep_history_max;

                return store_foreach_oldest(store, UINT64_MAX,
                                n < REMOVAL_STEP ? (unsigned) n : REMOVAL_STEP, removal_collect,
                                &retention->removal);
        }
        if (keep == UINT64_MAX || keep > now || monotonic_usec() < retention->trusted_usec)
                return 0;
        return store_foreach_oldest(store, now - keep, REMOVAL_STEP, removal_collect, &retention->removal);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Retention *retention = userdata;
        int r = 0;

        /* an unfinished import's records are not in the history yet, and old ones among them */
        if (!retention->manager->import && !retention->manager->leftovers)
                r = collect_old(retention);
        if (r >= 0 && retention->removal.n_jobs > 0) {
                r = removal_commit(&retention->removal);
                if (r >= 0) {
                        retention->is_removing = true;
                        return 0;
                }
        }
        removal_done(&retention->removal);
        if (r < 0)
                log_errno(r, "Failed to retire old jobs");
        step_in(retention, INTERVAL_USEC);
        return 0;
}

int retention_new(Manager *m, Retention **ret) {
        Retention *retention = calloc(1, sizeof(Retention));
        int r;

        if (!retention)
                return -ENOMEM;
        retention->manager = m;
        removal_init(&retention->removal, m, 0, on_removed, retention);
        r = store_count_ended(m->store, &retention->n_ended);
        if (r >= 0)
                r = sd_event_add_time_relative(m->event, &retention->timer, CLOCK_MONOTONIC,
                                STEP_INTERVAL_USEC, 0, on_timer, retention);
        if (r < 0) {
                retention_free(retention);
                return r;
        }
        *ret = retention;
        return 0;
}

Retention *retention_free(Retention *retention) {
        if (!retention)
                return NULL;
        sd_event_source_disable_unref(retention->timer);
        removal_done(&retention->removal);
        free(retention);
        return NULL;
}

void retention_clock_set(Manager *m) {
        m->retention->trusted_usec = monotonic_usec() + GRACE_USEC;
}

static void add(Manager *m, uint64_t n) {
        Retention *retention = m->retention;
        uint64_t max = m->config.keep_history_max;

        retention->n_ended += n;
        if (max > 0 && retention->n_ended > max && !retention->is_removing)
                step_in(retention, STEP_INTERVAL_USEC);
}

static void on_job_ended(Manager *m, const Job *job) {
        add(m, 1);
}

static void on_jobs_imported(Manager *m, uint64_t first_id, uint64_t n) {
        add(m, n);
}

static void on_job_cleared(Manager *m, const Job *job) {
        m->retention->n_ended--;
}

const Observer retention_observer = {
        .job_ended = on_job_ended,
        .job_cleared = on_job_cleared,
        .jobs_imported = on_jobs_imported,
};
