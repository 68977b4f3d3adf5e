/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "commit.h"
#include "job-credential.h"
#include "live-job.h"
#include "log.h"
#include "queue.h"
#include "strv.h"
#include "unit-files.h"
#include "user.h"

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        queue_dispatch(userdata);
        return 0;
}

void queue_dispatch_later(Manager *m) {
        int r;

        m->retry_timer = sd_event_source_disable_unref(m->retry_timer);
        r = sd_event_add_time_relative(
                        m->event, &m->retry_timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_retry, m);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

/* What waits for the time of its next try is not in the queue. */
static bool is_in_queue(Manager *m, const Job *job) {
        return job->next_try_usec <= m->due_usec;
}

void queue_add(Manager *m, uid_t uid, const char *type, uint64_t n, uint64_t bytes) {
        User *user;
        int r = user_get(m, uid, &user);

        if (r >= 0) {
                r = user_add_queued(user, type, n, bytes);
                user_release(user);
        }
        if (r < 0) /* the next start finds them */
                log_errno(r, "Failed to queue jobs of uid %u", (unsigned) uid);
}

void queue_return(Manager *m, const Job *job) {
        if (is_in_queue(m, job))
                queue_add(m, job->uid, job->type, 1, job->stored_bytes);
}

void queue_take(Manager *m, const Job *job) {
        User *user = user_find(m, job->uid);

        if (!is_in_queue(m, job))
                return;
        user_remove_queued(user, job->type, 1, job->stored_bytes);
        user_release(user);
}

void queue_put_back(Manager *m, LiveJob *live) {
        const Job *job = live->job;

        queue_return(m, job);
        unit_files_remove(job->unit);
        live_job_free(live);
}

static void on_starting_committed(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                log_errno(r, "Failed to record the start of job %" PRIu64, live->id);
                queue_put_back(m, live);
                queue_dispatch_later(m);
                return;
        }
        live->job->status = JOB_RUNNING;
        if (!live->cancel_in_flight) /* else when it is known whether that came to be */
                queue_start(m, live);
}

void queue_start(Manager *m, LiveJob *live) {
        _cleanup_(strv_free_erasep) char **secrets = NULL;
        const Job *job = live->job;
        Unit *unit = live->unit;
        int r = 0;

        if (!live_job_enter(live, LIVE_STARTING))
                return;
        if (job_find_secret(job))
                r = store_get_secrets(m->store, job->id, &secrets);
        if (r < 0)
                unit_postpone(unit, r);
        else
                unit_start(unit, &m->config, job, secrets);
}

static int record_start(Manager *m, Job *job) {
        int r;

        job->boot_id = m->boot_id;
        job->next_try_usec = 0;
        free(TAKE_PTR(job->info)); /* of the try before */
        r = commit_begin(m->commit);
        return r < 0 ? r : store_set_starting(m->store, job->id, job->unit, job->boot_id);
}

/* The oldest job of a lane. Not one whose last try is still being tidied up. */
static int find_next_in_lane(Manager *m, const User *user, const Lane *lane, Job **ret) {
        uint64_t after = 0;
        int r;

        for (;;) {
                _cleanup_(job_freep) Job *job = NULL;

                r = store_get_next_queued(m->store, user->uid, lane->type, after, m->due_usec, &job);
                if (r < 0)
                        return r;
                if (!live_job_find(m, job->id)) {
                        *ret = TAKE_PTR(job);
                        return 0;
                }
                after = job->id;
        }
}

/* His oldest job of those that may run; -ENOENT. */
static int find_next_of(Manager *m, const User *user, Job **ret) {
        _cleanup_(job_freep) Job *first = NULL;
        Lane *lane;

        LIST_FOREACH(lane, &user->lanes, list) {
                _cleanup_(job_freep) Job *job = NULL;
                int r = lane_is_open(user, lane) ? find_next_in_lane(m, user, lane, &job) : -ENOENT;

                if (r < 0 && r != -ENOENT)
                        return r;
                if (job && (!first || job->id < first->id)) {
                        job_free(first);
                        first = TAKE_PTR(job);
                }
        }
        *ret = TAKE_PTR(first);
        return *ret ? 0 : -ENOENT;
}

static int start_next_of(Manager *m, User *user) {
        LiveJob *live;
        Job *job;
        int r;

        r = find_next_of(m, user, &job);
        if (r < 0)
                return r;
        r = job_unit_name(job->id, job->attempt, &job->unit);
        if (r >= 0)
                r = live_job_new(m, job, LIVE_COMMITTING, &live);
        if (r < 0) {
                job_free(job);
                return r;
        }
        r = record_start(m, job);
        if (r < 0) {
                live_job_free(live);
                return r;
        }
        user_served(user);
        queue_take(m, job);
        commit_add(m->commit, on_starting_committed, live);
        unit_reserve_start(live->unit);
        return 0;
}

static void start_what_may_run(Manager *m) {
        User *user;

        while (m->n_running < m->config.max_running && pid1_may_start(&m->pid1) &&
                        (user = user_next(m))) {
                int r = start_next_of(m, user);

                if (r == -ENOENT) { /* when his units are gone comes the next dispatch */
                        user->is_stalled = true;
                        continue;
                }
                if (r < 0) {
                        log_errno(r, "Failed to start the next job of uid %u", (unsigned) user->uid);
                        queue_dispatch_later(m);
                        return;
                }
        }
}

void queue_dispatch(Manager *m) {
        User *user;

        if (!m->recovered)
                return;
        TAILQ_FOREACH(user, &m->waiting, waiting)
                user->is_stalled = false;
        start_what_may_run(m);
}
