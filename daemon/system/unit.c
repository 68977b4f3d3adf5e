/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <signal.h>
#include <string.h>
#include <sys/param.h>

#include "last-words.h"
#include "log.h"
#include "transient-unit.h"
#include "unit-files.h"
#include "unit.h"

/* After PID 1 would not remove it. */
#define REMOVE_AGAIN_USEC (2 * USEC_PER_SEC)
/* So long before PID 1 kills all of a unit, and a quarter of its time at most. */
#define LAST_MOMENT_USEC (1 * USEC_PER_SEC)

typedef enum Stage {
        STAGE_NEW,      /* PID 1 was not asked for anything */
        STAGE_ADOPTED,  /* nor in this life, and perhaps it is gone */
        STAGE_STARTING, /* PID 1 was asked to start it */
        STAGE_RUNNING,
        STAGE_ENDING, /* it has ended: what it has cost is being asked for, */
        STAGE_ENDED,  /* and is known */
        STAGE_REMOVING,
} Stage;

struct Unit {
        char *name; /* first: the key of the tree */
        Pid1 *pid1;
        void *userdata;
        Stage stage;
        UnitState state;
        bool start_in_flight; /* of PID 1's jobs: asked for and not done */
        bool was_seen;        /* running, by another jobsd */
        bool stop_wanted, was_thawed, watches_stop;
        Turn stop, call;
        sd_bus_message *message; /* the call that waits for its turn, */
        sd_bus_slot *slot;       /* or for its answer */
        sd_bus_message_handler_t on_answer;
        sd_event_source *timer; /* to save its last words, or to remove it again */
        unit_done_cb found;
        void *found_userdata;
};

static const UnitEvents *events_of(const Unit *unit) {
        return unit->pid1->events;
}

const UnitState *unit_state(const Unit *unit) {
        return &unit->state;
}

/* What PID 1 says of it matters. */
static bool is_watched(const Unit *unit) {
        return unit->stage == STAGE_STARTING || unit->stage == STAGE_RUNNING;
}

/* ---- all of them ---- */

static int compare_units(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

Unit *unit_find(const Pid1 *pid1, const char *name) {
        Unit **node = tfind(&name, &pid1->units, compare_units);

        return node ? *node : NULL;
}

int unit_new(Pid1 *pid1, const char *name, void *userdata, Unit **ret) {
        Unit *unit;

        if (unit_find(pid1, name))
                return -EEXIST;
        unit = calloc(1, sizeof(Unit));
        if (!unit)
                return -ENOMEM;
        unit->pid1 = pid1;
        unit->userdata = userdata;
        unit->name = strdup(name);
        if (!unit->name || !tsearch(unit, &pid1->units, compare_units)) {
                free(unit->name);
                free(unit);
                return -ENOMEM;
        }
        *ret = unit;
        return 0;
}

typedef struct Walk {
        void (*callback)(Unit *unit, void *userdata);
        void *userdata;
} Walk;

static void visit(const void *node, VISIT which, void *userdata) {
        Walk *walk = userdata;

        if (which == postorder || which == leaf) /* "postorder" is what search.h calls in order */
                walk->callback(*(Unit *const *) node, walk->userdata);
}

void unit_foreach(const Pid1 *pid1, void (*callback)(Unit *unit, void *userdata), void *userdata) {
        Walk walk = { callback, userdata };

        twalk_r(pid1->units, visit, &walk);
}

/* ---- calls ---- */

/* Gives up the call whose answer it waits for. */
static void drop_call(Unit *unit) {
        unit->message = sd_bus_message_unref(unit->message);
        unit->slot = sd_bus_slot_unref(unit->slot);
        turnstile_leave(&unit->call);
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;
        sd_bus_message_handler_t callback = unit->on_answer;

        drop_call(unit);
        return callback(answer, unit, ret_error);
}

static int send_call(Turn *turn) {
        Unit *unit = CONTAINER_OF(turn, Unit, call);
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = TAKE_PTR(unit->message);
        int r;

        r = sd_bus_call_async(unit->pid1->bus, &unit->slot, m, on_answer, unit, PID1_TIMEOUT_USEC);
        return r < 0 ? log_errno(r, "Failed to call systemd about %s", unit->name) : 0;
}

/* Sends a call whose answer the unit waits for, in place of one that it waited for before. */
static int call(Unit *unit, sd_bus_message *m, sd_bus_message_handler_t callback) {
        drop_call(unit);
        unit->on_answer = callback;
        unit->message = sd_bus_message_ref(m);
        return turnstile_enter(&unit->pid1->calls, &unit->call, send_call);
}

static bool is_asking(const Unit *unit) {
        return turn_is_taken(&unit->call);
}

static int call_with_name(Unit *unit, const char *method, sd_bus_message_handler_t callback) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = pid1_new_call(unit->pid1, method, &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", unit->name);
        return r < 0 ? r : call(unit, m, callback);
}

static int get(Unit *unit, const char *property, sd_bus_message_handler_t callback) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r = pid1_new_get_of_unit(unit->pid1, unit->name, property, &m);

        return r < 0 ? r : call(unit, m, callback);
}

/* Nobody waits for an answer: the unit's end tells more. whom: as in KillUnit() of org.freedesktop.systemd1(5). */
static void send_signal(Unit *unit, const char *whom, int signal) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = pid1_new_call(unit->pid1, "KillUnit", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "ssi", unit->name, whom, signal);
        if (r >= 0)
                r = sd_bus_message_set_expect_reply(m, false);
        if (r >= 0)
                r = sd_bus_send(NULL, m, NULL);
        if (r < 0)
                log_errno(r, "Failed to send %s to %s", strsignal(signal), unit->name);
}

static void set_timer(Unit *unit, uint64_t usec, sd_event_time_handler_t callback) {
        int r;

        unit->timer = sd_event_source_disable_unref(unit->timer);
        r = sd_event_add_time_relative(unit->pid1->event, &unit->timer, CLOCK_MONOTONIC, usec, 0, callback, unit);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

static void start_done(Unit *unit) {
        if (unit->start_in_flight)
                unit->pid1->n_starts--;
        unit->start_in_flight = false;
}

Unit *unit_free(Unit *unit) {
        if (!unit)
                return NULL;
        tdelete(unit, &unit->pid1->units, compare_units);
        drop_call(unit);
        start_done(unit);
        turnstile_leave(&unit->stop);
        sd_event_source_disable_unref(unit->timer);
        unit_state_done(&unit->state);
        free(unit->name);
        free(unit);
        return NULL;
}

/* ---- its state ---- */

static void look(Unit *unit);

static int on_state(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;

        if (!sd_bus_message_is_method_error(answer, NULL)) {
                if (unit_state_read(&unit->state, answer) < 0)
                        log_line(LOG_WARNING, "Unexpected properties of %s", unit->name);
                else if (!unit->state.has_job) /* JobRemoved may have been sent while PID 1 was not on the bus */
                        start_done(unit);
        }
        look(unit);
        return 0;
}

static int ask(Unit *unit) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        r = sd_bus_path_encode(PID1_UNIT_PREFIX, unit->name, &path);
        if (r >= 0)
                r = sd_bus_message_new_method_call(
                                unit->pid1->bus, &m, PID1_SERVICE, path, DBUS_PROPERTIES, "GetAll");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", ""); /* of all interfaces */
        return r < 0 ? r : call(unit, m, on_state);
}

/* Not those that PID 1 was not asked for or whose end is known, and not those that it will answer. */
void unit_ask_again(Unit *unit) {
        if ((is_watched(unit) || unit->stage == STAGE_REMOVING) && !is_asking(unit))
                (void) ask(unit);
}

/* ---- start ---- */

static void refuse(Unit *unit, const char *why, bool again) {
        start_done(unit);
        unit->state.active = UNIT_INACTIVE;
        unit->stage = STAGE_ENDED;
        events_of(unit)->refused(why, again, unit->userdata);
}

/* Whether the unit may have been made although the call failed. */
static bool error_is_uncertain(const sd_bus_error *e) {
        return sd_bus_error_has_names(e, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT,
                        SD_BUS_ERROR_DISCONNECTED, "org.freedesktop.systemd1.UnitExists");
}

/* Whether it will pass: PID 1 is going down, is not there, or has its hands full. */
static bool error_is_temporary(const sd_bus_error *e) {
        return sd_bus_error_has_names(e, "org.freedesktop.systemd1.ShuttingDown",
                        "org.freedesktop.systemd1.TransactionIsDestructive",
                        "org.freedesktop.systemd1.TransactionJobsConflicting", SD_BUS_ERROR_SERVICE_UNKNOWN,
                        "org.freedesktop.systemd1.ConcurrencyLimitReached",
                        SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_LIMITS_EXCEEDED,
                        SD_BUS_ERROR_NO_MEMORY);
}

static int on_start_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(answer);

        if (!e)
                return 0; /* now its job runs; JobRemoved tells when it is done */
        start_done(unit);
        if (error_is_uncertain(e))
                (void) ask(unit); /* fails only without memory: then the unit stays */
        else
                refuse(unit, e->message, error_is_temporary(e));
        return 0;
}

void unit_reserve_start(Unit *unit) {
        unit->start_in_flight = true;
        unit->pid1->n_starts++;
}

void unit_postpone(Unit *unit, int error) {
        log_errno(error, "Failed to hand environment and secrets to %s, trying again", unit->name);
        refuse(unit, strerror(-error), true);
}

void unit_start(Unit *unit, const Config *config, const Job *job, char *const *secrets) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r = unit_files_write(job, secrets);

        if (r < 0) {
                unit_postpone(unit, r);
                return;
        }
        r = transient_unit_message(unit->pid1->bus, config, job, &m);
        if (r >= 0) {
                unit->stage = STAGE_STARTING;
                unit->state.undisturbed = true;
                r = call(unit, m, on_start_answer);
        }
        /* jobsd ends with its connection, and the next one finds that nothing was started */
        if (r < 0 && r != -ENOTCONN && r != -ECONNRESET && r != -EPIPE)
                refuse(unit, strerror(-r), false);
}

void unit_adopt(Unit *unit, bool was_seen) {
        unit->stage = STAGE_ADOPTED;
        unit->was_seen = was_seen;
}

int unit_look_up(Unit *unit, unit_done_cb done, void *userdata) {
        unit->found = done;
        unit->found_userdata = userdata;
        return ask(unit);
}

/* ---- stop ---- */

static int on_stop_timeout(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error);

/* A site may have set TimeoutStopSec= by a drop-in: PID 1 knows. */
static void watch_stop(Unit *unit) {
        if (unit->state.active == UNIT_DEACTIVATING && !unit->watches_stop && !is_asking(unit))
                unit->watches_stop = get(unit, "TimeoutStopUSec", on_stop_timeout) >= 0;
}

/* jobsd-run has no answer to give, and if it is gone, there is nothing to be saved. */
static int on_last_moment(sd_event_source *source, uint64_t usec, void *userdata) {
        Unit *unit = userdata;

        unit->timer = sd_event_source_disable_unref(unit->timer);
        send_signal(unit, "main", SIGNAL_LAST_WORDS);
        return 0;
}

static int on_stop_timeout(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;
        uint64_t timeout_usec = 0;

        if (pid1_read_number(answer, &timeout_usec) >= 0 && timeout_usec > 0) /* else it is gone, or has no limit */
                set_timer(unit, timeout_usec - MIN(LAST_MOMENT_USEC, timeout_usec / 4), on_last_moment);
        return 0;
}

static int on_stop_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;

        if (!sd_bus_message_get_error(answer)) { /* JobRemoved tells when it is done */
                if (unit->stage == STAGE_RUNNING)
                        watch_stop(unit);
                return 0;
        }
        /* it went away by itself in the meantime, or PID 1 did: look */
        turnstile_leave(&unit->stop);
        (void) ask(unit);
        return 0;
}

static int send_stop(Turn *turn) {
        Unit *unit = CONTAINER_OF(turn, Unit, stop);
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = pid1_new_call(unit->pid1, "StopUnit", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", unit->name, "replace");
        return r < 0 ? log_errno(r, "Failed to ask for the stop of %s", unit->name) : call(unit, m, on_stop_answer);
}

static bool can_be_stopped(const Unit *unit) {
        return is_watched(unit) && !unit->start_in_flight && !unit_state_is_ended(&unit->state, false);
}

static void stop_if_wanted(Unit *unit) {
        if (unit->stop_wanted && can_be_stopped(unit) && !is_asking(unit) && !turn_is_taken(&unit->stop))
                (void) turnstile_enter(&unit->pid1->stops, &unit->stop, send_stop);
}

void unit_stop(Unit *unit) {
        unit->stop_wanted = true;
        stop_if_wanted(unit);
}

static int on_thaw_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;

        if (sd_bus_message_is_method_error(answer, NULL))
                send_signal(unit, "all", SIGKILL);
        else
                stop_if_wanted(unit);
        return 0;
}

/* PID 1 refuses to stop what is frozen, since systemd 257: before, a stop thaws. What is frozen with its slice
 * it does not thaw alone, and only SIGKILL reaches it. */
static void stop_frozen(Unit *unit) {
        int r;

        if (unit->was_thawed) {
                send_signal(unit, "all", SIGKILL);
                return;
        }
        unit->was_thawed = true;
        r = call_with_name(unit, "ThawUnit", on_thaw_answer);
        if (r < 0)
                log_errno(r, "Failed to ask for the thaw of %s", unit->name);
}

/* ---- end ---- */

static void tell_end(Unit *unit) {
        unit->stage = STAGE_ENDED;
        events_of(unit)->ended(unit->userdata);
}

static int on_memory_peak(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;

        (void) pid1_read_number(answer, &unit->state.memory_peak); /* unknown costs stay 0 */
        if (sd_bus_message_is_method_error(answer, SD_BUS_ERROR_UNKNOWN_PROPERTY))
                unit->pid1->lacks_memory_peak = true;
        tell_end(unit);
        return 0;
}

static int on_cpu_usage(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;

        (void) pid1_read_number(answer, &unit->state.cpu_usage_nsec);
        if (unit->pid1->lacks_memory_peak || get(unit, "MemoryPeak", on_memory_peak) < 0)
                tell_end(unit);
        return 0;
}

static int on_system_state(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;
        const char *state = "";

        if (!sd_bus_message_is_method_error(answer, NULL) &&
                        sd_bus_message_read(answer, "v", "s", &state) >= 0 && strcmp(state, "stopping") == 0)
                unit->pid1->is_stopping = true;
        if (unit->state.active == UNIT_INACTIVE || get(unit, "CPUUsageNSec", on_cpu_usage) < 0)
                tell_end(unit);
        return 0;
}

/* Reads what it cost, and where another hand than ours has stopped it, whether that was the whole machine's end. */
static int ask_for_end(Unit *unit) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        if (!unit_state_was_stopped(&unit->state) || (unit->stop_wanted && unit->state.active != UNIT_INACTIVE))
                return get(unit, "CPUUsageNSec", on_cpu_usage);
        r = pid1_new_get(unit->pid1, "SystemState", &m);
        return r < 0 ? r : call(unit, m, on_system_state);
}

/* A "systemctl daemon-reload" that comes between its creation and its start makes PID 1 forget it; or somebody
 * stopped it at once. */
static bool has_vanished(const Unit *unit) {
        return unit->stage == STAGE_STARTING && unit->state.active == UNIT_INACTIVE &&
                        unit->state.main_start_usec == 0 && !unit->stop_wanted;
}

static void begin(Unit *unit) {
        if (unit->stage != STAGE_STARTING)
                return;
        unit->stage = STAGE_RUNNING;
        unit_files_forbid_start(unit->name);
        events_of(unit)->running(unit->userdata);
}

static void end(Unit *unit) {
        if (has_vanished(unit)) {
                unit->stage = STAGE_ENDED;
                events_of(unit)->vanished(unit->userdata);
                return;
        }
        begin(unit);
        unit->stage = STAGE_ENDING;
        if (ask_for_end(unit) < 0)
                tell_end(unit);
}

/* ---- removal ---- */

static void tell_gone(Unit *unit) {
        Pid1 *pid1 = unit->pid1;

        pid1->events->gone(unit->userdata);
        pid1->events->room(pid1->userdata);
}

static int on_reset_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error) {
        Unit *unit = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(answer);

        if (e && !sd_bus_error_has_name(e, "org.freedesktop.systemd1.NoSuchUnit") && ask(unit) >= 0)
                return 0; /* PID 1 was not there: the answer tells whether the unit is */
        tell_gone(unit);
        return 0;
}

static void forget_failure(Unit *unit) {
        int r = call_with_name(unit, "ResetFailedUnit", on_reset_answer);

        if (r < 0) {
                log_errno(r, "Failed to remove %s", unit->name);
                tell_gone(unit);
        }
}

/* A transient unit that is inactive is gone, but for "systemctl restart". */
static bool has_gone(const Unit *unit) {
        return unit->stage == STAGE_NEW || (unit->state.active == UNIT_INACTIVE && unit->state.undisturbed);
}

void unit_remove(Unit *unit) {
        bool gone = has_gone(unit);

        unit->stage = STAGE_REMOVING;
        unit->timer = sd_event_source_disable_unref(unit->timer);
        turnstile_leave(&unit->stop); /* a stop may just have been asked for when the job ended */
        if (unit->state.active == UNIT_FAILED)
                forget_failure(unit);
        else if (gone)
                tell_gone(unit);
        else
                (void) turnstile_enter(&unit->pid1->removals, &unit->stop, send_stop);
}

static int on_remove_again(sd_event_source *source, uint64_t usec, void *userdata) {
        unit_remove(userdata);
        return 0;
}

/* ---- what is heard ---- */

static void look_after_removal(Unit *unit) {
        if (unit->state.not_found || unit->state.active == UNIT_INACTIVE)
                tell_gone(unit);
        else /* PID 1 would not remove it */
                set_timer(unit, REMOVE_AGAIN_USEC, on_remove_again);
}

static void look_while_running(Unit *unit) {
        if (unit_state_is_ended(&unit->state, unit->start_in_flight)) {
                end(unit);
                return;
        }
        if (unit->state.active == UNIT_ACTIVE)
                begin(unit);
        stop_if_wanted(unit);
        watch_stop(unit);
        events_of(unit)->said(unit->userdata);
}

/* One that is gone is told of by the journal. */
static void look_for_adopted(Unit *unit) {
        unit_done_cb done = TAKE_PTR(unit->found);
        void *userdata = unit->found_userdata;

        if (unit->state.has_job)
                unit_reserve_start(unit);
        if (!unit->state.not_found) {
                unit->stage = unit->was_seen ? STAGE_RUNNING : STAGE_STARTING;
                events_of(unit)->found(unit->userdata);
                look_while_running(unit);
        }
        done(userdata);
}

/* At what PID 1 has said of its state. */
static void look(Unit *unit) {
        switch (unit->stage) {
        case STAGE_ADOPTED:
                look_for_adopted(unit);
                break;
        case STAGE_STARTING:
        case STAGE_RUNNING:
                look_while_running(unit);
                break;
        case STAGE_REMOVING:
                look_after_removal(unit);
                break;
        default:
                break;
        }
}

void unit_take_properties(Unit *unit, sd_bus_message *signal) {
        /* else its end is known already; or its state is being asked for, and the answer, which is at least as
         * new as this signal, must be waited for */
        if (!is_watched(unit))
                return;
        if (sd_bus_message_skip(signal, "s") < 0 || unit_state_read(&unit->state, signal) < 0)
                log_line(LOG_WARNING, "Unexpected properties of %s", unit->name);
        else
                look_while_running(unit);
}

/* The slice is frozen, or has as many units as it may: "systemctl freeze jobs.slice", ConcurrencyHardMax= of
 * systemd.slice(5). */
static bool result_is_temporary(const char *result) {
        return strcmp(result, "frozen") == 0 || strcmp(result, "concurrency") == 0;
}

static void take_start_result(Unit *unit, const char *result) {
        start_done(unit);
        if (!is_watched(unit)) /* it has ended before that was told */
                return;
        if (unit->stage == STAGE_STARTING && result_is_temporary(result))
                refuse(unit, result, true);
        /* the signal of the unit's change comes first; without it, ask */
        else if (unit->state.active == UNIT_INACTIVE || unit->state.active == UNIT_ACTIVE_UNKNOWN)
                (void) ask(unit);
        else
                look_while_running(unit);
}

static void take_stop_result(Unit *unit, const char *result) {
        unit->state.undisturbed = false; /* a stop, of ours or of another hand */
        turnstile_leave(&unit->stop);
        if (unit->stop_wanted && unit->stage == STAGE_RUNNING && strcmp(result, "frozen") == 0)
                stop_frozen(unit);
}

void unit_take_job_result(Unit *unit, const char *result) {
        Pid1 *pid1 = unit->pid1;

        if (unit->stage == STAGE_REMOVING && turn_has_come(&unit->stop)) {
                tell_gone(unit);
                return;
        }
        if (unit->start_in_flight && unit->stage != STAGE_NEW)
                take_start_result(unit, result);
        else
                take_stop_result(unit, result);
        pid1->events->room(pid1->userdata);
}
