/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "cancel.h"
#include "clock.h"
#include "commit.h"
#include "events.h"
#include "live-job.h"
#include "log.h"
#include "queue.h"
#include "result-folder.h"
#include "run.h"
#include "status-text.h"

typedef struct Cancellation {
        Manager *manager;
        Job *job;
        uid_t actor;
        manager_done_cb done;
        void *userdata;
} Cancellation;

static void on_cancelled(int r, void *userdata) {
        Cancellation *cancellation = userdata;
        Manager *m = cancellation->manager;
        Job *job = cancellation->job;

        if (r >= 0) {
                log_job(JOB_EVENT_CANCEL_ASKED, job, cancellation->actor);
                log_job(JOB_EVENT_ENDED, job, 0);
        } else
                queue_return(m, job);
        cancellation->done(r, cancellation->userdata);
        if (r >= 0)
                events_job_ended(m, job);
        job_free(job);
        free(cancellation);
}

static int record_cancel(Manager *m, Job *job) {
        _cleanup_free_ char *of_last_try = TAKE_PTR(job->info);
        int r;

        job->cancelled = true;
        job->result = JOB_RESULT_CANCELLED;
        job->status = JOB_CANCELLED;
        job->finished_usec = now_usec();
        job->results_uncounted = job->keep_results && !result_folder_remove_empty(job->id); /* of a try before */
        r = status_text_of_end(job, NULL, NULL, &job->info);
        if (r >= 0)
                r = commit_begin(m->commit);
        return r < 0 ? r : store_set_finished(m->store, job);
}

static int cancel_queued(Manager *m, Job *job, uid_t actor, manager_done_cb done, void *userdata) {
        Cancellation *cancellation = malloc(sizeof(Cancellation));
        int r;

        if (!cancellation) {
                job_free(job);
                return -ENOMEM;
        }
        r = record_cancel(m, job);
        if (r < 0) {
                free(cancellation);
                job_free(job);
                return r;
        }
        *cancellation = (Cancellation){ m, job, actor, done, userdata };
        queue_take(m, job);
        commit_add(m->commit, on_cancelled, cancellation);
        return 0;
}

static void go_on_with(Manager *m, LiveJob *live, bool cancelled) {
        bool is_waiting = live->cancel_in_flight && live->state == LIVE_COMMITTING;

        live->cancel_in_flight = false;
        if (cancelled)
                live->job->cancelled = true;
        if (is_waiting && cancelled) /* it was told that a queued job will not run */
                run_never_started(live);
        else if (is_waiting)
                queue_start(m, live);
        else if (cancelled) /* as soon as there is something to be stopped */
                unit_stop(live->unit);
}

static void on_cancellation_recorded(int r, void *userdata) {
        Cancellation *cancellation = userdata;
        Manager *m = cancellation->manager;
        LiveJob *live = live_job_of(m, cancellation->job);

        if (r >= 0)
                log_job(JOB_EVENT_CANCEL_ASKED, cancellation->job, cancellation->actor);
        if (live) /* else it has ended meanwhile */
                go_on_with(m, live, r >= 0);
        cancellation->done(r, cancellation->userdata);
        job_free(cancellation->job);
        free(cancellation);
}

/* Stopped when that is durable: whoever is told so can rely on it. */
static int cancel_running(Manager *m, Job *job, uid_t actor, manager_done_cb done, void *userdata) {
        Cancellation *cancellation = malloc(sizeof(Cancellation));
        int r = cancellation ? commit_begin(m->commit) : -ENOMEM;
        LiveJob *live = live_job_of(m, job);

        if (r >= 0) /* a turn that ended there may have failed, and its start with it */
                r = live ? store_set_cancelled(m->store, job->id) : -EIO;
        if (r < 0) {
                free(cancellation);
                job_free(job);
                return r;
        }
        *cancellation = (Cancellation){ m, job, actor, done, userdata };
        live->cancel_in_flight = true;
        commit_add(m->commit, on_cancellation_recorded, cancellation);
        return 0;
}

int cancel_job(Manager *m, uint64_t id, uid_t actor, manager_done_cb done, void *userdata) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = store_get(m->store, id, &job);
        if (r < 0)
                return r;
        if (!job_status_is_active(job->status))
                return -ESTALE;
        return live_job_of(m, job) ? cancel_running(m, TAKE_PTR(job), actor, done, userdata)
                                   : cancel_queued(m, TAKE_PTR(job), actor, done, userdata);
}
