/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A unit's life, with a PID 1 at the other end of a connection that answers what the test wants. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "fixture.h"
#include "last-words.h"
#include "unit-files.h"
#include "unit.h"

#define UNIT_NAME "jobsd-7.service"
#define UNIT_PATH PID1_UNIT_PREFIX "/jobsd_2d7_2eservice"

/* What has been asked of PID 1 and what the unit has told, "StartTransientUnit, running, …". */
static char happenings[1024];

static void happened(const char *format, ...) {
        size_t n = strlen(happenings);
        va_list ap;

        if (n > 0)
                n += (size_t) snprintf(happenings + n, sizeof(happenings) - n, ", ");
        va_start(ap, format);
        n += (size_t) vsnprintf(happenings + n, sizeof(happenings) - n, format, ap);
        va_end(ap);
        assert_true(n < sizeof(happenings));
}

static void assert_happened(const char *expected) {
        char all[sizeof(happenings)];

        strcpy(all, happenings);
        happenings[0] = '\0';
        assert_string_equal(all, expected);
}

/* ---- its files ---- */

static int error_of_files;

int unit_files_write(const Job *job, char *const *secrets) {
        return error_of_files;
}

void unit_files_remove(const char *unit) {
}

void unit_files_forbid_start(const char *unit) {
        happened("once");
}

int unit_files_permit_path(const char *unit, char **ret) {
        return asprintf(ret, "/%s", unit) < 0 ? -ENOMEM : 0;
}

int unit_files_environment_path(const char *unit, char **ret) {
        return unit_files_permit_path(unit, ret);
}

int unit_files_secret_path(const char *unit, const char *name, char **ret) {
        return unit_files_permit_path(unit, ret);
}

/* ---- PID 1 ---- */

/* What it says to each call; NULL: yes. */
typedef struct Pid1Says {
        const char *start, *stop, *thaw, *reset;
        const char *system_state, *active;
        bool knows_no_memory_peak, is_silent;
} Pid1Says;

static Pid1Says says;

static int fail_with(sd_bus_message *m, const char *error) {
        return sd_bus_reply_method_errorf(m, error, "no");
}

static int reply_property(sd_bus_message *m) {
        const char *name;

        assert_true(sd_bus_message_read(m, "ss", NULL, &name) >= 0);
        happened("%s?", name);
        if (strcmp(name, "SystemState") == 0)
                return sd_bus_reply_method_return(m, "v", "s", says.system_state ?: "running");
        if (strcmp(name, "MemoryPeak") == 0 && says.knows_no_memory_peak)
                return fail_with(m, SD_BUS_ERROR_UNKNOWN_PROPERTY);
        return sd_bus_reply_method_return(m, "v", "t", strcmp(name, "CPUUsageNSec") == 0 ? UINT64_C(11) : UINT64_C(22));
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        static const struct {
                const char *member;
                size_t offset;
        } calls[] = {
                { "StartTransientUnit", offsetof(Pid1Says, start) },
                { "StopUnit", offsetof(Pid1Says, stop) },
                { "ThawUnit", offsetof(Pid1Says, thaw) },
                { "ResetFailedUnit", offsetof(Pid1Says, reset) },
        };
        const char *member = sd_bus_message_get_member(m), *whom, *name;
        int number;

        if (says.is_silent)
                return 1;
        if (strcmp(member, "Get") == 0)
                return reply_property(m) < 0 ? -EIO : 1;
        if (strcmp(member, "GetAll") == 0) {
                happened("state?");
                return sd_bus_reply_method_return(m, "a{sv}", 1, "ActiveState", "s", says.active ?: "active") < 0 ? -EIO
                                                                                                         : 1;
        }
        if (strcmp(member, "KillUnit") == 0) {
                assert_true(sd_bus_message_read(m, "ssi", &name, &whom, &number) >= 0);
                if (number == SIGNAL_LAST_WORDS)
                        happened("ask %s of %s for last words", whom, name);
                else
                        happened("kill %s of %s with %d", whom, name, number);
                return 1;
        }
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                if (strcmp(calls[i].member, member) == 0) {
                        const char *error = *(const char **) (void *) ((char *) &says + calls[i].offset);

                        happened("%s", member);
                        return (error ? fail_with(m, error) : sd_bus_reply_method_return(m, "")) < 0 ? -EIO : 1;
                }
        return 0;
}

/* ---- what the unit tells ---- */

typedef struct World {
        sd_event *event;
        sd_bus *ours, *theirs;
        Pid1 pid1;
        Unit *unit;
} World;

static void on_found(void *userdata) {
        happened("found");
}

static void on_running(void *userdata) {
        happened("running");
}

static void on_said(void *userdata) {
        happened("said");
}

static void on_ended(void *userdata) {
        const UnitState *state = unit_state(((World *) userdata)->unit);

        happened("ended for %d and %d", (int) state->cpu_usage_nsec, (int) state->memory_peak);
}

static void on_vanished(void *userdata) {
        happened("vanished");
}

static void on_refused(const char *why, bool again, void *userdata) {
        happened("refused%s", again ? ", again" : "");
}

static void on_gone(void *userdata) {
        World *world = userdata;

        happened("gone");
        world->unit = unit_free(world->unit);
}

static void on_room(void *userdata) {
        happened("room");
}

static sd_bus *new_bus(sd_event *event, int fd, bool is_server) {
        sd_id128_t id = SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
        sd_bus *bus;

        assert_true(sd_bus_new(&bus) >= 0);
        assert_true(sd_bus_set_fd(bus, fd, fd) >= 0);
        assert_true(sd_bus_set_anonymous(bus, true) >= 0);
        if (is_server)
                assert_true(sd_bus_set_server(bus, true, id) >= 0);
        assert_true(sd_bus_start(bus) >= 0);
        assert_true(sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL) >= 0);
        return bus;
}

static int setup(void **state) {
        static const UnitEvents events = { on_found, on_running, on_said, on_ended, on_vanished, on_refused, on_gone,
                NULL, on_room };
        World *world = calloc(1, sizeof(World));
        int fds[2];

        assert_non_null(world);
        says = (Pid1Says){};
        error_of_files = 0;
        happenings[0] = '\0';
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        assert_true(sd_event_new(&world->event) >= 0);
        world->ours = new_bus(world->event, fds[0], false);
        world->theirs = new_bus(world->event, fds[1], true);
        assert_true(sd_bus_add_filter(world->theirs, NULL, on_call, NULL) >= 0);
        pid1_init(&world->pid1, world->event, &events, world);
        world->pid1.bus = world->ours;
        assert_int_equal(unit_new(&world->pid1, UNIT_NAME, world, &world->unit), 0);
        *state = world;
        return 0;
}

static int teardown(void **state) {
        World *world = *state;

        unit_free(world->unit);
        assert_null(world->pid1.units);
        assert_int_equal(world->pid1.n_starts, 0);
        assert_int_equal(world->pid1.calls.n + world->pid1.stops.n + world->pid1.removals.n, 0);
        sd_bus_close(world->ours); /* not flushed: the other end reads only while the loop turns */
        sd_bus_close(world->theirs);
        sd_bus_unref(world->ours);
        sd_bus_unref(world->theirs);
        sd_event_unref(world->event);
        free(world);
        return 0;
}

/* Until both have nothing to do at once. */
static void turn(World *world) {
        for (int r = 1; r > 0;) {
                r = sd_event_run(world->event, 0);
                assert_true(r >= 0);
        }
}

static void start(World *world) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");
        Config config;

        config_set_defaults(&config);
        set_text(&job->unit, UNIT_NAME);
        unit_reserve_start(world->unit);
        unit_start(world->unit, &config, job, NULL);
        turn(world);
}

/* PropertiesChanged of an "a{sv}" of strings: NAME, VALUE, …, NULL. */
static void changes(World *world, ...) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        const char *name;
        va_list ap;

        assert_true(sd_bus_message_new_signal(world->theirs, &m, UNIT_PATH, DBUS_PROPERTIES, "PropertiesChanged") >= 0);
        assert_true(sd_bus_message_append(m, "s", PID1_SERVICE ".Service") >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
        va_start(ap, world);
        while ((name = va_arg(ap, const char *)))
                assert_true(sd_bus_message_append(m, "{sv}", name, "s", va_arg(ap, const char *)) >= 0);
        va_end(ap);
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_append(m, "as", 0) >= 0);
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
        unit_take_properties(world->unit, m);
}

/* It runs, and what happened until then is known. */
static void run(World *world) {
        start(world);
        changes(world, "ActiveState", "active", NULL);
        unit_take_job_result(world->unit, "done");
        turn(world);
        assert_happened("StartTransientUnit, once, running, said, said, room");
}

static void it_fails(World *world) {
        changes(world, "ActiveState", "failed", "Result", "exit-code", NULL);
}

/* ---- from its start to its removal ---- */

static void test_one_that_fails(void **state) {
        World *world = *state;

        run(world);
        it_fails(world);
        turn(world);
        assert_happened("CPUUsageNSec?, MemoryPeak?, ended for 11 and 22");
        unit_remove(world->unit);
        turn(world);
        assert_happened("ResetFailedUnit, gone, room");
}

static void test_one_that_succeeds_is_stopped_to_be_removed(void **state) {
        World *world = *state;

        says.knows_no_memory_peak = true;
        run(world);
        changes(world, "SubState", "exited", NULL);
        turn(world);
        assert_happened("CPUUsageNSec?, MemoryPeak?, ended for 11 and 0");
        assert_true(world->pid1.lacks_memory_peak); /* which is not asked for again */
        unit_remove(world->unit);
        turn(world);
        assert_happened("StopUnit");
        unit_take_job_result(world->unit, "done");
        assert_happened("gone, room");
}

static void test_one_that_ends_before_its_start_is_told(void **state) {
        World *world = *state;

        start(world);
        it_fails(world);
        unit_take_job_result(world->unit, "failed"); /* which does not disturb the questions */
        turn(world);
        assert_happened("StartTransientUnit, once, running, room, CPUUsageNSec?, MemoryPeak?, ended for 11 and 22");
        assert_int_equal(world->pid1.n_starts, 0);
}

static void test_who_stops_it_is_looked_for_when_it_was_not_us(void **state) {
        World *world = *state;

        says.system_state = "stopping";
        run(world);
        changes(world, "ActiveState", "inactive", NULL);
        turn(world);
        assert_happened("SystemState?, ended for 0 and 0");
        assert_false(pid1_may_start(&world->pid1));
}

static void test_pid1_is_asked_again_until_it_has_removed_it(void **state) {
        World *world = *state;

        run(world);
        it_fails(world);
        turn(world);
        assert_happened("CPUUsageNSec?, MemoryPeak?, ended for 11 and 22");
        says.reset = SD_BUS_ERROR_ACCESS_DENIED;
        says.active = "failed";
        unit_remove(world->unit);
        turn(world);
        assert_happened("ResetFailedUnit, state?");
        says.reset = NULL;
        while (world->unit)
                assert_true(sd_event_run(world->event, UINT64_MAX) >= 0);
        assert_happened("ResetFailedUnit, gone, room");
}

static void test_what_was_never_started_is_gone_at_once(void **state) {
        World *world = *state;

        unit_remove(world->unit);
        assert_happened("gone, room");
}

/* ---- starts that come to nothing ---- */

static void test_what_a_refusal_is(void **state) {
        static const struct {
                const char *error, *happens;
        } cases[] = {
                { "org.freedesktop.DBus.Error.InvalidArgs", "StartTransientUnit, refused" },
                { "org.freedesktop.systemd1.ShuttingDown", "StartTransientUnit, refused, again" },
                { "org.freedesktop.systemd1.ConcurrencyLimitReached", "StartTransientUnit, refused, again" },
                { SD_BUS_ERROR_LIMITS_EXCEEDED, "StartTransientUnit, refused, again" },
                /* it may be there: the answer is that it runs */
                { "org.freedesktop.systemd1.UnitExists", "StartTransientUnit, state?, once, running, said" },
                { SD_BUS_ERROR_NO_REPLY, "StartTransientUnit, state?, once, running, said" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                if (i > 0)
                        assert_int_equal(teardown(state) + setup(state), 0);
                says.start = cases[i].error;
                start(*state);
                assert_happened(cases[i].happens);
                assert_int_equal(((World *) *state)->pid1.n_starts, 0);
        }
}

static void test_a_start_that_does_not_come_to_be(void **state) {
        static const char *const results[] = { "frozen", "concurrency" };

        for (size_t i = 0; i < ELEMENTSOF(results); i++) {
                if (i > 0)
                        assert_int_equal(teardown(state) + setup(state), 0);
                start(*state);
                unit_take_job_result(((World *) *state)->unit, results[i]);
                turn(*state);
                assert_happened("StartTransientUnit, refused, again, room");
        }
}

static void test_files_that_cannot_be_written(void **state) {
        error_of_files = -ENOSPC;
        start(*state);
        assert_happened("refused, again");
}

static void test_one_that_was_forgotten_before_it_ran(void **state) {
        World *world = *state;

        start(world);
        says.active = "inactive";
        unit_take_job_result(world->unit, "done"); /* and nothing was heard of it */
        turn(world);
        assert_happened("StartTransientUnit, room, state?, vanished");
}

/* ---- stops ---- */

static void test_a_stop_waits_for_the_start(void **state) {
        World *world = *state;

        start(world);
        unit_stop(world->unit);
        unit_stop(world->unit);
        turn(world);
        assert_happened("StartTransientUnit");
        changes(world, "ActiveState", "active", NULL);
        assert_happened("once, running, said");
        unit_take_job_result(world->unit, "done");
        turn(world);
        assert_happened("said, room, StopUnit");
}

static void test_what_is_being_stopped_is_asked_for_its_last_words(void **state) {
        World *world = *state;

        run(world);
        unit_stop(world->unit);
        turn(world);
        assert_happened("StopUnit");
        changes(world, "ActiveState", "deactivating", NULL);
        while (!strstr(happenings, "ask")) /* 22 µs are soon over */
                assert_true(sd_event_run(world->event, UINT64_MAX) >= 0);
        assert_happened("said, TimeoutStopUSec?, ask main of " UNIT_NAME " for last words");
}

static void test_what_has_ended_is_not_stopped(void **state) {
        World *world = *state;

        run(world);
        it_fails(world);
        unit_stop(world->unit);
        turn(world);
        assert_happened("CPUUsageNSec?, MemoryPeak?, ended for 11 and 22");
}

static void test_what_is_frozen_is_thawed_to_be_stopped(void **state) {
        World *world = *state;

        run(world);
        unit_stop(world->unit);
        turn(world);
        unit_take_job_result(world->unit, "frozen");
        turn(world);
        assert_happened("StopUnit, room, ThawUnit, StopUnit");
        unit_take_job_result(world->unit, "frozen"); /* with its slice */
        turn(world);
        assert_happened("room, kill all of " UNIT_NAME " with 9");
}

static void test_what_cannot_be_thawed_is_killed(void **state) {
        World *world = *state;

        says.thaw = SD_BUS_ERROR_FAILED;
        run(world);
        unit_stop(world->unit);
        turn(world);
        unit_take_job_result(world->unit, "frozen");
        turn(world);
        assert_happened("StopUnit, room, ThawUnit, kill all of " UNIT_NAME " with 9");
}

static void test_so_many_stops_at_a_time(void **state) {
        enum { N = PID1_STOPS_MAX + 10 };
        World *world = *state;
        Unit *units[N];
        char name[32];

        says.is_silent = true;
        for (unsigned i = 0; i < N; i++) {
                snprintf(name, sizeof(name), "jobsd-%u.service", 100 + i);
                assert_int_equal(unit_new(&world->pid1, name, world, &units[i]), 0);
                unit_adopt(units[i], true);
                unit_remove(units[i]);
        }
        assert_int_equal(world->pid1.removals.n, PID1_STOPS_MAX);
        assert_int_equal(world->pid1.calls.n, PID1_CALLS_MAX);
        for (unsigned i = 0; i < N; i++)
                unit_free(units[i]);
        assert_int_equal(world->pid1.removals.n, 0);
}

/* ---- of another jobsd ---- */

static void on_looked_up(void *userdata) {
        happened("done");
}

static void test_one_that_is_found(void **state) {
        static const struct {
                bool was_seen;
                const char *active, *happens;
        } cases[] = {
                { true, "active", "state?, found, said, done" },
                { false, "active", "state?, found, once, running, said, done" },
                { true, "failed", "state?, found, done, CPUUsageNSec?, MemoryPeak?, ended for 11 and 22" },
                { false, "inactive", "state?, found, vanished, done" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                World *world;

                if (i > 0)
                        assert_int_equal(teardown(state) + setup(state), 0);
                world = *state;
                says.active = cases[i].active;
                unit_adopt(world->unit, cases[i].was_seen);
                assert_true(unit_look_up(world->unit, on_looked_up, NULL) >= 0);
                it_fails(world); /* older than the answer */
                turn(world);
                assert_happened(cases[i].happens);
        }
}

static void test_one_whose_job_was_cancelled_before(void **state) {
        World *world = *state;

        unit_adopt(world->unit, true);
        unit_stop(world->unit);
        assert_true(unit_look_up(world->unit, on_looked_up, NULL) >= 0);
        turn(world);
        assert_happened("state?, found, said, done, StopUnit");
}

static void test_no_two_of_a_name(void **state) {
        World *world = *state;
        Unit *unit;

        assert_int_equal(unit_new(&world->pid1, UNIT_NAME, world, &unit), -EEXIST);
        assert_ptr_equal(unit_find(&world->pid1, UNIT_NAME), world->unit);
        assert_null(unit_find(&world->pid1, "jobsd-8.service"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_one_that_fails),
                TEST(test_one_that_succeeds_is_stopped_to_be_removed),
                TEST(test_one_that_ends_before_its_start_is_told),
                TEST(test_who_stops_it_is_looked_for_when_it_was_not_us),
                TEST(test_pid1_is_asked_again_until_it_has_removed_it),
                TEST(test_what_was_never_started_is_gone_at_once),
                TEST(test_what_a_refusal_is),
                TEST(test_a_start_that_does_not_come_to_be),
                TEST(test_files_that_cannot_be_written),
                TEST(test_one_that_was_forgotten_before_it_ran),
                TEST(test_a_stop_waits_for_the_start),
                TEST(test_what_is_being_stopped_is_asked_for_its_last_words),
                TEST(test_what_has_ended_is_not_stopped),
                TEST(test_what_is_frozen_is_thawed_to_be_stopped),
                TEST(test_what_cannot_be_thawed_is_killed),
                TEST(test_so_many_stops_at_a_time),
                TEST(test_one_that_is_found),
                TEST(test_one_whose_job_was_cancelled_before),
                TEST(test_no_two_of_a_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
