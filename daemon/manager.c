/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "authority.h"
#include "bus.h"
#include "client.h"
#include "commit.h"
#include "drain.h"
#include "helper.h"
#include "journal-query.h"
#include "launcher.h"
#include "live-job.h"
#include "log.h"
#include "manager.h"
#include "protocol.h"
#include "recovery.h"
#include "request.h"
#include "retention.h"
#include "status-text.h"
#include "stream.h"
#include "subscription.h"
#include "user.h"

/* What passes by itself, as a full disk that somebody tidies, is tried again this often. */
#define RETRY_USEC (2 * USEC_PER_SEC)

static uint64_t clock_usec(clockid_t clock) {
        struct timespec ts;

        (void) clock_gettime(clock, &ts); /* cannot fail for these clocks */
        return (uint64_t) ts.tv_sec * USEC_PER_SEC + (uint64_t) ts.tv_nsec / NSEC_PER_USEC;
}

uint64_t now_usec(void) {
        return clock_usec(CLOCK_REALTIME);
}

uint64_t monotonic_usec(void) {
        return clock_usec(CLOCK_MONOTONIC);
}

/* As PID 1 has it, see jobsd.service. */
static int get_boot_id(sd_id128_t *ret) {
        const char *s = getenv("JOBSD_BOOT_ID");

        return s ? sd_id128_from_string(s, ret) : sd_id128_get_boot(ret);
}

int manager_new(Manager **ret) {
        _cleanup_(manager_freep) Manager *m = calloc(1, sizeof(Manager));
        int r;

        if (!m)
                return -ENOMEM;
        TAILQ_INIT(&m->waiting);
        config_set_defaults(&m->config);
        m->identities = calloc(IDENTITIES_KEPT, sizeof(KnownIdentity));
        if (!m->identities)
                return -ENOMEM;
        r = get_boot_id(&m->boot_id);
        if (r >= 0)
                r = sd_event_default(&m->event);
        if (r >= 0)
                r = launcher_new(m, &m->launcher);
        if (r >= 0)
                r = authority_new(m, &m->authority);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

static void free_live_jobs(Manager *m) {
        while (m->live_jobs)
                live_job_free(*(LiveJob **) m->live_jobs); /* the tree's root, see tsearch(3) */
}

Manager *manager_free(Manager *m) {
        if (!m)
                return NULL;
        while (!LIST_EMPTY(&m->requests))
                request_free(LIST_FIRST(&m->requests));
        while (!LIST_EMPTY(&m->streams))
                stream_free(LIST_FIRST(&m->streams));
        while (!LIST_EMPTY(&m->helpers))
                helper_free(LIST_FIRST(&m->helpers));
        while (!LIST_EMPTY(&m->drains))
                drain_free(LIST_FIRST(&m->drains));
        while (m->clients)
                client_free(*(Client **) m->clients);
        free_live_jobs(m);
        while (m->users) {
                User *user = *(User **) m->users;

                user_remove_queued(user, user->n_queued);
                user->n_submitting = user->n_running = user->n_streams = user->n_subscriptions =
                        user->n_prompts = 0;
                user_release(user);
        }
        commit_free(m->commit);
        retention_free(m->retention);
        store_free(m->store);
        authority_free(m->authority);
        launcher_free(m->launcher);
        sd_event_source_disable_unref(m->retry_timer);
        sd_bus_flush_close_unref(m->bus);
        sd_event_unref(m->event);
        free(m->identities);
        free(m);
        return NULL;
}

static int open_store(Manager *m, const char *path) {
        _cleanup_free_ char *message = NULL;
        int r = store_open(path, &m->store, &message);

        if (r < 0) {
                log_line(LOG_ERR, "%s", message ?: strerror(-r));
                return r;
        }
        r = commit_new(m->event, m->store, &m->commit);
        if (r >= 0)
                r = retention_new(m, &m->retention);
        return r < 0 ? log_errno(r, "Failed to read the history") : 0;
}

/* The name is ours, so no other jobsd uses the store. */
static void on_name_acquired(Manager *m) {
        int r = open_store(m, m->store_path);

        if (r >= 0)
                r = recovery_start(m);
        if (r >= 0)
                r = sd_notify(false, "READY=1\nSTATUS=Ready for jobs.");
        if (r < 0)
                (void) sd_event_exit(m->event, r);
}

int manager_start(Manager *m, const char *store_path) {
        m->store_path = store_path;
        return bus_connect(m, on_name_acquired);
}

/* ---- submit ---- */

typedef struct Submission {
        Manager *manager;
        Job *job;
        void (*done)(int r, const Job *job, void *userdata);
        void *userdata;
} Submission;

static void on_submitted(int r, void *userdata) {
        Submission *submission = userdata;
        Manager *m = submission->manager;
        Job *job = submission->job;
        User *user = user_find(m, job->uid);

        user->n_submitting--;
        if (r >= 0) {
                user_add_queued(user, 1);
                log_job(JOB_EVENT_SUBMITTED, job, job->submitter);
        }
        user_release(user);
        submission->done(r, job, submission->userdata);
        if (r >= 0)
                subscription_job_new(m, job);
        job_free(job);
        free(submission);
        manager_dispatch(m);
}

static int insert_job(Manager *m, Job *job) {
        int r = commit_begin(m->commit);

        if (r < 0)
                return r;
        job->submitted_usec = now_usec();
        job->status = JOB_QUEUED;
        return store_insert(m->store, job);
}

int manager_submit(Manager *m, Job *job, void (*done)(int r, const Job *job, void *userdata), void *userdata) {
        Submission *submission;
        User *user;
        int r;

        r = user_get(m, job->uid, &user);
        if (r < 0)
                return r;
        submission = malloc(sizeof(Submission));
        if (!submission)
                r = -ENOMEM;
        else if (user->n_queued + user->n_submitting >= m->config.max_queued_per_user)
                r = -EDQUOT;
        else
                r = insert_job(m, job);
        if (r < 0) {
                free(submission);
                user_release(user);
                return r;
        }
        *submission = (Submission){ m, job, done, userdata };
        user->n_submitting++; /* nothing is started before it is durable */
        commit_add(m->commit, on_submitted, submission);
        return 0;
}

/* ---- dispatch ---- */

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        manager_dispatch(userdata);
        return 0;
}

void manager_dispatch_later(Manager *m) {
        int r;

        m->retry_timer = sd_event_source_disable_unref(m->retry_timer);
        r = sd_event_add_time_relative(m->event, &m->retry_timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_retry, m);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

/* The counts of the queue; in the store the job is where they say. */
static void return_to_queue(Manager *m, uid_t uid) {
        User *user;

        if (user_get(m, uid, &user) >= 0)
                user_add_queued(user, 1);
}

static void take_from_queue(Manager *m, uid_t uid) {
        User *user = user_find(m, uid);

        user_remove_queued(user, 1);
        user_release(user);
}

static void put_back(Manager *m, LiveJob *live) {
        return_to_queue(m, live->job->uid);
        live_job_free(live);
}

static void on_starting_committed(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                log_errno(r, "Failed to record the start of job %" PRIu64, live->id);
                put_back(m, live);
                manager_dispatch_later(m);
                return;
        }
        live->job->status = JOB_RUNNING;
        r = launcher_start(m->launcher, live);
        if (r < 0)
                manager_unit_failed(m, live, strerror(-r));
}

static int record_start(Manager *m, Job *job) {
        int r;

        r = job_unit_name(job->id, &job->unit);
        if (r < 0)
                return r;
        job->boot_id = m->boot_id;
        r = commit_begin(m->commit);
        return r < 0 ? r : store_set_starting(m->store, job->id, job->unit, job->boot_id);
}

static int start_next_of(Manager *m, User *user) {
        _cleanup_(job_freep) Job *job = NULL;
        LiveJob *live;
        int r;

        r = store_get_next_queued(m->store, user->uid, &job);
        if (r < 0)
                return r;
        r = live_job_new(m, job, LIVE_COMMITTING, &live);
        if (r < 0)
                return r;
        TAKE_PTR(job);
        r = record_start(m, live->job);
        if (r < 0) {
                live_job_free(live);
                return r;
        }
        user_served(user);
        take_from_queue(m, user->uid);
        commit_add(m->commit, on_starting_committed, live);
        launcher_reserve_start(m->launcher, live);
        return 0;
}

void manager_dispatch(Manager *m) {
        User *user;

        if (!m->recovered)
                return;
        while (m->n_running < m->config.max_running && launcher_may_start(m->launcher) && (user = user_next(m))) {
                int r = start_next_of(m, user);

                if (r < 0) {
                        log_errno(r, "Failed to start the next job of uid %u", (unsigned) user->uid);
                        manager_dispatch_later(m);
                        return;
                }
        }
}

/* ---- end ---- */

static void finish(Manager *m, LiveJob *live);

static int on_finish_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        LiveJob *live = userdata;

        live->timer = sd_event_source_disable_unref(live->timer);
        finish(live->manager, live);
        return 0;
}

static void finish_later(Manager *m, LiveJob *live, int error) {
        int r;

        log_errno(error, "Failed to record the end of job %" PRIu64 ", trying again", live->id);
        live->state = LIVE_ENDING;
        r = sd_event_add_time_relative(m->event, &live->timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_finish_retry, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

static void on_finish_committed(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                finish_later(m, live, r);
                return;
        }
        log_job(JOB_EVENT_ENDED, live->job, 0);
        retention_job_ended(m);
        live_job_set_ended(live);
        drain_start(m, live->id, TAKE_FD(live->stream_fd));
        subscription_job_ended(m, live->job);
        launcher_tidy(m->launcher, live);
        manager_dispatch(m);
}

/* Records what job->result says. */
static void finish(Manager *m, LiveJob *live) {
        Job *job = live->job;
        int r;

        job->status = job_result_to_status(job->result);
        live->state = LIVE_RECORDING;
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_finished(m->store, job);
        if (r < 0)
                finish_later(m, live, r);
        else
                commit_add(m->commit, on_finish_committed, live);
}

static void describe_and_finish(Manager *m, LiveJob *live, const char *why) {
        _cleanup_free_ char *said = TAKE_PTR(live->job->info);
        Job *job = live->job;

        if (why)
                job->info = strdup(why);
        else
                (void) status_text_of_end(job, said, &job->info); /* without memory it has no info */
        if (job->result == JOB_RESULT_SUCCESS && job->progress >= 0)
                job->progress = 1;
        finish(m, live);
}

static void finish_with_result(Manager *m, LiveJob *live, JobResult result, const char *why) {
        const UnitState *unit = &live->unit;
        Job *job = live->job;

        job->result = result;
        job->finished_usec = unit->main_exit_usec > 0 ? unit->main_exit_usec : now_usec();
        job->cpu_usage_nsec = unit->cpu_usage_nsec;
        job->memory_peak = unit->memory_peak;
        describe_and_finish(m, live, why);
}

/* What the journal knows of a start that failed: an errno, or nothing: it was started after all. */
static void on_start_known(Manager *m, LiveJob *live, const char *answer) {
        _cleanup_free_ char *why = NULL;
        int error = 0;

        if (!live || live->state != LIVE_ENDING)
                return;
        if (sscanf(answer, "%d", &error) < 1) {
                finish_with_result(m, live, JOB_RESULT_EXIT_CODE, NULL);
                return;
        }
        (void) status_text_of_start_failure(live->job, error, &why); /* without memory a general text */
        finish_with_result(m, live, JOB_RESULT_START_FAILED, why);
}

static void finish_with_unit(Manager *m, LiveJob *live) {
        Job *job = live->job;
        JobResult result;

        (void) live_job_update(live);
        result = unit_state_outcome(&live->unit, job->timeout_usec, &job->exit_status);
        if (unit_state_may_be_start_failure(&live->unit) && !live->cancelled) {
                if (live->asked_journal || journal_query(live, "start", on_start_known) >= 0) {
                        live->asked_journal = true;
                        return;
                }
        }
        if (result == JOB_RESULT_CANCELLED && !live->cancelled && launcher_is_stopping(m->launcher))
                result = JOB_RESULT_INTERRUPTED;
        finish_with_result(m, live, result, NULL);
}

void manager_job_ended(Manager *m, LiveJob *live, JobResult result, int exit_status) {
        live->unit.active = UNIT_INACTIVE; /* there is nothing to be removed */
        live->job->result = result > JOB_RESULT_NONE ? result : JOB_RESULT_LOST;
        live->job->exit_status = exit_status;
        live->job->finished_usec = now_usec();
        describe_and_finish(m, live, NULL);
}

void manager_unit_failed(Manager *m, LiveJob *live, const char *message) {
        _cleanup_free_ char *why = NULL;

        if (asprintf(&why, "Could not start: %s", message) < 0)
                why = NULL;
        live->unit.active = UNIT_INACTIVE;
        live->job->result = live->cancelled ? JOB_RESULT_CANCELLED : JOB_RESULT_START_FAILED;
        live->job->finished_usec = now_usec();
        describe_and_finish(m, live, live->cancelled ? NULL : why);
}

static void on_put_back(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                finish_later(m, live, r);
                return;
        }
        put_back(m, live);
        manager_dispatch_later(m);
}

void manager_job_never_started(Manager *m, LiveJob *live) {
        int r;

        if (live->cancelled) {
                manager_job_ended(m, live, JOB_RESULT_CANCELLED, 0);
                return;
        }
        live->state = LIVE_RECORDING;
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_queued(m->store, live->id);
        if (r >= 0)
                commit_add(m->commit, on_put_back, live);
        else
                log_errno(r, "Failed to put job %" PRIu64 " back into the queue", live->id);
}

static int on_tidy_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        LiveJob *live = userdata;

        live->timer = sd_event_source_disable_unref(live->timer);
        launcher_tidy(live->manager->launcher, live);
        return 0;
}

static void tidy_later(Manager *m, LiveJob *live) {
        int r;

        live->timer = sd_event_source_disable_unref(live->timer);
        r = sd_event_add_time_relative(m->event, &live->timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_tidy_retry, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

/* ---- what the unit tells ---- */

static void on_started_committed(int r, void *userdata) {
        /* Without this record the start is known from the unit all the same. */
}

static void set_running(Manager *m, LiveJob *live) {
        int r;

        live->state = LIVE_RUNNING;
        log_job(JOB_EVENT_STARTED, live->job, 0);
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_started(m->store, live->id, live->job->started_usec, live->job->invocation_id);
        if (r >= 0)
                commit_add(m->commit, on_started_committed, NULL);
        else
                log_errno(r, "Failed to record that job %" PRIu64 " runs", live->id);
}

static void begin_end(Manager *m, LiveJob *live) {
        int r;

        if (live->state == LIVE_STARTING)
                set_running(m, live);
        live->state = LIVE_ENDING;
        r = launcher_query_end(m->launcher, live);
        if (r < 0)
                finish_with_unit(m, live);
}

void manager_unit_changed(Manager *m, LiveJob *live) {
        bool changed;

        switch (live->state) {
        case LIVE_ENDING: /* its costs are there now */
                if (!live_job_is_asking(live) && !live->timer)
                        finish_with_unit(m, live);
                return;
        case LIVE_TIDYING: /* PID 1 would not remove it */
                if (live->unit.not_found || live->unit.active == UNIT_INACTIVE)
                        live_job_free(live);
                else
                        tidy_later(m, live);
                return;
        case LIVE_RECOVERING:
                live->state = live->job->started_usec > 0 ? LIVE_RUNNING : LIVE_STARTING;
                break;
        case LIVE_STARTING:
        case LIVE_RUNNING:
                break;
        default:
                return;
        }

        changed = live_job_update(live);
        if (unit_state_is_ended(&live->unit, live->start_in_flight)) {
                begin_end(m, live);
                return;
        }
        if (live->state == LIVE_STARTING && live->unit.active == UNIT_ACTIVE) {
                set_running(m, live);
                changed = true;
        }
        if (live->cancelled && !live->start_in_flight && !live_job_is_asking(live))
                launcher_cancel(m->launcher, live);
        if (changed && live->state == LIVE_RUNNING)
                subscription_job_changed(live);
}

/* ---- cancel ---- */

typedef struct Cancellation {
        Manager *manager;
        Job *job;
        manager_done_cb done;
        void *userdata;
} Cancellation;

static void on_cancelled(int r, void *userdata) {
        Cancellation *cancellation = userdata;
        Manager *m = cancellation->manager;
        Job *job = cancellation->job;

        if (r >= 0) {
                log_job(JOB_EVENT_ENDED, job, 0);
                retention_job_ended(m);
                stream_job_ended(m, job->id);
        } else
                return_to_queue(m, job->uid);
        cancellation->done(r, cancellation->userdata);
        if (r >= 0)
                subscription_job_ended(m, job);
        job_free(job);
        free(cancellation);
}

static int record_cancel(Manager *m, Job *job) {
        int r;

        job->result = JOB_RESULT_CANCELLED;
        job->status = JOB_CANCELLED;
        job->finished_usec = now_usec();
        r = status_text_of_end(job, NULL, &job->info);
        if (r >= 0)
                r = commit_begin(m->commit);
        return r < 0 ? r : store_set_finished(m->store, job);
}

static int cancel_queued(Manager *m, Job *job, manager_done_cb done, void *userdata) {
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
        *cancellation = (Cancellation){ m, job, done, userdata };
        take_from_queue(m, job->uid);
        commit_add(m->commit, on_cancelled, cancellation);
        return 0;
}

int manager_cancel(Manager *m, uint64_t id, uid_t actor, manager_done_cb done, void *userdata) {
        _cleanup_(job_freep) Job *job = NULL;
        LiveJob *live = live_job_find(m, id);
        int r;

        r = store_get(m->store, id, &job);
        if (r < 0)
                return r;
        if (!job_status_is_active(job->status))
                return -ESTALE;
        log_job(JOB_EVENT_CANCEL_ASKED, job, actor);
        if (!live)
                return cancel_queued(m, TAKE_PTR(job), done, userdata);
        if (!live->cancelled) {
                live->cancelled = true;
                live->canceller = actor;
                if (live->state != LIVE_RECOVERING) /* else when it is known what there is to be stopped */
                        manager_unit_changed(m, live);
        }
        done(0, userdata);
        return 0;
}
