/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include "unit-result.h"
#include "unit-state.h"

void unit_state_done(UnitState *state) {
        free(state->status_text);
        state->status_text = NULL;
}

static UnitActive active_from_string(const char *s) {
        static const struct {
                const char *name;
                UnitActive active;
        } table[] = {
                { "inactive", UNIT_INACTIVE },
                { "failed", UNIT_FAILED },
                { "activating", UNIT_ACTIVATING },
                { "deactivating", UNIT_DEACTIVATING },
                { "active", UNIT_ACTIVE },
                { "reloading", UNIT_ACTIVE },
                { "refreshing", UNIT_ACTIVE },
                { "maintenance", UNIT_INACTIVE },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].name, s) == 0)
                        return table[i].active;
        return UNIT_ACTIVE_UNKNOWN;
}

static int read_string(sd_bus_message *m, const char **ret) {
        return sd_bus_message_read(m, "v", "s", ret);
}

static int read_text(UnitState *state, const char *key, sd_bus_message *m) {
        const char *s;
        int r = read_string(m, &s);

        if (r < 0)
                return r;
        if (strcmp(key, "ActiveState") == 0)
                state->active = active_from_string(s);
        else if (strcmp(key, "SubState") == 0)
                state->exited = strcmp(s, "exited") == 0;
        else if (strcmp(key, "LoadState") == 0)
                state->not_found = strcmp(s, "not-found") == 0;
        else if (strcmp(key, "Result") == 0)
                state->result = unit_result_from_string(s);
        else {
                char *copy = strdup(s);

                if (!copy)
                        return -ENOMEM;
                free(state->status_text);
                state->status_text = copy;
        }
        return 0;
}

static int read_invocation_id(UnitState *state, sd_bus_message *m) {
        const void *bytes;
        size_t n;
        int r;

        r = sd_bus_message_enter_container(m, 'v', "ay");
        if (r < 0)
                return r;
        r = sd_bus_message_read_array(m, 'y', &bytes, &n);
        if (r < 0)
                return r;
        if (n == sizeof(state->invocation_id.bytes))
                memcpy(state->invocation_id.bytes, bytes, n);
        return sd_bus_message_exit_container(m);
}

/* The first one is its start, which is told before it is done. */
static int read_job(UnitState *state, sd_bus_message *m) {
        const char *path;
        uint32_t id;
        int r = sd_bus_message_read(m, "v", "(uo)", &id, &path);

        if (r < 0)
                return r;
        state->has_job = id != 0;
        if (id != 0 && state->start_job_id != 0 && id != state->start_job_id)
                state->undisturbed = false;
        if (state->start_job_id == 0)
                state->start_job_id = id;
        return 0;
}

typedef struct Property {
        const char *name;
        char type; /* t, i, s; a: InvocationID, j: Job */
        size_t offset;
} Property;

static const Property properties[] = {
        { "ActiveState", 's', 0 },
        { "SubState", 's', 0 },
        { "LoadState", 's', 0 },
        { "Result", 's', 0 },
        { "StatusText", 's', 0 },
        { "InvocationID", 'a', 0 },
        { "Job", 'j', 0 },
        { "ExecMainCode", 'i', offsetof(UnitState, main_code) },
        { "ExecMainStatus", 'i', offsetof(UnitState, main_status) },
        { "ExecMainStartTimestamp", 't', offsetof(UnitState, main_start_usec) },
        { "ExecMainExitTimestamp", 't', offsetof(UnitState, main_exit_usec) },
        { "ExecMainExitTimestampMonotonic", 't', offsetof(UnitState, main_exit_monotonic_usec) },
        { "ActiveEnterTimestampMonotonic", 't', offsetof(UnitState, active_enter_monotonic_usec) },
        { "ActiveExitTimestampMonotonic", 't', offsetof(UnitState, active_exit_monotonic_usec) },
        { "CPUUsageNSec", 't', offsetof(UnitState, cpu_usage_nsec) },
        { "MemoryPeak", 't', offsetof(UnitState, memory_peak) },
};

static int read_property(UnitState *state, const Property *property, sd_bus_message *m) {
        uint64_t *number = (uint64_t *) (void *) ((char *) state + property->offset);
        int r;

        switch (property->type) {
        case 's':
                return read_text(state, property->name, m);
        case 'a':
                return read_invocation_id(state, m);
        case 'j':
                return read_job(state, m);
        case 'i':
                return sd_bus_message_read(m, "v", "i", (int *) (void *) number);
        default:
                r = sd_bus_message_read(m, "v", "t", number);
                if (r >= 0 && *number == UINT64_MAX) /* PID 1's "unknown" */
                        *number = 0;
                return r;
        }
}

int unit_state_read(UnitState *state, sd_bus_message *m) {
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                const Property *found = NULL;
                const char *key;

                r = sd_bus_message_read(m, "s", &key);
                if (r < 0)
                        return r;
                for (size_t i = 0; !found && i < ELEMENTSOF(properties); i++)
                        if (strcmp(properties[i].name, key) == 0)
                                found = &properties[i];
                r = found ? read_property(state, found, m) : sd_bus_message_skip(m, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

bool unit_state_is_ended(const UnitState *state, bool start_in_flight) {
        switch (state->active) {
        case UNIT_FAILED:
                return true;
        case UNIT_ACTIVE:
                return state->exited;
        case UNIT_INACTIVE:
                return !start_in_flight;
        default:
                return false;
        }
}

/* With RemainAfterExit= a process that ends by itself leaves the unit active; so one whose unit
 * left that state before the process was gone has been told to end: by "systemctl stop", by a
 * limit, or by PID 1 going down. */
bool unit_state_was_stopped(const UnitState *state) {
        if (state->active == UNIT_INACTIVE)
                return true;
        return state->active_exit_monotonic_usec > 0 &&
                        (state->main_exit_monotonic_usec == 0 ||
                                        state->active_exit_monotonic_usec < state->main_exit_monotonic_usec);
}

static JobResult outcome_of_stop(const UnitState *state, uint64_t timeout_usec) {
        uint64_t active_usec = state->active_exit_monotonic_usec - state->active_enter_monotonic_usec;

        switch (state->result) {
        case JOB_RESULT_OOM_KILL:
        case JOB_RESULT_WATCHDOG:
                return state->result;
        case JOB_RESULT_TIMEOUT:
                /* a stop that had to kill it is a "timeout" as well, of TimeoutStopSec= */
                return timeout_usec > 0 && active_usec >= timeout_usec ? JOB_RESULT_TIMEOUT
                                                                       : JOB_RESULT_CANCELLED;
        default:
                return JOB_RESULT_CANCELLED;
        }
}

/* See signal(7). */
static bool signal_dumps_core(int number) {
        switch (number) {
        case SIGQUIT:
        case SIGILL:
        case SIGTRAP:
        case SIGABRT:
        case SIGBUS:
        case SIGFPE:
        case SIGSEGV:
        case SIGXCPU:
        case SIGXFSZ:
        case SIGSYS:
                return true;
        default:
                return false;
        }
}

bool unit_state_is_ambiguous(const UnitState *state) {
        if (state->active != UNIT_FAILED)
                return false;
        if (state->main_code == CLD_KILLED)
                return state->result == JOB_RESULT_SIGNAL && signal_dumps_core(state->main_status);
        return state->main_code == CLD_EXITED && state->main_status >= 200 && state->main_status <= 245;
}

JobResult unit_state_outcome(const UnitState *state, uint64_t timeout_usec, int *ret_exit_status) {
        *ret_exit_status = state->main_status;

        if (unit_state_was_stopped(state))
                return outcome_of_stop(state, timeout_usec);
        if (state->result != JOB_RESULT_SUCCESS && state->result != JOB_RESULT_NONE)
                return state->result;
        /* to PID 1 SIGTERM, SIGINT, SIGHUP and SIGPIPE are a clean end of a service; for a job nobody
         * stopped they are not */
        switch (state->main_code) {
        case CLD_KILLED:
                return JOB_RESULT_SIGNAL;
        case CLD_DUMPED:
                return JOB_RESULT_CORE_DUMP;
        default:
                return JOB_RESULT_SUCCESS;
        }
}
