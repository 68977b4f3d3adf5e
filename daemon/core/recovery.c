/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>

#include "clock.h"
#include "journal-query.h"
#include "last-id.h"
#include "log.h"
#include "queue.h"
#include "recovery.h"
#include "retry.h"
#include "run.h"
#include "unit-files.h"
#include "unit-watch.h"

static int adopt(Manager *m, Job *job) {
        LiveJob *live;
        int r = 0;

        if (!job->unit)
                r = job_unit_name(job->id, job->attempt, &job->unit);
        if (r >= 0)
                r = live_job_new(m, job, LIVE_RECOVERING, &live);
        if (r < 0)
                return r;
        unit_adopt(live->unit, job->started_usec > 0);
        if (job->cancelled)
                unit_stop(live->unit);
        return 0;
}

static int adopt_running(const Job *record, void *userdata) {
        Manager *m = userdata;
        Job *job;
        int r;

        r = store_get(m->store, record->id, &job);
        if (r < 0)
                return r;
        r = adopt(m, job);
        if (r < 0)
                job_free(job);
        return r;
}

static int adopt_queue(uid_t uid, const char *type, uint64_t count, uint64_t bytes, void *userdata) {
        queue_add(userdata, uid, type, count, bytes);
        return 0;
}

/* The journal knows nothing of it, or too little. */
static void settle_unknown(Manager *m, LiveJob *live, const Outcome *outcome) {
        const Job *job = live->job;

        if (!sd_id128_equal(job->boot_id, m->boot_id))
                /* what the journal had not stored when the machine went down is gone: it may have run */
                run_went_down(live, outcome->usec);
        else if (outcome->kind != OUTCOME_NOTHING || job->started_usec > 0)
                run_ended(live, JOB_RESULT_LOST, NULL);
        else
                run_never_started(live);
}

/* By hand, or with all that ran. */
static JobResult find_result_of_stop(Manager *m, const LiveJob *live, const Outcome *outcome) {
        bool same_userspace = sd_id128_equal(live->job->boot_id, m->boot_id) &&
                        outcome->usec >= m->pid1.userspace_usec;

        return same_userspace ? JOB_RESULT_CANCELLED : JOB_RESULT_INTERRUPTED;
}

/* Of one that the journal does not tell of, because it could not be read: it may have run, and a job never
 * runs twice. */
static void settle(Manager *m, LiveJob *live, const Outcome *outcome) {
        switch (outcome->kind) {
        case OUTCOME_ENDED:
                run_ended(live, outcome->result, outcome);
                break;
        case OUTCOME_STOPPED:
                run_ended(live, find_result_of_stop(m, live, outcome), outcome);
                break;
        default:
                settle_unknown(m, live, outcome);
        }
}

static void ask_journal(Manager *m, const Job *job, journal_query_cb callback) {
        int r = journal_query(&m->helpers, job, callback, m);

        if (r >= 0)
                return;
        log_errno(r, "Failed to ask the journal about job %" PRIu64, job->id);
        (void) sd_event_exit(m->event, r); /* the next start tries again */
}

static void ask_next(Manager *m);

static void on_outcome(uint64_t id, const Outcome *outcome, void *userdata) {
        Manager *m = userdata;
        LiveJob *live = live_job_find(m, id);

        if (live && live_job_is_recovering(live))
                settle(m, live, outcome);
        ask_next(m);
}

static void find_recovering(LiveJob *live, void *userdata) {
        LiveJob **found = userdata;

        if (live_job_is_recovering(live) && !*found)
                *found = live;
}

/* One after another: there may be thousands, each needs a process. */
static void ask_next(Manager *m) {
        LiveJob *live = NULL;

        live_job_foreach(m, find_recovering, &live);
        if (!live) {
                m->recovered = true;
                retry_schedule(m);
                queue_dispatch(m);
                return;
        }
        ask_journal(m, live->job, on_outcome);
}

static void on_late_outcome(uint64_t id, const Outcome *outcome, void *userdata) {
        Manager *m = userdata;
        LiveJob *live = live_job_find(m, id);

        if (live && live_job_is_recovering(live))
                settle(m, live, outcome);
        queue_dispatch(m);
}

void recovery_on_unit_vanished(void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (live_job_enter(live, LIVE_RECOVERING) && m->recovered) /* else its turn comes with the others */
                ask_journal(m, live->job, on_late_outcome);
}

/* Its job ended, but jobsd was ended before it had removed the unit; or a hand has started it again. */
void recovery_on_stray_unit(uint64_t id, const char *unit, void *userdata) {
        _cleanup_(job_freep) Job *job = NULL;
        Manager *m = userdata;
        int r;

        if (store_get(m->store, id, &job) >= 0) {
                pid1_remove_unit(&m->pid1, unit);
                return;
        }
        log_line(LOG_WARNING, "%s is not a job of this history, leaving it alone.", unit);
        r = last_id_met(m, id);
        if (r < 0)
                log_errno(r, "Failed to set its id aside");
}

static void on_units_known(void *userdata) {
        ask_next(userdata);
}

static bool is_live(const char *unit, void *userdata) {
        Manager *m = userdata;

        return unit_find(&m->pid1, unit) != NULL;
}

int recovery_start(Manager *m) {
        int r;

        r = store_foreach_running(m->store, adopt_running, m);
        if (r < 0)
                return log_errno(r, "Failed to read the running jobs");
        unit_files_remove_leftovers(is_live, m);
        r = retry_limit_waits(m);
        if (r < 0)
                return log_errno(r, "Failed to read the queue");
        m->due_usec = now_usec();
        r = store_foreach_queue(m->store, m->due_usec, adopt_queue, m);
        if (r < 0)
                return log_errno(r, "Failed to read the queue");
        r = unit_watch_start(&m->pid1, m->bus, on_units_known, m, &m->unit_watch);
        if (r < 0)
                return log_errno(r, "Failed to ask systemd for its units");
        return 0;
}
