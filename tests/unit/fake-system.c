/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "fake-system.h"
#include "fixture.h"
#include "log.h"
#include "result-folder.h"
#include "unit-files.h"
#include "unit-watch.h"

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

/* ---- the files that jobs leave ---- */

static bool leave_files;

static sd_id128_t inputs_left;

void inputs_are_left(sd_id128_t inputs) {
        inputs_left = inputs;
}

void jobs_leave_files(bool yes) {
        leave_files = yes;
}

bool result_folder_remove_empty(uint64_t id) {
        return !leave_files;
}

bool result_folder_set_aside(uint64_t id) {
        if (leave_files)
                happened("aside %" PRIu64, id);
        return leave_files;
}

void result_folder_put_back(uint64_t id) {
        happened("back %" PRIu64, id);
}

int result_folder_cleared_name(uint64_t id, char **ret) {
        return asprintf(ret, "%" PRIu64 ".cleared", id) < 0 ? -ENOMEM : 0;
}

int result_folder_foreach(result_folder_cb callback, void *userdata) {
        return 0;
}

int result_folder_foreach_inputs(result_folder_inputs_cb callback, void *userdata) {
        return sd_id128_is_null(inputs_left) ? 0 : callback(inputs_left, userdata);
}

static result_call_cb on_results;
static void *on_results_userdata;

void result_service_init(ResultService *service, sd_event *event) {
}

void result_service_stop(ResultService *service) {
        free(TAKE_PTR(on_results_userdata));
}

int result_service_hand(ResultService *service, const char *const words[], int fd, uid_t uid, result_call_cb done,
                void *userdata) {
        return -ENOSYS;
}

int result_service_ask(ResultService *service, const char *const words[], result_call_cb done, void *userdata) {
        char question[128] = "";

        for (; *words; words++)
                strcat(strcat(question, " "), *words);
        happened("ask%s", question);
        on_results = done;
        free(on_results_userdata);
        on_results_userdata = userdata;
        return 0;
}

void results_are(int r, const char *texts, size_t size) {
        void *userdata = TAKE_PTR(on_results_userdata);
        int fd = -EBADF;

        on_results(r, texts, size, &fd, userdata);
        free(userdata);
}

struct Unit {
        Pid1 *pid1;
        LiveJob *live;
        UnitState state;
        bool start_in_flight, runs, is_to_stop;
        bool was_adopted, was_seen;
};

int unit_new(Pid1 *pid1, const char *name, void *userdata, Unit **ret) {
        Unit *unit = calloc(1, sizeof(Unit));

        assert_non_null(unit);
        unit->pid1 = pid1;
        unit->live = userdata;
        *ret = unit;
        return 0;
}

static void start_done(Unit *unit) {
        if (unit->start_in_flight)
                unit->pid1->n_starts--;
        unit->start_in_flight = false;
}

Unit *unit_free(Unit *unit) {
        if (!unit)
                return NULL;
        start_done(unit);
        unit_state_done(&unit->state);
        free(unit);
        return NULL;
}

Unit *unit_find(const Pid1 *pid1, const char *name) {
        return NULL;
}

const UnitState *unit_state(const Unit *unit) {
        return &unit->state;
}

void unit_adopt(Unit *unit, bool was_seen) {
        unit->was_adopted = true;
        unit->was_seen = was_seen;
}

void unit_reserve_start(Unit *unit) {
        unit->start_in_flight = true;
        unit->pid1->n_starts++;
}

void unit_start(Unit *unit, const Config *config, const Job *job, char *const *secrets) {
        happened("start %" PRIu64, job->id);
}

void unit_postpone(Unit *unit, int error) {
        unit_has_to_wait(unit->live);
}

void unit_stop(Unit *unit) {
        unit->is_to_stop = true;
        if (unit->runs)
                happened("stop %" PRIu64, unit->live->id);
}

void unit_remove(Unit *unit) {
        Pid1 *pid1 = unit->pid1;

        pid1->events->gone(unit->live);
        pid1->events->room(pid1->userdata);
}

void pid1_remove_unit(Pid1 *pid1, const char *unit) {
        happened("remove %s", unit);
}

bool pid1_may_start(const Pid1 *pid1) {
        return pid1->n_starts < PID1_STARTS_MAX;
}

void pid1_init(Pid1 *pid1, sd_event *event, const UnitEvents *events, void *userdata) {
        *pid1 = (Pid1){ .event = event, .events = events, .userdata = userdata, .userspace_usec = 1000 };
}

static bool are_there;

void units_are_there(bool yes) {
        are_there = yes;
}

static void find_unit(LiveJob *live, void *userdata) {
        Unit *unit = live->unit;

        if (!unit->was_adopted)
                return;
        unit->was_adopted = false;
        unit->pid1->events->found(live);
        unit->runs = true;
        if (!unit->was_seen)
                unit_begins(live);
        else if (unit->is_to_stop)
                unit_stop(unit);
}

int unit_watch_start(Pid1 *pid1, sd_bus *bus, unit_done_cb done, void *userdata, UnitWatch **ret) {
        *ret = NULL;
        if (are_there)
                live_job_foreach(pid1->userdata, find_unit, NULL);
        done(userdata);
        return 0;
}

UnitWatch *unit_watch_free(UnitWatch *watch) {
        return NULL;
}

/* ---- what a test lets happen ---- */

static const UnitEvents *events_of(const LiveJob *live) {
        return live->unit->pid1->events;
}

void unit_begins(LiveJob *live) {
        Unit *unit = live->unit;

        start_done(unit);
        unit->runs = true;
        unit->state.active = UNIT_ACTIVE;
        unit->state.main_start_usec = now_usec();
        unit->state.active_enter_monotonic_usec = monotonic_usec();
        events_of(live)->running(live);
        if (unit->is_to_stop)
                unit_stop(unit);
}

static void unit_ends(LiveJob *live) {
        live->unit->runs = false;
        live->unit->state.main_exit_usec = now_usec();
        live->unit->state.main_exit_monotonic_usec = monotonic_usec();
        events_of(live)->ended(live);
}

void unit_exits(LiveJob *live, int status) {
        UnitState *state = &live->unit->state;

        state->active = status == 0 ? UNIT_ACTIVE : UNIT_FAILED;
        state->exited = status == 0;
        state->result = status == 0 ? JOB_RESULT_SUCCESS : JOB_RESULT_EXIT_CODE;
        state->main_code = CLD_EXITED;
        state->main_status = status;
        unit_ends(live);
}

void unit_is_killed(LiveJob *live, int signal) {
        UnitState *state = &live->unit->state;

        state->active = UNIT_FAILED;
        state->result = JOB_RESULT_SIGNAL;
        state->main_code = CLD_KILLED;
        state->main_status = signal;
        unit_ends(live);
}

void unit_is_stopped(LiveJob *live) {
        live->unit->state.active = UNIT_INACTIVE;
        live->unit->state.main_code = CLD_KILLED;
        live->unit->state.main_status = SIGTERM;
        unit_ends(live);
}

void unit_says(LiveJob *live, const char *status_text) {
        free(live->unit->state.status_text);
        live->unit->state.status_text = strdup(status_text);
        events_of(live)->said(live);
}

void unit_vanishes(LiveJob *live) {
        start_done(live->unit);
        events_of(live)->vanished(live);
}

void unit_is_refused(LiveJob *live) {
        start_done(live->unit);
        events_of(live)->refused("PID 1 will not", false, live);
}

void unit_has_to_wait(LiveJob *live) {
        start_done(live->unit);
        events_of(live)->refused("not now", true, live);
}
