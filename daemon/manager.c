/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "authority.h"
#include "backlog.h"
#include "bus.h"
#include "client.h"
#include "clock-watch.h"
#include "commit.h"
#include "controllers.h"
#include "dispatch.h"
#include "helper.h"
#include "history-files.h"
#include "import.h"
#include "journal-query.h"
#include "last-id.h"
#include "launcher.h"
#include "leftovers.h"
#include "live-job.h"
#include "log.h"
#include "login-defs.h"
#include "manager.h"
#include "queue.h"
#include "recovery.h"
#include "request.h"
#include "retention.h"
#include "retry.h"
#include "status-text.h"
#include "stream.h"
#include "subscription.h"
#include "type-registry.h"
#include "unit-files.h"
#include "user.h"

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
        m->history_fd = -EBADF;
        m->history_mark.fd = -EBADF;
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
                r = dispatch_new(m, &m->dispatch);
        if (r >= 0)
                r = backlog_new(m, &m->backlog);
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
        m->recovered = false; /* nothing is started any more */
        if (m->commit)
                commit_flush(m->commit); /* who waits for it gets his answer */
        while (!LIST_EMPTY(&m->requests))
                request_free(LIST_FIRST(&m->requests));
        import_free(m->import);
        leftovers_free(m->leftovers);
        while (!LIST_EMPTY(&m->streams))
                stream_free(LIST_FIRST(&m->streams));
        helper_free_all(m);
        while (m->clients)
                client_free(*(Client **) m->clients);
        backlog_free(m->backlog);
        free_live_jobs(m);
        authority_free(m->authority);
        while (m->users)
                user_free(*(User **) m->users);
        dispatch_free(m->dispatch);
        type_registry_free(m);
        commit_free(m->commit);
        retention_free(m->retention);
        store_free(m->store);
        history_mark_close(&m->history_mark);
        close_fd(m->history_fd);
        launcher_free(m->launcher);
        sd_event_source_disable_unref(m->retry_timer);
        sd_event_source_disable_unref(m->due_timer);
        sd_event_source_disable_unref(m->clock_source);
        sd_bus_flush_close_unref(m->bus);
        sd_event_unref(m->event);
        free(m->identities);
        free(m);
        return NULL;
}

int manager_reload(Manager *m, ini_mistake_cb mistake, void *userdata) {
        unsigned before = m->config.system_uid_max;
        Config config;
        int r;

        config_set_defaults(&config);
        login_defs_read_system_uid_max("/etc/login.defs", &config.system_uid_max, mistake, userdata);
        r = config_read_file(&config, SYSCONFDIR "/jobsd/jobsd.conf", mistake, userdata);
        if (r >= 0)
                r = type_registry_load(m, mistake, userdata);
        if (r < 0)
                return r;
        m->config = config;
        queue_dispatch(m);
        if (config.system_uid_max != before)
                subscription_system_users_changed(m);
        return 0;
}

/* Once: every call that needs the page meets it again. */
static void on_damage(const char *what, void *userdata) {
        Manager *m = userdata;

        if (!m->store || m->damage_told) /* who cannot open it is told otherwise */
                return;
        m->damage_told = true;
        log_last_words(LOG_CRIT,
                        "%s is damaged (%s). What runs goes on, what needs the damaged part is refused. To "
                        "make a "
                        "new history of what the journal has: systemctl stop jobsd; " LIBEXECDIR
                        "/jobsd --rebuild; systemctl start jobsd",
                        m->store_path, what);
}

/* Nobody else has the history's files, and one that was rebuilt is in its place. */
static int take_history(Manager *m, const char *path) {
        _cleanup_free_ char *moved = NULL;
        int r;

        r = history_lock(path, &m->history_fd);
        if (r < 0)
                return log_errno(r,
                                r == -EAGAIN ? "The history is being rebuilt, trying again"
                                             : "Failed to lock the history");
        r = history_replace(path, &moved);
        if (r < 0)
                return log_errno(r, "Failed to put the history that was rebuilt in its place");
        if (r > 0)
                log_line(LOG_NOTICE, "The history that was rebuilt is in its place%s%s.",
                                moved ? ", the damaged one is " : "", moved ?: "");
        return 0;
}

static int open_store(Manager *m, const char *path) {
        _cleanup_free_ char *message = NULL;
        int r;

        r = take_history(m, path);
        if (r < 0)
                return r;
        r = store_open(path, &m->store, &message);
        if (r < 0) {
                log_last_words(LOG_ERR, "%s", message ?: strerror(-r));
                return r;
        }
        r = last_id_start(m, path);
        if (r >= 0)
                r = commit_new(m->event, m->store, &m->history_mark, &m->commit);
        if (r >= 0)
                r = retention_new(m, &m->retention);
        if (r >= 0)
                r = clock_watch(m);
        if (r >= 0)
                r = leftovers_remove(m);
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
        store_on_damage(on_damage, m);
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
        user->submitting_bytes -= job->stored_bytes;
        if (r >= 0) {
                queue_add(m, job->uid, job->type, 1, job->stored_bytes);
                log_job(JOB_EVENT_SUBMITTED, job, job->submitter);
        }
        user_release(user);
        submission->done(r, job, submission->userdata);
        if (r >= 0)
                subscription_job_new(m, job);
        job_free(job);
        free(submission);
        queue_dispatch(m);
}

static int insert_job(Manager *m, Job *job) {
        int r = commit_begin(m->commit);

        if (r < 0)
                return r;
        job->submitted_usec = now_usec();
        job->status = JOB_QUEUED;
        return store_insert(m->store, job);
}

int manager_submit(
                Manager *m, Job *job, void (*done)(int r, const Job *job, void *userdata), void *userdata) {
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
        else if (user->queued_bytes + user->submitting_bytes + job_count_bytes(job) >
                        m->config.max_queued_bytes_per_user)
                r = -EFBIG;
        else
                r = insert_job(m, job);
        if (r < 0) {
                free(submission);
                user_release(user);
                return r;
        }
        *submission = (Submission){ m, job, done, userdata };
        user->submitting_bytes += job->stored_bytes;
        user->n_submitting++; /* nothing is started before it is durable */
        commit_add(m->commit, on_submitted, submission);
        return 0;
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
        r = sd_event_add_time_relative(
                        m->event, &live->timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_finish_retry, live);
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
        stream_job_ended(m, live->id);
        subscription_job_ended(m, live->job);
        launcher_tidy(m->launcher, live);
        queue_dispatch(m);
}

static void on_retry_committed(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                finish_later(m, live, r);
                return;
        }
        log_job(JOB_EVENT_RETRIED, live->job, 0);
        live_job_set_ended(live);
        retry_recorded(m, live->id);
        launcher_tidy(m->launcher, live);
        queue_dispatch(m);
}

/* Records what job->result says. */
static void finish(Manager *m, LiveJob *live) {
        Job *job = live->job;
        bool again = retry_is_wanted(job);
        int r;

        job->status = job_result_to_status(job->result);
        live->state = LIVE_RECORDING;
        r = commit_begin(m->commit);
        if (r >= 0)
                r = again ? retry_record(m, job) : store_set_finished(m->store, job);
        if (r < 0)
                finish_later(m, live, r);
        else
                commit_add(m->commit, again ? on_retry_committed : on_finish_committed, live);
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
        job->cpu_usage_nsec += unit->cpu_usage_nsec; /* to those of earlier tries */
        job->memory_peak = MAX(job->memory_peak, unit->memory_peak);
        describe_and_finish(m, live, why);
}

/* NULL for every other result, and without memory, for a general text. */
static char *explain_start_failure(const Job *job, JobResult result, const Outcome *outcome) {
        char *why = NULL;

        if (result == JOB_RESULT_START_FAILED && outcome)
                (void) status_text_of_start_failure(job, outcome->error, outcome->interpreter, &why);
        return why;
}

/* What the journal knows of an end of which the unit tells too little. */
static void on_outcome_known(Manager *m, LiveJob *live, const Outcome *outcome) {
        _cleanup_free_ char *why = NULL;
        JobResult result;

        if (!live || live->state != LIVE_ENDING)
                return;
        result = unit_state_outcome(&live->unit, live->job->timeout_usec, &live->job->exit_status);
        if (outcome->kind == OUTCOME_ENDED) {
                result = outcome->result;
                live->job->exit_status = outcome->exit_status;
                why = explain_start_failure(live->job, result, outcome);
        }
        finish_with_result(m, live, result, why);
}

static void finish_with_unit(Manager *m, LiveJob *live) {
        Job *job = live->job;
        JobResult result;

        (void) live_job_update(live);
        result = unit_state_outcome(&live->unit, job->timeout_usec, &job->exit_status);
        if (unit_state_is_ambiguous(&live->unit) && !live->job->cancelled) {
                if (live->asked_journal || journal_query(live, on_outcome_known) >= 0) {
                        live->asked_journal = true;
                        return;
                }
        }
        if (result == JOB_RESULT_CANCELLED && !live->job->cancelled && launcher_is_stopping(m->launcher))
                result = JOB_RESULT_INTERRUPTED;
        finish_with_result(m, live, result, NULL);
}

/* As the journal has it, which may have been written with another clock. */
static uint64_t find_end(const Job *job, const Outcome *outcome) {
        uint64_t now = now_usec();

        return outcome && outcome->usec >= job->started_usec && outcome->usec <= now && outcome->usec > 0
                        ? outcome->usec
                        : now;
}

void manager_job_ended(Manager *m, LiveJob *live, JobResult result, const Outcome *outcome) {
        _cleanup_free_ char *why = NULL;

        live->unit.active = UNIT_INACTIVE; /* there is nothing to be removed */
        live->job->result = result > JOB_RESULT_NONE ? result : JOB_RESULT_LOST;
        live->job->exit_status = outcome ? outcome->exit_status : 0;
        live->job->finished_usec = find_end(live->job, outcome);
        why = explain_start_failure(live->job, live->job->result, outcome);
        describe_and_finish(m, live, why);
}

void manager_unit_failed(Manager *m, LiveJob *live, const char *message) {
        _cleanup_free_ char *why = NULL;

        if (asprintf(&why, "Could not start: %s", message) < 0)
                why = NULL;
        live->unit.active = UNIT_INACTIVE;
        live->job->result = live->job->cancelled ? JOB_RESULT_CANCELLED : JOB_RESULT_START_FAILED;
        live->job->finished_usec = now_usec();
        describe_and_finish(m, live, live->job->cancelled ? NULL : why);
}

static int on_put_back_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        LiveJob *live = userdata;

        live->timer = sd_event_source_disable_unref(live->timer);
        manager_job_never_started(live->manager, live);
        return 0;
}

static void put_back_later(Manager *m, LiveJob *live, int error) {
        int r;

        log_errno(error, "Failed to put job %" PRIu64 " back into the queue, trying again", live->id);
        r = sd_event_add_time_relative(
                        m->event, &live->timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_put_back_retry, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

/* Whoever has read that it runs learns that it waits again. */
static void tell_put_back(Manager *m, const LiveJob *live) {
        Job shown = *live->job;

        shown.status = JOB_QUEUED;
        shown.unit = NULL;
        shown.boot_id = shown.invocation_id = SD_ID128_NULL;
        shown.started_usec = 0;
        subscription_job_requeued(m, &shown);
}

static void on_put_back(int r, void *userdata) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (r < 0) {
                put_back_later(m, live, r);
                return;
        }
        tell_put_back(m, live);
        queue_put_back(m, live);
        queue_dispatch_later(m);
}

void manager_job_never_started(Manager *m, LiveJob *live) {
        int r;

        if (live->job->cancelled) {
                manager_job_ended(m, live, JOB_RESULT_CANCELLED, NULL);
                return;
        }
        if (!job_has_command(live->job)) { /* of a history that was rebuilt */
                manager_job_ended(m, live, JOB_RESULT_LOST, NULL);
                return;
        }
        live->state = LIVE_RECORDING;
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_set_queued(m->store, live->id);
        if (r < 0)
                put_back_later(m, live, r);
        else
                commit_add(m->commit, on_put_back, live);
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
        r = sd_event_add_time_relative(
                        m->event, &live->timer, CLOCK_MONOTONIC, RETRY_USEC, 0, on_tidy_retry, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
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

static void set_running(Manager *m, LiveJob *live) {
        int r;

        live->state = LIVE_RUNNING;
        unit_files_forbid_start(live->job->unit);
        log_job(JOB_EVENT_STARTED, live->job, 0);
        warn_of_limits(live->job);
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

/* It is gone, and nobody has seen it run. A "systemctl daemon-reload" that comes between its creation and
 * its start makes PID 1 forget it; or somebody stopped it at once. */
static bool unit_has_vanished(const LiveJob *live) {
        return live->state == LIVE_STARTING && live->unit.active == UNIT_INACTIVE &&
                        live->job->started_usec == 0 && !live->job->cancelled;
}

void manager_unit_changed(Manager *m, LiveJob *live) {
        bool changed;

        switch (live->state) {
        case LIVE_ENDING: /* its costs are there now */
                if (!live_job_is_asking(live) && !live->timer)
                        finish_with_unit(m, live);
                return;
        case LIVE_TIDYING: /* PID 1 would not remove it */
                if (live->unit.not_found || live->unit.active == UNIT_INACTIVE) {
                        live_job_free(live);
                        queue_dispatch(m); /* its next try may have waited for that */
                } else
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
                if (unit_has_vanished(live))
                        recovery_ask_journal(m, live);
                else
                        begin_end(m, live);
                return;
        }
        if (live->state == LIVE_STARTING && live->unit.active == UNIT_ACTIVE) {
                set_running(m, live);
                changed = true;
        }
        if (live->job->cancelled && !live->start_in_flight && !live_job_is_asking(live))
                launcher_cancel(m->launcher, live);
        if (live->unit.active == UNIT_DEACTIVATING)
                launcher_watch_stop(m->launcher, live);
        if (changed && live->state == LIVE_RUNNING)
                subscription_job_changed(live);
}

/* ---- cancel ---- */

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
                retention_job_ended(m);
                stream_job_ended(m, job->id);
        } else
                queue_return(m, job);
        cancellation->done(r, cancellation->userdata);
        if (r >= 0)
                subscription_job_ended(m, job);
        job_free(job);
        free(cancellation);
}

static int record_cancel(Manager *m, Job *job) {
        _cleanup_free_ char *of_last_try = TAKE_PTR(job->info);
        int r;

        job->result = JOB_RESULT_CANCELLED;
        job->status = JOB_CANCELLED;
        job->finished_usec = now_usec();
        r = status_text_of_end(job, NULL, &job->info);
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
                manager_job_never_started(m, live);
        else if (is_waiting)
                queue_start(m, live);
        else if (cancelled && live->state != LIVE_RECOVERING) /* else when it is known what there is to be
                                                                 stopped */
                manager_unit_changed(m, live);
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

int manager_cancel(Manager *m, uint64_t id, uid_t actor, manager_done_cb done, void *userdata) {
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
