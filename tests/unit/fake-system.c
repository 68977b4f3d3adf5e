/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>

#include "clock.h"
#include "fake-system.h"
#include "fixture.h"
#include "launcher.h"
#include "log.h"
#include "run.h"
#include "unit-files.h"

/* ---- what happens ---- */

static char list[4096];
static size_t n_list;

void happened(const char *format, ...) {
        va_list ap;
        int n;

        if (n_list > 0)
                n_list += (size_t) snprintf(list + n_list, sizeof(list) - n_list, ", ");
        va_start(ap, format);
        n = vsnprintf(list + n_list, sizeof(list) - n_list, format, ap);
        va_end(ap);
        n_list += (size_t) n;
        assert_true(n_list < sizeof(list));
}

char *happenings_take(void) {
        char *all = strndup(list, n_list);

        assert_non_null(all);
        n_list = 0;
        return all;
}

/* ---- the log ---- */

void log_job(JobEvent event, const Job *job, uid_t actor) {
        static const char *const words[_JOB_EVENT_MAX] = {
                [JOB_EVENT_SUBMITTED] = "submitted",
                [JOB_EVENT_STARTED] = "started",
                [JOB_EVENT_ENDED] = "ended",
                [JOB_EVENT_CANCEL_ASKED] = "cancel",
                [JOB_EVENT_CLEARED] = "cleared",
                [JOB_EVENT_RETRIED] = "retried",
        };

        happened("log %s %" PRIu64, words[event], job->id);
}

void log_without_limits(const Job *job, const char *limits) {
}

void log_import(uid_t actor, uint64_t first_id, uint64_t n_imported, uint64_t n_known, uint64_t n_refused) {
}

void log_line(int priority, const char *format, ...) {
}

void log_last_words(int priority, const char *format, ...) {
}

int log_errno(int error, const char *format, ...) {
        return error;
}

/* ---- the journal ---- */

static Outcome answer;

void journal_says(Outcome outcome) {
        answer = outcome;
}

int journal_query(HelperPool *pool, const Job *job, journal_query_cb callback, void *userdata) {
        callback(job->id, &answer, userdata);
        return 0;
}

/* ---- PID 1 and its files ---- */

void unit_files_remove(const char *unit) {
}

void unit_files_forbid_start(const char *unit) {
}

void unit_files_remove_leftovers(bool (*is_used)(const char *unit, void *userdata), void *userdata) {
}

struct Launcher {
        unsigned n_starts;
};

int launcher_new(Manager *m, Launcher **ret) {
        *ret = calloc(1, sizeof(Launcher));
        return *ret ? 0 : -ENOMEM;
}

Launcher *launcher_free(Launcher *launcher) {
        free(launcher);
        return NULL;
}

int launcher_recover(Launcher *launcher, manager_done_cb done, void *userdata) {
        done(0, userdata); /* no unit is there */
        return 0;
}

uint64_t launcher_userspace_usec(const Launcher *launcher) {
        return 1000;
}

bool launcher_may_start(const Launcher *launcher) {
        return launcher->n_starts < LAUNCHER_STARTS_MAX;
}

bool launcher_is_stopping(const Launcher *launcher) {
        return false;
}

void launcher_reserve_start(Launcher *launcher, LiveJob *live) {
        live->start_in_flight = true;
        launcher->n_starts++;
}

static void start_done(LiveJob *live) {
        if (live->start_in_flight)
                live->manager->launcher->n_starts--;
        live->start_in_flight = false;
}

int launcher_start(Launcher *launcher, LiveJob *live) {
        happened("start %" PRIu64, live->id);
        live->state = LIVE_STARTING;
        live->unit.undisturbed = true;
        return 0;
}

void launcher_cancel(Launcher *launcher, LiveJob *live) {
        happened("stop %" PRIu64, live->id);
}

void launcher_watch_stop(Launcher *launcher, LiveJob *live) {
}

int launcher_query(Launcher *launcher, LiveJob *live) {
        return 0;
}

int launcher_query_end(Launcher *launcher, LiveJob *live) {
        return -EOPNOTSUPP; /* what a job has cost nobody knows */
}

void launcher_tidy(Launcher *launcher, LiveJob *live) {
        live_job_free(live);
}

void launcher_forget(Launcher *launcher, LiveJob *live) {
        start_done(live);
}

void unit_begins(LiveJob *live) {
        start_done(live);
        live->unit.active = UNIT_ACTIVE;
        live->unit.main_start_usec = now_usec();
        live->unit.active_enter_monotonic_usec = monotonic_usec();
        run_unit_changed(live);
}

void unit_exits(LiveJob *live, int status) {
        live->unit.active = status == 0 ? UNIT_ACTIVE : UNIT_FAILED;
        live->unit.exited = status == 0;
        live->unit.result = status == 0 ? JOB_RESULT_SUCCESS : JOB_RESULT_EXIT_CODE;
        live->unit.main_code = CLD_EXITED;
        live->unit.main_status = status;
        live->unit.main_exit_usec = now_usec();
        live->unit.main_exit_monotonic_usec = monotonic_usec();
        run_unit_changed(live);
}

void unit_is_stopped(LiveJob *live) {
        live->unit.active = UNIT_INACTIVE;
        live->unit.main_code = CLD_KILLED;
        live->unit.main_status = SIGTERM;
        run_unit_changed(live);
}

void unit_is_refused(LiveJob *live) {
        start_done(live);
        run_unit_failed(live, "PID 1 will not");
}

void unit_has_to_wait(LiveJob *live) {
        start_done(live);
        run_never_started(live);
}
