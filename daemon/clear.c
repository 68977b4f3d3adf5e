/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "clear.h"
#include "commit.h"
#include "log.h"
#include "subscription.h"

#define STEP_ROWS 200U

typedef struct Clearing {
        Manager *manager;
        StoreFilter filter;
        uid_t actor;
        clear_cb done;
        void *userdata;
        uint64_t next, n_cleared, n_kept;
        Job *jobs[STEP_ROWS]; /* of this step, to be told when it is committed */
        size_t n_jobs;
        int error;
} Clearing;

/* A copy of what the log and the signals tell. */
static int copy_brief(const Job *job, Job **ret) {
        _cleanup_(job_freep) Job *copy = NULL;
        int r = job_new(&copy);

        if (r < 0)
                return r;
        copy->id = job->id;
        copy->uid = job->uid;
        copy->status = job->status;
        copy->result = job->result;
        copy->name = strdup(job->name);
        copy->user = strdup(job->user);
        if (!copy->name || !copy->user)
                return -ENOMEM;
        *ret = TAKE_PTR(copy);
        return 0;
}

static int collect(const Job *job, void *userdata) {
        Clearing *c = userdata;
        int r;

        if (job_status_is_active(job->status)) {
                c->n_kept++;
                return 0;
        }
        r = copy_brief(job, &c->jobs[c->n_jobs]);
        if (r >= 0)
                c->n_jobs++;
        return r;
}

static void forget_jobs(Clearing *c) {
        while (c->n_jobs > 0)
                job_free(c->jobs[--c->n_jobs]);
}

static void finish(Clearing *c, int r) {
        c->done(r, c->n_cleared, c->n_kept, c->userdata);
        forget_jobs(c);
        store_filter_done(&c->filter);
        free(c);
}

static void step(Clearing *c);

static void on_step_committed(int r, void *userdata) {
        Clearing *c = userdata;

        if (r >= 0)
                r = c->error;
        if (r < 0) {
                finish(c, r);
                return;
        }
        for (size_t i = 0; i < c->n_jobs; i++) {
                log_job(JOB_EVENT_CLEARED, c->jobs[i], c->actor);
                subscription_job_cleared(c->manager, c->jobs[i]);
        }
        c->n_cleared += c->n_jobs;
        forget_jobs(c);
        if (c->next > 0)
                step(c);
        else
                finish(c, 0);
}

static int delete_collected(Clearing *c) {
        for (size_t i = 0; i < c->n_jobs; i++) {
                int r = store_delete_ended(c->manager->store, c->jobs[i]->id);

                if (r < 0 && r != -ENOENT) /* another clearing had it first */
                        return r;
        }
        return 0;
}

static void step(Clearing *c) {
        int r;

        r = store_foreach_page(c->manager->store, &c->filter, c->next, STEP_ROWS, collect, c, &c->next);
        if (r >= 0)
                r = commit_begin(c->manager->commit);
        if (r < 0) {
                finish(c, r);
                return;
        }
        /* the turn is committed in any case: it is others' as well */
        c->error = delete_collected(c);
        commit_add(c->manager->commit, on_step_committed, c);
}

int clear_start(Manager *m, StoreFilter *filter, uid_t actor, clear_cb done, void *userdata) {
        Clearing *c = calloc(1, sizeof(Clearing));

        if (!c)
                return -ENOMEM;
        c->manager = m;
        c->filter = *filter;
        *filter = (StoreFilter){ .uid = UID_INVALID };
        c->actor = actor;
        c->done = done;
        c->userdata = userdata;
        step(c);
        return 0;
}

typedef struct IdCheck {
        const StoreFilter *filter;
        uint64_t active;
        bool *found;
} IdCheck;

static int note_id(const Job *job, void *userdata) {
        IdCheck *check = userdata;

        for (size_t i = 0; i < check->filter->n_ids; i++)
                if (check->filter->ids[i] == job->id)
                        check->found[i] = true;
        if (job_status_is_active(job->status))
                check->active = job->id;
        return 0;
}

int clear_check_ids(Manager *m, const StoreFilter *filter, uint64_t *ret_id) {
        _cleanup_free_ bool *found = calloc(filter->n_ids + 1, sizeof(bool));
        IdCheck check = { .filter = filter, .found = found };
        uint64_t next;
        int r;

        if (!found)
                return -ENOMEM;
        r = store_foreach_page(m->store, filter, 0, (unsigned) filter->n_ids, note_id, &check, &next);
        if (r < 0)
                return r;
        for (size_t i = 0; i < filter->n_ids; i++)
                if (!found[i]) {
                        *ret_id = filter->ids[i];
                        return -ENOENT;
                }
        *ret_id = check.active;
        return check.active > 0 ? -EBUSY : 0;
}
