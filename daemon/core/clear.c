/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "clear.h"
#include "removal.h"

typedef struct Clearing {
        Manager *manager;
        StoreFilter filter;
        Removal removal;
        clear_cb done;
        void *userdata;
        sd_event_source *counting; /* of a dry run: the next step */
        uint64_t next;
        ClearCounts counts;
} Clearing;

static int count(const Job *job, void *userdata) {
        Clearing *c = userdata;

        if (job_status_is_active(job->status))
                c->counts.n_kept++;
        else {
                c->counts.n_cleared++;
                c->counts.n_tasks += uid_is_system(job->uid, c->manager->config.system_uid_max);
        }
        return 0;
}

static int collect(const Job *job, void *userdata) {
        Clearing *c = userdata;

        if (job_status_is_active(job->status)) {
                c->counts.n_kept++;
                return 0;
        }
        return removal_collect(job, &c->removal);
}

static void finish(Clearing *c, int r) {
        c->done(r, &c->counts, c->userdata);
        sd_event_source_disable_unref(c->counting);
        removal_done(&c->removal);
        store_filter_done(&c->filter);
        free(c);
}

static void step(Clearing *c) {
        int r;

        r = store_foreach_page(c->manager->store, &c->filter, c->next, REMOVAL_STEP, collect, c, &c->next);
        if (r >= 0)
                r = removal_commit(&c->removal);
        if (r < 0)
                finish(c, r);
}

static void on_step(int r, size_t n_removed, size_t n_tasks, void *userdata) {
        Clearing *c = userdata;

        c->counts.n_cleared += n_removed;
        c->counts.n_tasks += n_tasks;
        if (r < 0 || c->next == 0)
                finish(c, r);
        else
                step(c);
}

static int on_count(sd_event_source *source, void *userdata) {
        Clearing *c = userdata;
        int r;

        r = store_foreach_page(c->manager->store, &c->filter, c->next, REMOVAL_STEP, count, c, &c->next);
        if (r < 0 || c->next == 0)
                finish(c, r);
        return 0;
}

/* In steps, between which others are served. */
static int start_counting(Clearing *c) {
        int r = sd_event_add_defer(c->manager->event, &c->counting, on_count, c);

        if (r >= 0)
                r = sd_event_source_set_priority(c->counting, SD_EVENT_PRIORITY_IDLE);
        if (r >= 0)
                r = sd_event_source_set_enabled(c->counting, SD_EVENT_ON);
        return r;
}

int clear_start(Manager *m, StoreFilter *filter, uid_t actor, bool dry_run, clear_cb done, void *userdata) {
        Clearing *c = calloc(1, sizeof(Clearing));

        if (!c)
                return -ENOMEM;
        c->manager = m;
        c->filter = *filter;
        *filter = (StoreFilter){ .uid = UID_INVALID };
        removal_init(&c->removal, m, actor, on_step, c);
        c->done = done;
        c->userdata = userdata;
        if (!dry_run)
                step(c);
        else if (start_counting(c) < 0)
                finish(c, -ENOMEM);
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
