/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <string.h>

#include "clock.h"
#include "events.h"
#include "job-type.h"
#include "live-job.h"
#include "log.h"
#include "status-text.h"
#include "type-registry.h"
#include "unit-files.h"
#include "user.h"

#define CHANGE_INTERVAL_USEC (100 * USEC_PER_MSEC)

static int compare_live_jobs(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return x < y ? -1 : x > y ? 1 : 0;
}

LiveJob *live_job_find(Manager *m, uint64_t id) {
        LiveJob **node = tfind(&id, &m->live_jobs, compare_live_jobs);

        return node ? *node : NULL;
}

LiveJob *live_job_of(Manager *m, const Job *job) {
        LiveJob *live = live_job_find(m, job->id);

        return live && live->job->attempt == job->attempt ? live : NULL;
}

Job live_job_shown(const LiveJob *live) {
        Job job = *live->job;

        if (live_job_has_ended(live) || job.result == JOB_RESULT_NONE)
                return job;
        job.status = JOB_RUNNING;
        job.result = JOB_RESULT_NONE;
        job.exit_status = 0;
        job.finished_usec = 0;
        job.info = NULL;
        return job;
}

/* MaxRunning= is a machine's: one that runs elsewhere counts there. */
static const char *counted_type(const Job *job) {
        return job_is_placed(job) ? NULL : job->type;
}

static int count(Manager *m, const Job *job) {
        User *user;
        int r = user_get(m, job->uid, &user);

        if (r < 0)
                return r;
        r = type_add_running(m, counted_type(job));
        if (r < 0) {
                user_release(user);
                return r;
        }
        user->n_running++;
        m->n_running++;
        return 0;
}

static void uncount(Manager *m, const Job *job) {
        User *user = user_find(m, job->uid);

        m->n_running--;
        user->n_running--;
        user_release(user);
        type_remove_running(m, counted_type(job));
}

int live_job_new(Manager *m, Job *job, LiveState state, LiveJob **ret) {
        LiveJob *live;
        int r;

        if (live_job_find(m, job->id))
                return -EEXIST;
        live = calloc(1, sizeof(LiveJob));
        if (!live)
                return -ENOMEM;
        *live = (LiveJob){ .id = job->id, .manager = m, .job = job, .state = state };
        r = unit_new(&m->pid1, job->unit, live, &live->unit);
        if (r >= 0)
                r = count(m, job);
        if (r >= 0 && !tsearch(live, &m->live_jobs, compare_live_jobs)) {
                uncount(m, job);
                r = -ENOMEM;
        }
        if (r < 0) {
                unit_free(live->unit);
                free(live);
                return r;
        }
        *ret = live;
        return 0;
}

LiveJob *live_job_free(LiveJob *live) {
        if (!live)
                return NULL;
        tdelete(live, &live->manager->live_jobs, compare_live_jobs);
        unit_free(live->unit);
        if (!live_job_has_ended(live))
                uncount(live->manager, live->job);
        sd_event_source_disable_unref(live->timer);
        sd_event_source_disable_unref(live->change_timer);
        job_free(live->job);
        free(live);
        return NULL;
}

/* ---- its steps ---- */

#define AFTER(state) (1U << (state))

/* What each may follow. */
static const unsigned befores[_LIVE_STATE_MAX] = {
        [LIVE_STARTING] = AFTER(LIVE_COMMITTING) | AFTER(LIVE_RECOVERING),
        [LIVE_RUNNING] = AFTER(LIVE_STARTING) | AFTER(LIVE_RECOVERING),
        [LIVE_RECOVERING] = AFTER(LIVE_STARTING),
        [LIVE_ENDING] = AFTER(LIVE_RUNNING),
        [LIVE_RECORDING] = AFTER(LIVE_COMMITTING) | AFTER(LIVE_STARTING) | AFTER(LIVE_RECOVERING) |
                        AFTER(LIVE_ENDING) | AFTER(LIVE_RECORDING),
        [LIVE_TIDYING] = AFTER(LIVE_RECORDING),
};

static void set_ended(LiveJob *live) {
        uncount(live->manager, live->job);
        unit_files_remove(live->job->unit);
        live->change_timer = sd_event_source_disable_unref(live->change_timer); /* its end says it all */
}

bool live_job_enter(LiveJob *live, LiveState state) {
        if (!(befores[state] & AFTER(live->state))) {
                log_line(LOG_ERR, "Job %" PRIu64 " cannot be in state %d after %d.", live->id, state, live->state);
                return false;
        }
        live->state = state;
        if (state == LIVE_TIDYING)
                set_ended(live);
        return true;
}

void live_job_try_again(LiveJob *live, sd_event_time_handler_t callback) {
        int r;

        live->timer = sd_event_source_disable_unref(live->timer);
        r = sd_event_add_time_relative(
                        live->manager->event, &live->timer, CLOCK_MONOTONIC, RETRY_USEC, 0, callback, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

/* ---- all of them ---- */

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

        if (job_is_placed(job))
                status_text = placed_status_parse(status_text, &(uint64_t){ 0 }, &(uint64_t){ 0 });
        if (!*status_text || status_text_parse(status_text, &info, &progress) < 0)
                return false;
        if (progress == job->progress && job->info && strcmp(job->info, info) == 0)
                return false;
        job->progress = progress;
        free(job->info);
        job->info = TAKE_PTR(info);
        return true;
}

bool live_job_update(LiveJob *live) {
        const UnitState *unit = unit_state(live->unit);
        Job *job = live->job;
        bool changed = false;

        if (job->started_usec == 0 && unit->main_start_usec > 0) {
                job->started_usec = unit->main_start_usec;
                changed = true;
        }
        if (sd_id128_is_null(job->invocation_id) && !sd_id128_is_null(unit->invocation_id)) {
                job->invocation_id = unit->invocation_id;
                changed = true;
        }
        if (unit->status_text && update_info(job, unit->status_text))
                changed = true;
        return changed;
}

static void tell_change(LiveJob *live) {
        live->last_change_usec = monotonic_usec();
        events_job_changed(live->manager, live->job);
}

static int on_change_due(sd_event_source *source, uint64_t usec, void *userdata) {
        LiveJob *live = userdata;

        live->change_timer = sd_event_source_disable_unref(live->change_timer);
        tell_change(live);
        return 0;
}

void live_job_changed(LiveJob *live) {
        uint64_t due = live->last_change_usec + CHANGE_INTERVAL_USEC;
        int r;

        if (live->change_timer)
                return;
        if (monotonic_usec() >= due) {
                tell_change(live);
                return;
        }
        r = sd_event_add_time(
                        live->manager->event, &live->change_timer, CLOCK_MONOTONIC, due, 0, on_change_due, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}
