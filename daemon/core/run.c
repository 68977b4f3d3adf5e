/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "clock.h"
#include "commit.h"
#include "controllers.h"
#include "events.h"
#include "job-type.h"
#include "log.h"
#include "queue.h"
#include "result-folder.h"
#include "retry.h"
#include "run.h"
#include "status-text.h"

/* ---- end ---- */

static void finish(LiveJob *live);

static int on_finish_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        finish(userdata);
        return 0;
}

static void finish_later(LiveJob *live, int error) {
        log_errno(error, "Failed to record the end of job %" PRIu64 ", trying again", live->id);
        live_job_try_again(live, on_finish_retry);
}

static void on_finish_committed(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;
        const Job *job = live->job;

        if (r < 0) {
                finish_later(live, r);
                return;
        }
        log_job(JOB_EVENT_ENDED, job, 0);
        (void) live_job_enter(live, LIVE_TIDYING);
        events_job_ended(m, job);
        unit_remove(live->unit);
        queue_dispatch(m);
}

static void on_retry_committed(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;
        const Job *job = live->job;

        if (r < 0) {
                finish_later(live, r);
                return;
        }
        log_job(JOB_EVENT_RETRIED, job, 0);
        (void) live_job_enter(live, LIVE_TIDYING);
        retry_recorded(m, job->id);
        unit_remove(live->unit);
        queue_dispatch(m);
}

/* Records what job->result says. */
static void finish(LiveJob *live) {
        Manager *m = live->manager;
        Job *job = live->job;
        bool again = retry_is_wanted(job);
        int r;

        if (!live_job_enter(live, LIVE_RECORDING))
                return;
        job->status = job_result_to_status(job->result);
        job->results_uncounted = !again && job->keep_results && !result_folder_remove_empty(job->id);
        r = commit_begin(m->commit);
        if (r >= 0)
                r = again ? retry_record(m, job) : store_set_finished(m->store, job);
        if (r < 0)
                finish_later(live, r);
        else
                commit_add(m->commit, again ? on_retry_committed : on_finish_committed, live);
}

static void describe_and_finish(LiveJob *live, const char *why) {
        Job *job = live->job;
        _cleanup_free_ char *said = TAKE_PTR(job->info);

        (void) status_text_of_end(job, why, said, &job->info); /* without memory it has no info */
        if (job->result == JOB_RESULT_SUCCESS && job->progress >= 0)
                job->progress = 1;
        finish(live);
}

static void add_costs(Job *job, const UnitState *unit) {
        uint64_t cpu = unit->cpu_usage_nsec, memory = unit->memory_peak;

        if (job_is_placed(job) && unit->status_text)
                (void) placed_status_parse(unit->status_text, &cpu, &memory);
        job->cpu_usage_nsec += cpu; /* to those of earlier tries */
        job->memory_peak = MAX(job->memory_peak, memory);
}

static void finish_with_result(LiveJob *live, JobResult result, const char *why) {
        const UnitState *unit = unit_state(live->unit);
        Job *job = live->job;

        job->result = result;
        job->finished_usec = unit->main_exit_usec > 0 ? unit->main_exit_usec : now_usec();
        add_costs(job, unit);
        describe_and_finish(live, why);
}

/* NULL for every other result, and without memory, for a general text. */
static char *explain_start_failure(const Job *job, JobResult result, const Outcome *outcome) {
        char *why = NULL;

        if (result == JOB_RESULT_START_FAILED && outcome)
                (void) status_text_of_start_failure(job, outcome->error, outcome->interpreter, &why);
        return why;
}

/* What the journal knows of an end of which the unit tells too little. */
static void on_outcome_known(uint64_t id, const Outcome *outcome, void *userdata) {
        LiveJob *live = live_job_find(userdata, id);
        _cleanup_free_ char *why = NULL;
        JobResult result;
        Job *job;

        if (!live || live->state != LIVE_ENDING)
                return;
        job = live->job;
        result = unit_state_outcome(unit_state(live->unit), job->timeout_usec, &job->exit_status);
        if (outcome->kind == OUTCOME_ENDED) {
                result = outcome->result;
                job->exit_status = outcome->exit_status;
                why = explain_start_failure(job, result, outcome);
        }
        finish_with_result(live, result, why);
}

/* Or went down, and only its user space came back: PID 1 remembers the unit then. */
static bool machine_goes_down(const LiveJob *live) {
        const Pid1 *pid1 = &live->manager->pid1;
        uint64_t usec = unit_state(live->unit)->main_exit_usec;

        return pid1->is_stopping || (usec > 0 && usec < pid1->userspace_usec);
}

static JobResult find_result(LiveJob *live) {
        Job *job = live->job;
        JobResult result = unit_state_outcome(unit_state(live->unit), job->timeout_usec, &job->exit_status);

        if (result == JOB_RESULT_CANCELLED && !job->cancelled && machine_goes_down(live))
                return JOB_RESULT_INTERRUPTED;
        if (result == JOB_RESULT_SIGNAL && job->cancelled && job->exit_status == SIGKILL)
                return JOB_RESULT_CANCELLED; /* it was frozen, and could not be stopped */
        return result;
}

void run_on_unit_ended(void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;
        Job *job = live->job;

        if (!live_job_enter(live, LIVE_ENDING))
                return;
        (void) live_job_update(live);
        if (!unit_state_is_ambiguous(unit_state(live->unit)) || job->cancelled ||
                        journal_query(&m->helpers, job, on_outcome_known, m) < 0)
                finish_with_result(live, find_result(live), NULL);
}

/* As the journal has it, which may have been written with another clock. */
static uint64_t find_end(const Job *job, const Outcome *outcome) {
        uint64_t now = now_usec();

        return outcome && outcome->usec >= job->started_usec && outcome->usec <= now && outcome->usec > 0
                        ? outcome->usec
                        : now;
}

void run_went_down(LiveJob *live, uint64_t last_seen_usec) {
        Job *job = live->job;

        job->result = JOB_RESULT_INTERRUPTED;
        job->exit_status = 0;
        job->finished_usec = MIN(MAX(last_seen_usec, MAX(job->started_usec, job->submitted_usec)), now_usec());
        describe_and_finish(live, "Interrupted: the machine went down, and was last seen then");
}

void run_ended(LiveJob *live, JobResult result, const Outcome *outcome) {
        _cleanup_free_ char *why = NULL;
        Job *job = live->job;

        job->result = result > JOB_RESULT_NONE ? result : JOB_RESULT_LOST;
        job->exit_status = outcome ? outcome->exit_status : 0;
        job->finished_usec = find_end(job, outcome);
        why = explain_start_failure(job, job->result, outcome);
        describe_and_finish(live, why);
}

static void start_failed(LiveJob *live, const char *message) {
        _cleanup_free_ char *why = NULL;
        Job *job = live->job;

        if (!job->cancelled && asprintf(&why, "Could not start: %s", message) < 0)
                why = NULL;
        job->result = job->cancelled ? JOB_RESULT_CANCELLED : JOB_RESULT_START_FAILED;
        job->finished_usec = now_usec();
        describe_and_finish(live, why);
}

static int on_put_back_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        run_never_started(userdata);
        return 0;
}

static void put_back_later(LiveJob *live, int error) {
        log_errno(error, "Failed to put job %" PRIu64 " back into the queue, trying again", live->id);
        live_job_try_again(live, on_put_back_retry);
}

/* Whoever has read that it runs learns that it waits again. */
static void tell_put_back(const LiveJob *live) {
        Manager *m = live->manager;
        Job shown = *live->job;

        shown.status = JOB_QUEUED;
        shown.unit = NULL;
        shown.boot_id = shown.invocation_id = SD_ID128_NULL;
        shown.started_usec = 0;
        events_job_requeued(m, &shown);
}

static void on_put_back(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                put_back_later(live, r);
                return;
        }
        tell_put_back(live);
        queue_put_back(m, live);
        queue_dispatch_later(m);
}

void run_never_started(LiveJob *live) {
        Manager *m = live->manager;
        const Job *job = live->job;
        int r;

        if (job->cancelled) {
                run_ended(live, JOB_RESULT_CANCELLED, NULL);
                return;
        }
        if (!job_has_command(job)) { /* of a history that was rebuilt */
                run_ended(live, JOB_RESULT_LOST, NULL);
                return;
        }
        if (!live_job_enter(live, LIVE_RECORDING))
                return;
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_queued(m->store, job->id);
        if (r < 0)
                put_back_later(live, r);
        else
                commit_add(m->commit, on_put_back, live);
}

/* ---- what the unit tells ---- */

static void on_started_committed(int r, void *userdata) {
        /* Without this record the start is known from the unit all the same. */
}

/* The site wants to run such jobs, or the controller went after the submission. */
static void warn_of_limits(const Job *job) {
        _cleanup_free_ char *lacking = NULL;
        int r;

        r = controllers_find_lacking(CONTROLLERS_ROOT, job, &lacking);
        if (r < 0)
                log_errno(r, "Failed to find out whether the limits of job %" PRIu64 " hold", job->id);
        else if (lacking)
                log_without_limits(job, lacking);
}

void run_on_unit_running(void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;
        const Job *job = live->job;
        int r;

        if (!live_job_enter(live, LIVE_RUNNING))
                return;
        (void) live_job_update(live);
        log_job(JOB_EVENT_STARTED, job, 0);
        warn_of_limits(job);
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_started(m->store, job->id, job->started_usec, job->invocation_id);
        if (r >= 0)
                commit_add(m->commit, on_started_committed, NULL);
        else
                log_errno(r, "Failed to record that job %" PRIu64 " runs", job->id);
        live_job_changed(live);
}

void run_on_unit_found(void *userdata) {
        LiveJob *live = userdata;

        (void) live_job_enter(live, live->job->started_usec > 0 ? LIVE_RUNNING : LIVE_STARTING);
}

/* Where to look for it, should this machine go down. */
static void keep_place(Manager *m, const Job *job) {
        int r;

        if (!job_is_placed(job) || !job->info || strncmp(job->info, PLACED_ON, strlen(PLACED_ON)) != 0)
                return;
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_info(m->store, job->id, job->info);
        if (r >= 0)
                commit_add(m->commit, on_started_committed, NULL);
        else
                log_errno(r, "Failed to record where job %" PRIu64 " runs", job->id);
}

void run_on_unit_said(void *userdata) {
        LiveJob *live = userdata;

        if (!live_job_update(live) || live->state != LIVE_RUNNING)
                return;
        keep_place(live->manager, live->job);
        live_job_changed(live);
}

void run_on_unit_refused(const char *why, bool again, void *userdata) {
        if (again)
                run_never_started(userdata);
        else
                start_failed(userdata, why);
}

void run_on_unit_gone(void *userdata) {
        live_job_free(userdata);
}
