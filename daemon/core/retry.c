/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/param.h>

#include "clock.h"
#include "commit.h"
#include "events.h"
#include "live-job.h"
#include "log.h"
#include "queue.h"
#include "retry.h"

/* However often the machine goes down: something is wrong, and perhaps it is the job. */
#define TRIES_MAX 100U
/* Until an account that could not be looked up is looked up again: a directory may be away, or not there yet
 * after the machine has come up. TRIES_MAX makes some minutes of it. */
#define ACCOUNT_USEC (5 * USEC_PER_SEC)
/* See systemd.exec(5), "Process Exit Codes". */
#define EXIT_USER 217
/* When the store could not be read. */
#define AGAIN_USEC (2 * USEC_PER_SEC)

static bool account_was_missing(const Job *job) {
        return job->result == JOB_RESULT_START_FAILED && job->exit_status == EXIT_USER;
}

bool retry_is_wanted(const Job *job) {
        if (job->cancelled)
                return false;
        switch (job->result) {
        case JOB_RESULT_EXIT_CODE:
        case JOB_RESULT_SIGNAL:
        case JOB_RESULT_CORE_DUMP:
        case JOB_RESULT_TIMEOUT:
        case JOB_RESULT_OOM_KILL:
        case JOB_RESULT_WATCHDOG:
        case JOB_RESULT_RESOURCES:
                return job->attempt <= job->retries;
        case JOB_RESULT_INTERRUPTED:
                return job->restartable && job->attempt < TRIES_MAX;
        case JOB_RESULT_START_FAILED:
                return account_was_missing(job) && job->attempt < TRIES_MAX;
        default: /* somebody wanted it to end, or it would end so again */
                return false;
        }
}

static uint64_t find_delay(const Job *job) {
        if (job->result == JOB_RESULT_INTERRUPTED)
                return 0;
        return account_was_missing(job) ? ACCOUNT_USEC : job->retry_usec;
}

int retry_record(Manager *m, const Job *job) {
        uint64_t next_try_usec =
                        MAX(now_usec() + find_delay(job), m->due_usec + 1); /* it is not in the queue yet */
        _cleanup_free_ char *info = NULL;
        Job record = *job; /* should it not come to the disk, it is made anew */

        if (asprintf(&info, "%s; try %u follows", job->info ?: "", job->attempt + 1) < 0)
                return -ENOMEM;
        record.info = info;
        if (job->result == JOB_RESULT_INTERRUPTED || account_was_missing(job))
                record.retries++; /* it is no failure of the job's: it may fail as often as before */
        return store_set_waiting(m->store, &record, next_try_usec);
}

void retry_recorded(Manager *m, uint64_t id) {
        _cleanup_(job_freep) Job *job = NULL;

        if (store_get(m->store, id, &job) >= 0)
                events_job_requeued(m, job);
        retry_schedule(m);
}

static void on_limited(int r, void *userdata) {
        Manager *m = userdata;

        if (r < 0) { /* what is in the queue is not what the store has: the next start counts anew */
                log_errno(r, "Failed to record when jobs are tried again");
                (void) sd_event_exit(m->event, r);
        }
}

int retry_limit_waits(Manager *m) {
        uint64_t current_usec = now_usec();
        int r;

        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_limit_waiting(m->store, m->due_usec, current_usec + 1);
        if (r < 0)
                return r;
        commit_add(m->commit, on_limited, m);
        m->due_usec = MIN(m->due_usec, current_usec);
        return 0;
}

/* ---- when the time has come ---- */

static int add_due(uid_t uid, const char *type, uint64_t n, uint64_t bytes, void *userdata) {
        queue_add(userdata, uid, type, n, bytes);
        return 0;
}

static void set_timer(Manager *m, uint64_t usec);

static int on_due(sd_event_source *source, uint64_t usec, void *userdata) {
        Manager *m = userdata;
        uint64_t before_usec = m->due_usec, due_usec = MAX(before_usec, now_usec());
        int r = store_foreach_due(m->store, before_usec, due_usec, add_due, m);

        if (r < 0) {
                log_errno(r, "Failed to read what is to be tried again");
                set_timer(m, now_usec() + AGAIN_USEC);
                return 0;
        }
        m->due_usec = due_usec;
        retry_schedule(m);
        queue_dispatch(m);
        return 0;
}

static void set_timer(Manager *m, uint64_t usec) {
        int r;

        m->due_timer = sd_event_source_disable_unref(m->due_timer);
        r = sd_event_add_time(m->event, &m->due_timer, CLOCK_REALTIME, usec, USEC_PER_MSEC, on_due, m);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

void retry_schedule(Manager *m) {
        uint64_t next_usec = 0;
        int r = store_get_next_due(m->store, m->due_usec, &next_usec);

        if (r < 0)
                log_errno(r, "Failed to read what is to be tried again");
        if (r < 0 || next_usec > 0)
                set_timer(m, r < 0 ? now_usec() + AGAIN_USEC : next_usec);
}
