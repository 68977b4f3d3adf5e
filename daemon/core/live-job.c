/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "launcher.h"
#include "live-job.h"
#include "status-text.h"
#include "type-registry.h"
#include "unit-files.h"
#include "user.h"

static int compare_live_jobs(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return x < y ? -1 : x > y ? 1 : 0;
}

static bool counts_as_running(const LiveJob *live) {
        return live->state != LIVE_TIDYING;
}

LiveJob *live_job_find(Manager *m, uint64_t id) {
        LiveJob **node = tfind(&id, &m->live_jobs, compare_live_jobs);

        return node ? *node : NULL;
}

LiveJob *live_job_find_unit(Manager *m, const char *unit) {
        LiveJob *live;
        uint64_t id;

        if (job_unit_name_to_id(unit, &id) < 0)
                return NULL;
        live = live_job_find(m, id);
        return live && live->job->unit && strcmp(live->job->unit, unit) == 0 ? live : NULL;
}

LiveJob *live_job_of(Manager *m, const Job *job) {
        LiveJob *live = live_job_find(m, job->id);

        return live && live->job->attempt == job->attempt ? live : NULL;
}

Job live_job_shown(const LiveJob *live) {
        Job job = *live->job;

        if (live->state == LIVE_TIDYING || job.result == JOB_RESULT_NONE)
                return job;
        job.status = JOB_RUNNING;
        job.result = JOB_RESULT_NONE;
        job.exit_status = 0;
        job.finished_usec = 0;
        job.info = NULL;
        return job;
}

int live_job_new(Manager *m, Job *job, LiveState state, LiveJob **ret) {
        LiveJob *live = calloc(1, sizeof(LiveJob));
        User *user;

        if (!live)
                return -ENOMEM;
        if (live_job_find(m, job->id)) {
                free(live);
                return -EEXIST;
        }
        if (user_get(m, job->uid, &user) < 0) {
                free(live);
                return -ENOMEM;
        }
        if (type_add_running(m, job->type) < 0) {
                user_release(user);
                free(live);
                return -ENOMEM;
        }
        live->id = job->id;
        live->manager = m;
        live->state = state;
        if (!tsearch(live, &m->live_jobs, compare_live_jobs)) {
                type_remove_running(m, job->type);
                user_release(user);
                free(live);
                return -ENOMEM;
        }
        live->job = job;
        user->n_running++;
        m->n_running++;
        *ret = live;
        return 0;
}

static void uncount(LiveJob *live) {
        User *user = user_find(live->manager, live->job->uid);

        live->manager->n_running--;
        user->n_running--;
        user_release(user);
        type_remove_running(live->manager, live->job->type);
}

void live_job_set_ended(LiveJob *live) {
        uncount(live);
        unit_files_remove(live->job->unit);
        live->state = LIVE_TIDYING;
        live->change_timer = sd_event_source_disable_unref(live->change_timer); /* its end says it all */
}

LiveJob *live_job_free(LiveJob *live) {
        if (!live)
                return NULL;
        tdelete(live, &live->manager->live_jobs, compare_live_jobs);
        launcher_forget(live->manager->launcher, live);
        if (counts_as_running(live))
                uncount(live);
        sd_event_source_disable_unref(live->timer);
        sd_event_source_disable_unref(live->change_timer);
        sd_event_source_disable_unref(live->kill_timer);
        unit_state_done(&live->unit);
        job_free(live->job);
        free(live);
        return NULL;
}

typedef struct Walk {
        void (*callback)(LiveJob *live, void *userdata);
        void *userdata;
} Walk;

static void visit(const void *node, VISIT which, void *userdata) {
        Walk *walk = userdata;

        if (which == postorder || which == leaf) /* "postorder" is what search.h calls in order */
                walk->callback(*(LiveJob *const *) node, walk->userdata);
}

void live_job_foreach(Manager *m, void (*callback)(LiveJob *live, void *userdata), void *userdata) {
        Walk walk = { callback, userdata };

        twalk_r(m->live_jobs, visit, &walk);
}

static bool update_info(Job *job, const char *status_text) {
        _cleanup_free_ char *info = NULL;
        double progress = job->progress;

        if (status_text_parse(status_text, &info, &progress) < 0)
                return false;
        if (progress == job->progress && job->info && strcmp(job->info, info) == 0)
                return false;
        job->progress = progress;
        free(job->info);
        job->info = TAKE_PTR(info);
        return true;
}

bool live_job_update(LiveJob *live) {
        Job *job = live->job;
        bool changed = false;

        if (job->started_usec == 0 && live->unit.main_start_usec > 0) {
                job->started_usec = live->unit.main_start_usec;
                changed = true;
        }
        if (sd_id128_is_null(job->invocation_id) && !sd_id128_is_null(live->unit.invocation_id)) {
                job->invocation_id = live->unit.invocation_id;
                changed = true;
        }
        if (live->unit.status_text && live->unit.status_text[0] && update_info(job, live->unit.status_text))
                changed = true;
        return changed;
}
