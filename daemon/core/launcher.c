/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/param.h>

#include "job-credential.h"
#include "last-id.h"
#include "last-words.h"
#include "launcher.h"
#include "log.h"
#include "queue.h"
#include "run.h"
#include "strv.h"
#include "transient-unit.h"
#include "unit-files.h"

#define PID1 "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"
#define UNIT_PREFIX "/org/freedesktop/systemd1/unit"
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* PID 1 answers late when it is busy, and never twice; an end of the connection is told at once */
#define CALL_TIMEOUT_USEC (120 * USEC_PER_SEC)

/* dbus-daemon allows a connection 128 calls that are not answered, and answers more with an error; half
 * of them are for PID 1, see AUTHORITY_CHECKS_MAX for the others. */
#define CALLS_MAX 64U

/* Stops that PID 1 was asked for, and those that wait for their turn. */
struct StopLane {
        unsigned n_in_flight;
        TAILQ_HEAD(, LiveJob) queue;
};
typedef struct StopLane StopLane;

struct Launcher {
        Manager *manager;
        unsigned n_starts; /* asked of PID 1 and not done */
        StopLane cancels, tidies;
        unsigned n_calls; /* not answered */
        TAILQ_HEAD(, LiveJob) call_queue;
        bool is_stopping;
        bool lacks_memory_peak; /* systemd older than 256 */
        uint64_t userspace_usec; /* since when it is what it is, see launcher.h */

        sd_bus_slot *changed_slot, *removed_slot, *owner_slot, *list_slot;
        manager_done_cb done;
        void *done_userdata;
        unsigned n_queries; /* of the recovery, not answered */
};

int launcher_new(Manager *m, Launcher **ret) {
        Launcher *launcher = calloc(1, sizeof(Launcher));

        if (!launcher)
                return -ENOMEM;
        launcher->manager = m;
        TAILQ_INIT(&launcher->call_queue);
        TAILQ_INIT(&launcher->cancels.queue);
        TAILQ_INIT(&launcher->tidies.queue);
        *ret = launcher;
        return 0;
}

Launcher *launcher_free(Launcher *launcher) {
        if (!launcher)
                return NULL;
        sd_bus_slot_unref(launcher->changed_slot);
        sd_bus_slot_unref(launcher->removed_slot);
        sd_bus_slot_unref(launcher->owner_slot);
        sd_bus_slot_unref(launcher->list_slot);
        free(launcher);
        return NULL;
}

bool launcher_may_start(const Launcher *launcher) {
        return launcher->n_starts < LAUNCHER_STARTS_MAX && !launcher->is_stopping;
}

bool launcher_is_stopping(const Launcher *launcher) {
        return launcher->is_stopping;
}

uint64_t launcher_userspace_usec(const Launcher *launcher) {
        return launcher->userspace_usec;
}

static void start_done(Launcher *launcher, LiveJob *live) {
        if (!live->start_in_flight)
                return;
        live->start_in_flight = false;
        launcher->n_starts--;
}

static void send_stop(Launcher *launcher, LiveJob *live);

static void stop_done(Launcher *launcher, LiveJob *live) {
        StopLane *lane = live->stop_lane;
        LiveJob *next;

        if (!live->stop_in_flight)
                return;
        live->stop_in_flight = false;
        lane->n_in_flight--;
        next = TAILQ_FIRST(&lane->queue);
        if (next) {
                TAILQ_REMOVE(&lane->queue, next, stop_queue);
                next->stop_queued = false;
                send_stop(launcher, next);
        }
}

static void leave_stop_queue(LiveJob *live) {
        if (live->stop_queued)
                TAILQ_REMOVE(&live->stop_lane->queue, live, stop_queue);
        live->stop_queued = false;
}

/* ---- calls ---- */

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error);

static int send_call(Launcher *launcher, LiveJob *live, sd_bus_message *m) {
        int r = sd_bus_call_async(launcher->manager->bus, &live->slot, m, on_reply, live, CALL_TIMEOUT_USEC);

        if (r >= 0)
                launcher->n_calls++;
        return r;
}

static void send_waiting_calls(Launcher *launcher) {
        LiveJob *live;

        while (launcher->n_calls < CALLS_MAX && (live = TAILQ_FIRST(&launcher->call_queue))) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = TAKE_PTR(live->call);
                int r;

                TAILQ_REMOVE(&launcher->call_queue, live, call_queue);
                r = send_call(launcher, live, m);
                if (r < 0) /* it is asked again when its unit changes */
                        log_errno(r, "Failed to call systemd about %s", live->job->unit);
        }
}

/* Gives up the call that a live job waits for. */
static void drop_call(Launcher *launcher, LiveJob *live) {
        if (live->call) {
                TAILQ_REMOVE(&launcher->call_queue, live, call_queue);
                live->call = sd_bus_message_unref(live->call);
        }
        if (live->slot) {
                live->slot = sd_bus_slot_unref(live->slot);
                launcher->n_calls--;
        }
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Launcher *launcher = live->manager->launcher;
        sd_bus_message_handler_t callback = live->on_reply;
        int r;

        drop_call(launcher, live);
        r = callback(reply, live, ret_error);
        send_waiting_calls(launcher);
        return r;
}

/* Sends a call whose reply the live job waits for, in place of one that it waited for before. */
static int call_for(
                Launcher *launcher, LiveJob *live, sd_bus_message *m, sd_bus_message_handler_t callback) {
        drop_call(launcher, live);
        live->on_reply = callback;
        if (launcher->n_calls < CALLS_MAX)
                return send_call(launcher, live, m);
        live->call = sd_bus_message_ref(m);
        TAILQ_INSERT_TAIL(&launcher->call_queue, live, call_queue);
        return 0;
}

void launcher_forget(Launcher *launcher, LiveJob *live) {
        drop_call(launcher, live);
        leave_stop_queue(live);
        start_done(launcher, live);
        stop_done(launcher, live);
}

/* ---- start ---- */

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

/* The slice is frozen, or has as many units as it may: "systemctl freeze jobs.slice", ConcurrencyHardMax= of
 * systemd.slice(5). */
static bool result_is_temporary(const char *result) {
        return strcmp(result, "frozen") == 0 || strcmp(result, "concurrency") == 0;
}

static int on_start_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Manager *m = live->manager;
        const sd_bus_error *e = sd_bus_message_get_error(reply);

        if (!e)
                return 0; /* now its job runs; JobRemoved tells when it is done */
        start_done(m->launcher, live);
        if (error_is_uncertain(e))
                (void) launcher_query(m->launcher, live); /* fails only without memory: then the job stays */
        else if (error_is_temporary(e))
                run_never_started(live);
        else
                run_unit_failed(live, e->message);
        return 0;
}

static int write_files(Launcher *launcher, const Job *job) {
        _cleanup_(strv_free_erasep) char **secrets = NULL;
        int r = 0;

        if (job_find_secret(job))
                r = store_get_secrets(launcher->manager->store, job->id, &secrets);
        if (r >= 0)
                r = unit_files_write(job, secrets);
        return r < 0 ? log_errno(r, "Failed to hand environment and secrets to %s, trying again", job->unit)
                     : 0;
}

void launcher_reserve_start(Launcher *launcher, LiveJob *live) {
        live->start_in_flight = true;
        launcher->n_starts++;
}

int launcher_start(Launcher *launcher, LiveJob *live) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        if (write_files(launcher, live->job) < 0) {
                start_done(launcher, live);
                run_never_started(live);
                return 0;
        }
        r = transient_unit_message(launcher->manager->bus, &launcher->manager->config, live->job, &m);
        if (r < 0)
                return r;
        live->state = LIVE_STARTING;
        live->unit.undisturbed = true;
        r = call_for(launcher, live, m, on_start_reply);
        /* jobsd ends with its connection, and the next one finds that nothing was started */
        return r == -ENOTCONN || r == -ECONNRESET || r == -EPIPE ? 0 : r;
}

/* ---- stop ---- */

static int on_stop_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (!sd_bus_message_get_error(reply)) { /* JobRemoved tells when it is done */
                if (live->state == LIVE_RUNNING && live->unit.active == UNIT_DEACTIVATING)
                        launcher_watch_stop(m->launcher, live);
                return 0;
        }
        /* it went away by itself in the meantime, or PID 1 did: look */
        stop_done(m->launcher, live);
        (void) launcher_query(m->launcher, live);
        return 0;
}

static void send_stop(Launcher *launcher, LiveJob *live) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(launcher->manager->bus, &m, PID1, "StopUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", live->job->unit, "replace");
        if (r >= 0)
                r = call_for(launcher, live, m, on_stop_reply);
        if (r < 0) {
                log_errno(r, "Failed to ask for the stop of %s", live->job->unit);
                return;
        }
        live->stop_in_flight = true;
        live->stop_lane->n_in_flight++;
}

static void stop_in_lane(Launcher *launcher, LiveJob *live, StopLane *lane) {
        stop_done(launcher, live); /* a cancellation may just have been asked for when the job ended */
        leave_stop_queue(live);
        live->stop_lane = lane;
        if (lane->n_in_flight < LAUNCHER_STOPS_MAX) {
                send_stop(launcher, live);
                return;
        }
        TAILQ_INSERT_TAIL(&lane->queue, live, stop_queue);
        live->stop_queued = true;
}

void launcher_cancel(Launcher *launcher, LiveJob *live) {
        if (!live->stop_in_flight && !live->stop_queued)
                stop_in_lane(launcher, live, &launcher->cancels);
}

/* Nobody waits for an answer: the unit's end tells more. whom: as in KillUnit() of org.freedesktop.systemd1(5). */
static int send_signal(LiveJob *live, const char *whom, int signal) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(live->manager->bus, &m, PID1, "KillUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "ssi", live->job->unit, whom, signal);
        if (r >= 0)
                r = sd_bus_message_set_expect_reply(m, false);
        return r < 0 ? r : sd_bus_send(NULL, m, NULL);
}

static void kill_frozen(LiveJob *live) {
        int r = send_signal(live, "all", SIGKILL);

        if (r < 0)
                log_errno(r, "Failed to kill %s, which is frozen", live->job->unit);
}

static int on_thaw_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;

        if (sd_bus_message_is_method_error(reply, NULL))
                kill_frozen(live);
        else
                launcher_cancel(live->manager->launcher, live);
        return 0;
}

/* PID 1 refuses to stop what is frozen, since systemd 257: before, a stop thaws. What is frozen with its slice
 * it does not thaw alone, and only SIGKILL reaches it. */
static void stop_frozen(Launcher *launcher, LiveJob *live) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        if (live->was_thawed) {
                kill_frozen(live);
                return;
        }
        live->was_thawed = true;
        r = sd_bus_message_new_method_call(launcher->manager->bus, &m, PID1, "ThawUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", live->job->unit);
        if (r >= 0)
                r = call_for(launcher, live, m, on_thaw_reply);
        if (r < 0)
                log_errno(r, "Failed to ask for the thaw of %s", live->job->unit);
}

static int on_reset_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        const sd_bus_error *e = sd_bus_message_get_error(reply);

        if (e && !sd_bus_error_has_name(e, "org.freedesktop.systemd1.NoSuchUnit") &&
                        launcher_query(m->launcher, live) >= 0)
                return 0; /* PID 1 was not there: the answer tells whether the unit is */
        live_job_free(live);
        queue_dispatch(m); /* it may have waited for that */
        return 0;
}

void launcher_tidy(Launcher *launcher, LiveJob *live) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        if (live->unit.active != UNIT_FAILED) {
                if (live->unit.active == UNIT_INACTIVE && live->unit.undisturbed)
                        live_job_free(live); /* a transient unit that is inactive is gone, */
                else                         /* but for "systemctl restart" */
                        stop_in_lane(launcher, live, &launcher->tidies);
                return;
        }
        r = sd_bus_message_new_method_call(launcher->manager->bus, &m, PID1, "ResetFailedUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", live->job->unit);
        if (r >= 0)
                r = call_for(launcher, live, m, on_reset_reply);
        if (r < 0) {
                log_errno(r, "Failed to remove %s", live->job->unit);
                live_job_free(live);
        }
}

/* ---- queries ---- */

static void query_done(Launcher *launcher, LiveJob *live);

static int on_query_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Manager *m = live->manager;

        if (!sd_bus_message_is_method_error(reply, NULL)) {
                if (unit_state_read(&live->unit, reply) < 0)
                        log_line(LOG_WARNING, "Unexpected properties of %s", live->job->unit);
                else if (!live->unit.has_job) /* JobRemoved may have been sent while PID 1 was not on the bus
                                               */
                        start_done(m->launcher, live);
        }
        query_done(m->launcher, live);
        return 0;
}

int launcher_query(Launcher *launcher, LiveJob *live) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        r = sd_bus_path_encode(UNIT_PREFIX, live->job->unit, &path);
        if (r < 0)
                return r;
        r = sd_bus_message_new_method_call(
                        launcher->manager->bus, &m, "org.freedesktop.systemd1", path, PROPERTIES, "GetAll");
        if (r >= 0) /* of all its interfaces */
                r = sd_bus_message_append(m, "s", "");
        return r < 0 ? r : call_for(launcher, live, m, on_query_reply);
}

static int read_variant(sd_bus_message *reply, uint64_t *ret) {
        uint64_t v;
        int r = sd_bus_message_is_method_error(reply, NULL) ? -EIO
                                                            : sd_bus_message_read(reply, "v", "t", &v);

        if (r >= 0 && v != UINT64_MAX)
                *ret = v;
        return r;
}

static int get_property(
                Launcher *launcher, LiveJob *live, const char *name, sd_bus_message_handler_t callback) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        r = sd_bus_path_encode(UNIT_PREFIX, live->job->unit, &path);
        if (r < 0)
                return r;
        r = sd_bus_message_new_method_call(
                        launcher->manager->bus, &m, "org.freedesktop.systemd1", path, PROPERTIES, "Get");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", "org.freedesktop.systemd1.Service", name);
        return r < 0 ? r : call_for(launcher, live, m, callback);
}

/* ---- the last moment of a stop ---- */

/* So long before PID 1 kills all of a unit, and a quarter of its time at most. */
#define LAST_MOMENT_USEC (1 * USEC_PER_SEC)

/* jobsd-run has no answer to give, and if it is gone, there is nothing to be saved. */
static int on_last_moment(sd_event_source *source, uint64_t usec, void *userdata) {
        LiveJob *live = userdata;
        int r;

        live->kill_timer = sd_event_source_disable_unref(live->kill_timer);
        r = send_signal(live, "main", SIGNAL_LAST_WORDS);
        if (r < 0)
                log_errno(r, "Failed to ask for the last words of %s", live->job->unit);
        return 0;
}

static int on_stop_timeout(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        uint64_t timeout_usec = 0;
        int r;

        if (read_variant(reply, &timeout_usec) < 0 || timeout_usec == 0) /* it is gone, or has no limit */
                return 0;
        r = sd_event_add_time_relative(live->manager->event, &live->kill_timer, CLOCK_MONOTONIC,
                        timeout_usec - MIN(LAST_MOMENT_USEC, timeout_usec / 4), 0, on_last_moment, live);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
        return 0;
}

/* A site may have set TimeoutStopSec= by a drop-in: PID 1 knows. */
void launcher_watch_stop(Launcher *launcher, LiveJob *live) {
        if (live->watches_stop || live_job_is_asking(live))
                return;
        live->watches_stop = get_property(launcher, live, "TimeoutStopUSec", on_stop_timeout) >= 0;
}

static int on_memory_peak(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;

        (void) read_variant(reply, &live->unit.memory_peak); /* unknown costs stay 0 */
        if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_UNKNOWN_PROPERTY))
                live->manager->launcher->lacks_memory_peak = true;
        run_unit_changed(live);
        return 0;
}

static int on_cpu_usage(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Launcher *launcher = live->manager->launcher;

        (void) read_variant(reply, &live->unit.cpu_usage_nsec);
        if (launcher->lacks_memory_peak || get_property(launcher, live, "MemoryPeak", on_memory_peak) < 0)
                run_unit_changed(live);
        return 0;
}

static int on_system_state(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        LiveJob *live = userdata;
        Launcher *launcher = live->manager->launcher;
        const char *state = "";

        if (!sd_bus_message_is_method_error(reply, NULL) &&
                        sd_bus_message_read(reply, "v", "s", &state) >= 0 && strcmp(state, "stopping") == 0)
                launcher->is_stopping = true;
        if (live->unit.active == UNIT_INACTIVE ||
                        get_property(launcher, live, "CPUUsageNSec", on_cpu_usage) < 0)
                run_unit_changed(live);
        return 0;
}

int launcher_query_end(Launcher *launcher, LiveJob *live) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        if (!unit_state_was_stopped(&live->unit) || (live->job->cancelled && live->unit.active != UNIT_INACTIVE))
                return get_property(launcher, live, "CPUUsageNSec", on_cpu_usage);

        /* Stopped by another hand than ours. Perhaps the whole machine is being stopped. */
        r = sd_bus_message_new_method_call(launcher->manager->bus, &m, "org.freedesktop.systemd1",
                        "/org/freedesktop/systemd1", PROPERTIES, "Get");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", "org.freedesktop.systemd1.Manager", "SystemState");
        return r < 0 ? r : call_for(launcher, live, m, on_system_state);
}

/* ---- signals ---- */

static int on_unit_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        static const char ours[] = UNIT_PREFIX "/jobsd_2d"; /* "jobsd-" as a path has it */
        Launcher *launcher = userdata;
        const char *path = sd_bus_message_get_path(signal);
        _cleanup_free_ char *unit = NULL;
        LiveJob *live;

        if (strncmp(path, ours, sizeof(ours) - 1) != 0 || sd_bus_path_decode(path, UNIT_PREFIX, &unit) <= 0)
                return 0;
        live = live_job_find_unit(launcher->manager, unit);
        /* its end is known already; or its state is being asked for, and the reply, which is at least as
         * new as this signal, must be waited for: the recovery counts them */
        if (!live || live->state >= LIVE_RECOVERING)
                return 0;
        if (sd_bus_message_skip(signal, "s") < 0 || unit_state_read(&live->unit, signal) < 0)
                log_line(LOG_WARNING, "Unexpected properties of %s", unit);
        else
                run_unit_changed(live);
        return 0;
}

static void remove_leftover(Launcher *launcher, uint64_t id, const char *unit);

/* A hand that stops a unit may start it again: "systemctl restart". The job has ended with the stop. */
static void unit_was_handled(Launcher *launcher, const char *unit) {
        uint64_t id;

        if (job_unit_name_to_id(unit, &id) >= 0)
                remove_leftover(launcher, id, unit);
}

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        Launcher *launcher = userdata;
        const char *unit, *result;
        LiveJob *live;

        if (sd_bus_message_read(signal, "uoss", NULL, NULL, &unit, &result) < 0)
                return 0;
        live = live_job_find_unit(launcher->manager, unit);
        if (!live) {
                unit_was_handled(launcher, unit);
                return 0;
        }
        if (live->stop_in_flight && live->state == LIVE_TIDYING) {
                live_job_free(live);
        } else if (live->start_in_flight) {
                start_done(launcher, live);
                if (result_is_temporary(result))
                        run_never_started(live);
                /* the signal of the unit's change comes first; without it, ask */
                else if (live->unit.active == UNIT_INACTIVE || live->unit.active == UNIT_ACTIVE_UNKNOWN)
                        (void) launcher_query(launcher, live);
                else
                        run_unit_changed(live);
        } else {
                live->unit.undisturbed = false; /* a stop, of ours or of another hand */
                stop_done(launcher, live);
                if (live->job->cancelled && live->state == LIVE_RUNNING && strcmp(result, "frozen") == 0)
                        stop_frozen(launcher, live);
        }
        queue_dispatch(launcher->manager);
        return 0;
}

static int subscribe(sd_bus *bus) {
        return sd_bus_call_method_async(bus, NULL, PID1, "Subscribe", NULL, NULL, "");
}

/* Not those whose unit is not asked for yet or whose end is known, and not those that PID 1 will answer. */
static void ask_again(LiveJob *live, void *userdata) {
        Launcher *launcher = userdata;

        if (live->state != LIVE_STARTING && live->state != LIVE_RUNNING && live->state != LIVE_TIDYING)
                return;
        if (!live_job_is_asking(live) && launcher_query(launcher, live) < 0)
                log_line(LOG_WARNING, "Failed to ask for the state of %s", live->job->unit);
}

/* PID 1 is back on the bus, as after "systemctl daemon-reexec". What it had to tell meanwhile nobody has
 * heard. */
static int on_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        Launcher *launcher = userdata;
        const char *new_owner;
        int r;

        r = sd_bus_message_read(signal, "sss", NULL, NULL, &new_owner);
        if (r < 0 || !*new_owner)
                return 0;
        r = subscribe(launcher->manager->bus);
        if (r < 0)
                return sd_event_exit(launcher->manager->event, r);
        live_job_foreach(launcher->manager, ask_again, launcher);
        return 0;
}

/* ---- recovery ---- */

static void recovery_step(Launcher *launcher) {
        if (launcher->n_queries > 0 || !launcher->done)
                return;
        launcher->done(0, launcher->done_userdata);
        launcher->done = NULL;
}

static void query_done(Launcher *launcher, LiveJob *live) {
        bool recovering = live->state == LIVE_RECOVERING;

        if (recovering) {
                launcher->n_queries--;
                if (live->unit.has_job)
                        launcher_reserve_start(launcher, live);
        }
        if (!live->unit.not_found || !recovering) /* else the journal is asked about it */
                run_unit_changed(live);
        if (recovering)
                recovery_step(launcher);
}

/* A unit that nobody waits for: its job ended, but jobsd was ended before it had removed the unit. */
static void remove_leftover(Launcher *launcher, uint64_t id, const char *unit) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        if (store_get(launcher->manager->store, id, &job) < 0) {
                log_line(LOG_WARNING, "%s is not a job of this history, leaving it alone.", unit);
                r = last_id_met(launcher->manager, id);
                if (r < 0)
                        log_errno(r, "Failed to set its id aside");
                return;
        }
        r = sd_bus_call_method_async(
                        launcher->manager->bus, NULL, PID1, "StopUnit", NULL, NULL, "ss", unit, "replace");
        if (r >= 0)
                r = sd_bus_call_method_async(launcher->manager->bus, NULL, PID1, "ResetFailedUnit", NULL,
                                NULL, "s", unit);
        if (r < 0)
                log_errno(r, "Failed to remove %s", unit);
}

static void recover_unit(Launcher *launcher, const char *unit) {
        LiveJob *live;
        uint64_t id;

        if (job_unit_name_to_id(unit, &id) < 0)
                return;
        live = live_job_find_unit(launcher->manager, unit);
        if (!live)
                remove_leftover(launcher, id, unit);
        else if (launcher_query(launcher, live) >= 0)
                launcher->n_queries++;
}

static int on_units(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Launcher *launcher = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(reply);
        const char *unit;
        int r;

        if (e) {
                log_line(LOG_ERR, "Failed to list the units: %s", e->message);
                return sd_event_exit(launcher->manager->event, -EIO);
        }
        r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'r', "ssssssouso")) > 0) {
                r = sd_bus_message_read(reply, "s", &unit);
                if (r < 0)
                        break;
                recover_unit(launcher, unit);
                r = sd_bus_message_skip(reply, "sssssouso");
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        if (r < 0)
                log_errno(r, "Unexpected list of units");
        recovery_step(launcher);
        return 0;
}

static int watch_pid1(Launcher *launcher) {
        sd_bus *bus = launcher->manager->bus;
        int r;

        /* One rule serves all jobs. */
        r = sd_bus_add_match_async(bus, &launcher->changed_slot,
                        "type='signal',sender='org.freedesktop.systemd1',interface='" PROPERTIES "',"
                        "member='PropertiesChanged',path_namespace='" UNIT_PREFIX "'",
                        on_unit_changed, NULL, launcher);
        if (r >= 0)
                r = sd_bus_match_signal_async(bus, &launcher->removed_slot, PID1, "JobRemoved",
                                on_job_removed, NULL, launcher);
        if (r >= 0)
                r = sd_bus_add_match_async(bus, &launcher->owner_slot,
                                "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop."
                                "DBus',"
                                "member='NameOwnerChanged',arg0='org.freedesktop.systemd1'",
                                on_owner_changed, NULL, launcher);
        if (r >= 0) /* PID 1 sends signals only to whom asks for them */
                r = subscribe(bus);
        return r;
}

static int list_units(Launcher *launcher) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        launcher->list_slot = sd_bus_slot_unref(launcher->list_slot);
        r = sd_bus_message_new_method_call(launcher->manager->bus, &m, PID1, "ListUnitsByPatterns");
        if (r >= 0)
                r = sd_bus_message_append(m, "asas", 0, 1, "jobsd-*.service");
        return r < 0 ? r
                     : sd_bus_call_async(launcher->manager->bus, &launcher->list_slot, m, on_units, launcher,
                                       CALL_TIMEOUT_USEC);
}

static int on_userspace_begin(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Launcher *launcher = userdata;
        int r;

        (void) read_variant(reply, &launcher->userspace_usec); /* it is as old as the boot then */
        r = list_units(launcher);
        return r < 0 ? sd_event_exit(launcher->manager->event, r) : 0;
}

int launcher_recover(Launcher *launcher, manager_done_cb done, void *userdata) {
        int r;

        launcher->done = done;
        launcher->done_userdata = userdata;
        r = watch_pid1(launcher);
        return r < 0 ? r
                     : sd_bus_call_method_async(launcher->manager->bus, &launcher->list_slot,
                                       "org.freedesktop.systemd1", "/org/freedesktop/systemd1", PROPERTIES,
                                       "Get", on_userspace_begin, launcher, "ss",
                                       "org.freedesktop.systemd1.Manager", "UserspaceTimestamp");
}
