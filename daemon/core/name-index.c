/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "commit.h"
#include "log.h"
#include "name-index.h"

/* A step is some ms of work, in a transaction of its own: what is wrong with the index is nobody else's failure. Few
 * names wait for more to come, as each transaction leaves a piece of an index behind that has to be merged. */
#define STEP_NAMES 250U
#define FEW_NAMES STEP_NAMES
#define STEP_INTERVAL_USEC (25 * USEC_PER_MSEC)
#define ACCURACY_USEC (5 * USEC_PER_MSEC)
#define INTERVAL_USEC (60 * USEC_PER_SEC)

/* What is cleared stays in the index until there is more of that than of the others. To begin anew takes a moment that is
 * no step: 22 ms with 300,000 names, once in so many that were cleared. */
#define STALE_MIN 100000U

struct NameIndex {
        Manager *manager;
        sd_event_source *timer;
        bool is_behind;              /* the next step comes anyway: there are more names than one takes */
        uint64_t n_new;              /* jobs since the last step */
        uint64_t n_indexed, n_stale; /* names, those of jobs that are gone */
};

static void step_in(NameIndex *index, uint64_t usec) {
        int r = sd_event_source_set_time_relative(index->timer, usec);

        if (r >= 0)
                r = sd_event_source_set_enabled(index->timer, SD_EVENT_ONESHOT);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

/* Of jobs that somebody else has removed, too. */
static int count_stale(NameIndex *index) {
        Store *store = index->manager->store;
        uint64_t n_jobs;
        int r;

        r = store_count_indexed_names(store, &index->n_indexed);
        if (r >= 0)
                r = store_count(store, &n_jobs);
        if (r >= 0)
                index->n_stale = index->n_indexed > n_jobs ? index->n_indexed - n_jobs : 0;
        return r;
}

static int put_names(NameIndex *index, bool *ret_more) {
        unsigned n = 0;
        int r = store_index_names(index->manager->store, STEP_NAMES, &n);

        index->n_indexed += n;
        *ret_more = n == STEP_NAMES;
        return r;
}

static int begin_anew(NameIndex *index, bool *ret_more) {
        index->n_indexed = index->n_stale = 0;
        *ret_more = true;
        return store_forget_names(index->manager->store);
}

static int step(NameIndex *index, bool *ret_more) {
        Store *store = index->manager->store;
        bool is_stale = index->n_stale >= STALE_MIN && index->n_stale > index->n_indexed / 2;
        int r;

        r = store_begin(store);
        if (r >= 0)
                r = is_stale ? begin_anew(index, ret_more) : put_names(index, ret_more);
        if (r >= 0)
                return store_commit(store);
        store_rollback(store);
        (void) count_stale(index);
        return r;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        NameIndex *index = userdata;
        bool more = true;
        int r = 0;

        commit_flush(index->manager->commit);
        if (!store_in_transaction(index->manager->store)) { /* else the next turn has begun */
                r = step(index, &more);
                index->n_new = 0;
        }
        if (r < 0)
                log_errno(r, "Failed to index the names of jobs");
        index->is_behind = r >= 0 && more;
        if (r < 0 || more)
                step_in(index, r < 0 ? INTERVAL_USEC : STEP_INTERVAL_USEC);
        return 0;
}

int name_index_new(Manager *m, NameIndex **ret) {
        NameIndex *index = calloc(1, sizeof(NameIndex));
        int r;

        if (!index)
                return -ENOMEM;
        index->manager = m;
        index->is_behind = true;
        r = count_stale(index);
        if (r >= 0)
                r = sd_event_add_time_relative(m->event, &index->timer, CLOCK_MONOTONIC, STEP_INTERVAL_USEC,
                                ACCURACY_USEC, on_timer, index);
        if (r < 0) {
                name_index_free(index);
                return r;
        }
        *ret = index;
        return 0;
}

NameIndex *name_index_free(NameIndex *index) {
        if (!index)
                return NULL;
        sd_event_source_disable_unref(index->timer);
        free(index);
        return NULL;
}

static void add(Manager *m, uint64_t n) {
        NameIndex *index = m->name_index;
        bool was_few = index->n_new < FEW_NAMES, was_none = index->n_new == 0;

        index->n_new += n;
        if (index->is_behind)
                return;
        if (was_few && index->n_new >= FEW_NAMES)
                step_in(index, STEP_INTERVAL_USEC);
        else if (was_none)
                step_in(index, INTERVAL_USEC);
}

static void on_job_new(Manager *m, const Job *job) {
        add(m, 1);
}

static void on_jobs_imported(Manager *m, uint64_t first_id, uint64_t n) {
        add(m, n);
}

static void on_job_cleared(Manager *m, const Job *job) {
        m->name_index->n_stale++;
}

const Observer name_index_observer = {
        .job_new = on_job_new,
        .job_cleared = on_job_cleared,
        .jobs_imported = on_jobs_imported,
};
