/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "message-fixture.h"
#include "unit-result.h"
#include "unit-state.h"

/* ---- reading ---- */

static sd_bus_message *properties_new(void) {
        sd_bus_message *m = message_new();

        assert_true(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
        return m;
}

static void properties_read(sd_bus_message *m, UnitState *state) {
        assert_true(sd_bus_message_close_container(m) >= 0);
        message_seal(m);
        assert_true(unit_state_read(state, m) >= 0);
        assert_true(sd_bus_message_at_end(m, true) > 0);
        sd_bus_message_unref(m);
}

#define APPEND(m, name, ...) assert_true(sd_bus_message_append((m), "{sv}", (name), __VA_ARGS__) >= 0)

static void append_invocation_id(sd_bus_message *m, const sd_id128_t *id, size_t size) {
        assert_true(sd_bus_message_open_container(m, 'e', "sv") >= 0);
        assert_true(sd_bus_message_append(m, "s", "InvocationID") >= 0);
        assert_true(sd_bus_message_open_container(m, 'v', "ay") >= 0);
        assert_true(sd_bus_message_append_array(m, 'y', id->bytes, size) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
}

static void test_all_properties(void **state) {
        const sd_id128_t id = SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
        sd_bus_message *m = properties_new();
        UnitState unit = {};

        APPEND(m, "ActiveState", "s", "active");
        APPEND(m, "SubState", "s", "exited");
        APPEND(m, "LoadState", "s", "loaded");
        APPEND(m, "Result", "s", "exit-code");
        APPEND(m, "StatusText", "s", "50% ✓");
        append_invocation_id(m, &id, sizeof(id));
        APPEND(m, "Job", "(uo)", 7, "/org/freedesktop/systemd1/job/7");
        APPEND(m, "ExecMainCode", "i", CLD_EXITED);
        APPEND(m, "ExecMainStatus", "i", 3);
        APPEND(m, "ExecMainStartTimestamp", "t", UINT64_C(11));
        APPEND(m, "ExecMainExitTimestamp", "t", UINT64_C(12));
        APPEND(m, "ExecMainExitTimestampMonotonic", "t", UINT64_C(13));
        APPEND(m, "ActiveEnterTimestampMonotonic", "t", UINT64_C(14));
        APPEND(m, "ActiveExitTimestampMonotonic", "t", UINT64_C(15));
        APPEND(m, "CPUUsageNSec", "t", UINT64_C(16));
        APPEND(m, "MemoryPeak", "t", UINT64_C(17));
        properties_read(m, &unit);

        assert_int_equal(unit.active, UNIT_ACTIVE);
        assert_true(unit.exited && unit.has_job && !unit.not_found);
        assert_int_equal(unit.result, JOB_RESULT_EXIT_CODE);
        assert_string_equal(unit.status_text, "50% ✓");
        assert_true(sd_id128_equal(unit.invocation_id, id));
        assert_int_equal(unit.main_code, CLD_EXITED);
        assert_int_equal(unit.main_status, 3);
        assert_int_equal(unit.main_start_usec, 11);
        assert_int_equal(unit.main_exit_usec, 12);
        assert_int_equal(unit.main_exit_monotonic_usec, 13);
        assert_int_equal(unit.active_enter_monotonic_usec, 14);
        assert_int_equal(unit.active_exit_monotonic_usec, 15);
        assert_int_equal(unit.cpu_usage_nsec, 16);
        assert_int_equal(unit.memory_peak, 17);
        unit_state_done(&unit);
}

/* PropertiesChanged tells what changed: the rest stays. */
static void test_later_properties_add_to_the_earlier(void **state) {
        sd_bus_message *m = properties_new();
        UnitState unit = {};

        APPEND(m, "ActiveState", "s", "activating");
        APPEND(m, "StatusText", "s", "first");
        APPEND(m, "Job", "(uo)", 7, "/org/freedesktop/systemd1/job/7");
        properties_read(m, &unit);
        m = properties_new();
        APPEND(m, "StatusText", "s", "second");
        APPEND(m, "Job", "(uo)", 0, "/");
        properties_read(m, &unit);

        assert_int_equal(unit.active, UNIT_ACTIVATING);
        assert_string_equal(unit.status_text, "second");
        assert_false(unit.has_job);
        unit_state_done(&unit);
}

/* A newer systemd has properties that this version does not know. */
static void test_unknown_properties_are_skipped(void **state) {
        sd_bus_message *m = properties_new();
        UnitState unit = {};

        APPEND(m, "Names", "as", 2, "a", "b");
        APPEND(m, "ExecStart", "a(sasbttttuii)", 0);
        APPEND(m, "ActiveState", "s", "failed");
        APPEND(m, "Future", "a{sv}", 1, "x", "t", UINT64_C(1));
        properties_read(m, &unit);
        assert_int_equal(unit.active, UNIT_FAILED);
        unit_state_done(&unit);
}

static void test_unknown_numbers(void **state) {
        sd_bus_message *m = properties_new();
        UnitState unit = {};

        APPEND(m, "CPUUsageNSec", "t", UINT64_MAX);
        APPEND(m, "MemoryPeak", "t", UINT64_MAX);
        properties_read(m, &unit);
        assert_int_equal(unit.cpu_usage_nsec, 0);
        assert_int_equal(unit.memory_peak, 0);
        unit_state_done(&unit);
}

static void test_an_invocation_id_that_is_none(void **state) {
        const sd_id128_t id = SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
        sd_bus_message *m = properties_new();
        UnitState unit = {};

        append_invocation_id(m, &id, 0); /* before the start */
        append_invocation_id(m, &id, 8);
        properties_read(m, &unit);
        assert_true(sd_id128_is_null(unit.invocation_id));
        unit_state_done(&unit);
}

static void test_a_property_of_another_type(void **state) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = properties_new();
        UnitState unit = {};

        APPEND(m, "ActiveState", "t", UINT64_C(1));
        assert_true(sd_bus_message_close_container(m) >= 0);
        message_seal(m);
        assert_true(unit_state_read(&unit, m) < 0);
        unit_state_done(&unit);
}

static void test_active_states(void **state) {
        static const struct {
                const char *name;
                UnitActive active;
        } samples[] = {
                { "inactive", UNIT_INACTIVE },
                { "activating", UNIT_ACTIVATING },
                { "active", UNIT_ACTIVE },
                { "reloading", UNIT_ACTIVE },
                { "refreshing", UNIT_ACTIVE },
                { "deactivating", UNIT_DEACTIVATING },
                { "failed", UNIT_FAILED },
                { "maintenance", UNIT_INACTIVE },
                { "levitating", UNIT_ACTIVE_UNKNOWN },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                sd_bus_message *m = properties_new();
                UnitState unit = {};

                APPEND(m, "ActiveState", "s", samples[i].name);
                APPEND(m, "LoadState", "s", "not-found");
                properties_read(m, &unit);
                assert_int_equal(unit.active, samples[i].active);
                assert_true(unit.not_found);
                unit_state_done(&unit);
        }
}

static void test_result_names(void **state) {
        static const char *const names[] = { "success", "exit-code", "signal", "core-dump", "timeout",
                "oom-kill", "watchdog", "resources" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                assert_string_equal(job_result_to_string(unit_result_from_string(names[i])), names[i]);
        /* it never ran */
        assert_int_equal(unit_result_from_string("protocol"), JOB_RESULT_START_FAILED);
        assert_int_equal(unit_result_from_string("start-limit-hit"), JOB_RESULT_START_FAILED);
        assert_int_equal(unit_result_from_string("exec-condition"), JOB_RESULT_START_FAILED);
        assert_int_equal(unit_result_from_string(""), JOB_RESULT_START_FAILED);
}

/* ---- whether it is over ---- */

static void test_is_ended(void **state) {
        static const struct {
                UnitState unit;
                bool with_start, without_start;
        } samples[] = {
                { { .active = UNIT_ACTIVE_UNKNOWN }, false, false },
                { { .active = UNIT_INACTIVE }, false, true }, /* has not begun, or is gone */
                { { .active = UNIT_ACTIVATING }, false, false },
                { { .active = UNIT_ACTIVE }, false, false },
                { { .active = UNIT_ACTIVE, .exited = true }, true, true },
                { { .active = UNIT_DEACTIVATING }, false, false },
                { { .active = UNIT_DEACTIVATING, .main_code = CLD_KILLED }, false, false },
                { { .active = UNIT_FAILED }, true, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                assert_int_equal(unit_state_is_ended(&samples[i].unit, true), samples[i].with_start);
                assert_int_equal(unit_state_is_ended(&samples[i].unit, false), samples[i].without_start);
        }
}

/* ---- how it ended ---- */

#define LIMIT_USEC (60 * USEC_PER_SEC)
#define BEGIN_USEC UINT64_C(1000000000)

/* It ended by itself: PID 1 noticed the end of the process first, and then left the unit as it is. */
static UnitState ended_by_itself(JobResult result, int code, int status) {
        return (UnitState){
                .active = result == JOB_RESULT_SUCCESS ? UNIT_ACTIVE : UNIT_FAILED,
                .exited = result == JOB_RESULT_SUCCESS,
                .result = result,
                .main_code = code,
                .main_status = status,
                .active_enter_monotonic_usec = BEGIN_USEC,
                .main_exit_monotonic_usec = BEGIN_USEC + LIMIT_USEC / 2,
                .active_exit_monotonic_usec =
                                result == JOB_RESULT_SUCCESS ? 0 : BEGIN_USEC + LIMIT_USEC / 2 + 1,
        };
}

/* PID 1 was told to stop it: the unit left its active state, and then the process ended. */
static UnitState stopped_after(uint64_t usec, JobResult result, int code, int status) {
        return (UnitState){
                .active = result == JOB_RESULT_SUCCESS ? UNIT_INACTIVE : UNIT_FAILED,
                .result = result,
                .main_code = code,
                .main_status = status,
                .active_enter_monotonic_usec = BEGIN_USEC,
                .active_exit_monotonic_usec = BEGIN_USEC + usec,
                .main_exit_monotonic_usec = BEGIN_USEC + usec + 10,
        };
}

static void check_outcome(UnitState unit, JobResult result, int exit_status) {
        int status = -1;

        assert_string_equal(job_result_to_string(unit_state_outcome(&unit, LIMIT_USEC, &status)),
                        job_result_to_string(result));
        assert_int_equal(status, exit_status);
}

static void test_ends_of_its_own(void **state) {
        check_outcome(ended_by_itself(JOB_RESULT_SUCCESS, CLD_EXITED, 0), JOB_RESULT_SUCCESS, 0);
        check_outcome(ended_by_itself(JOB_RESULT_EXIT_CODE, CLD_EXITED, 1), JOB_RESULT_EXIT_CODE, 1);
        check_outcome(ended_by_itself(JOB_RESULT_EXIT_CODE, CLD_EXITED, 255), JOB_RESULT_EXIT_CODE, 255);
        check_outcome(ended_by_itself(JOB_RESULT_SIGNAL, CLD_KILLED, SIGKILL), JOB_RESULT_SIGNAL, SIGKILL);
        check_outcome(ended_by_itself(JOB_RESULT_CORE_DUMP, CLD_DUMPED, SIGSEGV), JOB_RESULT_CORE_DUMP,
                        SIGSEGV);
        check_outcome(ended_by_itself(JOB_RESULT_OOM_KILL, CLD_KILLED, SIGKILL), JOB_RESULT_OOM_KILL,
                        SIGKILL);
        check_outcome(ended_by_itself(JOB_RESULT_RESOURCES, 0, 0), JOB_RESULT_RESOURCES, 0);
        check_outcome(ended_by_itself(JOB_RESULT_START_FAILED, 0, 0), JOB_RESULT_START_FAILED, 0);
}

/* To PID 1 these are clean ends of a service: the unit says success. */
static void test_clean_signals_that_nobody_sent_for_a_stop(void **state) {
        static const int clean[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };

        for (size_t i = 0; i < ELEMENTSOF(clean); i++)
                check_outcome(ended_by_itself(JOB_RESULT_SUCCESS, CLD_KILLED, clean[i]), JOB_RESULT_SIGNAL,
                                clean[i]);
        check_outcome(ended_by_itself(JOB_RESULT_SUCCESS, CLD_DUMPED, SIGTERM), JOB_RESULT_CORE_DUMP,
                        SIGTERM);
}

static void test_stopped_by_hand(void **state) {
        check_outcome(stopped_after(5, JOB_RESULT_SUCCESS, CLD_KILLED, SIGTERM), JOB_RESULT_CANCELLED,
                        SIGTERM);
        check_outcome(stopped_after(5, JOB_RESULT_SUCCESS, CLD_EXITED, 0), JOB_RESULT_CANCELLED, 0);
        check_outcome(stopped_after(5, JOB_RESULT_EXIT_CODE, CLD_EXITED, 143), JOB_RESULT_CANCELLED, 143);
        check_outcome(stopped_after(5, JOB_RESULT_SIGNAL, CLD_KILLED, SIGKILL), JOB_RESULT_CANCELLED,
                        SIGKILL);
        check_outcome(stopped_after(5, JOB_RESULT_CORE_DUMP, CLD_DUMPED, SIGQUIT), JOB_RESULT_CANCELLED,
                        SIGQUIT);
}

/* A process that does not end when it is told to is killed after TimeoutStopSec=, which is a "timeout",
 * too: it is the job's own only if it ran for as long as it was allowed to. */
static void test_the_time_limit_and_the_stop_time_out(void **state) {
        check_outcome(stopped_after(LIMIT_USEC, JOB_RESULT_TIMEOUT, CLD_KILLED, SIGTERM), JOB_RESULT_TIMEOUT,
                        SIGTERM);
        check_outcome(stopped_after(LIMIT_USEC + 5, JOB_RESULT_TIMEOUT, CLD_KILLED, SIGKILL),
                        JOB_RESULT_TIMEOUT, SIGKILL);
        check_outcome(stopped_after(LIMIT_USEC - 1, JOB_RESULT_TIMEOUT, CLD_KILLED, SIGKILL),
                        JOB_RESULT_CANCELLED, SIGKILL);
}

static void test_a_stop_time_out_without_a_time_limit(void **state) {
        UnitState unit = stopped_after(LIMIT_USEC * 100, JOB_RESULT_TIMEOUT, CLD_KILLED, SIGKILL);
        int status;

        assert_int_equal(unit_state_outcome(&unit, 0, &status), JOB_RESULT_CANCELLED);
}

/* PID 1 itself stops what went over a limit of memory, or does not answer its watchdog. */
static void test_stops_that_tell_why(void **state) {
        check_outcome(stopped_after(5, JOB_RESULT_OOM_KILL, CLD_KILLED, SIGKILL), JOB_RESULT_OOM_KILL,
                        SIGKILL);
        check_outcome(stopped_after(5, JOB_RESULT_WATCHDOG, CLD_DUMPED, SIGABRT), JOB_RESULT_WATCHDOG,
                        SIGABRT);
}

/* The process was still there when the unit failed: nobody saw its end. */
static void test_a_stop_whose_process_was_not_seen_to_end(void **state) {
        UnitState unit = stopped_after(5, JOB_RESULT_TIMEOUT, 0, 0);

        unit.main_exit_monotonic_usec = 0;
        check_outcome(unit, JOB_RESULT_CANCELLED, 0);
}

/* A transient unit that is inactive is gone, and with it what it knew. */
static void test_a_unit_that_is_gone(void **state) {
        check_outcome((UnitState){ .active = UNIT_INACTIVE, .not_found = true }, JOB_RESULT_CANCELLED, 0);
}

/* systemd.exec(5), "Process Exit Codes", and signal(7) */
static void test_what_the_unit_alone_does_not_tell(void **state) {
        static const struct {
                int status;
                bool is_ambiguous;
        } samples[] = { { 0, false }, { 1, false }, { 199, false }, { 200, true }, { 203, true },
                { 217, true }, { 245, true }, { 246, false }, { 255, false } };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                UnitState exited = ended_by_itself(JOB_RESULT_EXIT_CODE, CLD_EXITED, samples[i].status);

                assert_int_equal(unit_state_is_ambiguous(&exited), samples[i].is_ambiguous);
        }
        for (int number = 1; number < 65; number++) {
                UnitState killed = ended_by_itself(JOB_RESULT_SIGNAL, CLD_KILLED, number);
                bool dumps = number == SIGQUIT || number == SIGILL || number == SIGTRAP ||
                                number == SIGABRT || number == SIGBUS || number == SIGFPE ||
                                number == SIGSEGV || number == SIGXCPU || number == SIGXFSZ ||
                                number == SIGSYS;

                assert_int_equal(unit_state_is_ambiguous(&killed), dumps);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_all_properties),
                cmocka_unit_test(test_later_properties_add_to_the_earlier),
                cmocka_unit_test(test_unknown_properties_are_skipped),
                cmocka_unit_test(test_unknown_numbers),
                cmocka_unit_test(test_an_invocation_id_that_is_none),
                cmocka_unit_test(test_a_property_of_another_type),
                cmocka_unit_test(test_active_states),
                cmocka_unit_test(test_result_names),
                cmocka_unit_test(test_is_ended),
                cmocka_unit_test(test_ends_of_its_own),
                cmocka_unit_test(test_clean_signals_that_nobody_sent_for_a_stop),
                cmocka_unit_test(test_stopped_by_hand),
                cmocka_unit_test(test_the_time_limit_and_the_stop_time_out),
                cmocka_unit_test(test_a_stop_time_out_without_a_time_limit),
                cmocka_unit_test(test_stops_that_tell_why),
                cmocka_unit_test(test_a_stop_whose_process_was_not_seen_to_end),
                cmocka_unit_test(test_a_unit_that_is_gone),
                cmocka_unit_test(test_what_the_unit_alone_does_not_tell),
        };

        return cmocka_run_group_tests(tests, bus_setup, bus_teardown);
}
