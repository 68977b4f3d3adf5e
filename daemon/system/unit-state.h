/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What PID 1 says of a job's unit, collected from PropertiesChanged signals and GetAll() replies,
 * and the rules that make a job's result of it. Pure: nothing here calls anybody. */

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-bus.h>

#include "job.h"

typedef enum UnitActive {
        UNIT_ACTIVE_UNKNOWN,
        UNIT_INACTIVE,
        UNIT_ACTIVATING,
        UNIT_ACTIVE,
        UNIT_DEACTIVATING,
        UNIT_FAILED,
} UnitActive;

/* Names as in org.freedesktop.systemd1(5); times in µs, 0: never. */
typedef struct UnitState {
        UnitActive active;
        bool not_found;             /* LoadState=not-found: the unit is gone */
        bool has_job;               /* PID 1 is about to start or stop it */
        bool exited;                /* SubState=exited */
        uint32_t start_job_id;      /* PID 1's; 0: not seen */
        bool undisturbed;           /* no other job of PID 1's than its start, see unit_remove() */
        JobResult result;           /* Result=, success while nothing else is said */
        int main_code, main_status; /* ExecMainCode= (CLD_…), ExecMainStatus= */
        uint64_t main_start_usec, main_exit_usec;
        uint64_t main_exit_monotonic_usec;
        uint64_t active_enter_monotonic_usec, active_exit_monotonic_usec;
        char *status_text;
        sd_id128_t invocation_id;
        uint64_t cpu_usage_nsec, memory_peak; /* 0: unknown */
} UnitState;

void unit_state_done(UnitState *state);

/* Takes over the properties of an a{sv}; what it does not know it skips. */
int unit_state_read(UnitState *state, sd_bus_message *message);

/* Whether it was told to end, by whomever. */
bool unit_state_was_stopped(const UnitState *state);

/* Whether the job is over, as far as the unit tells. With a start in flight an inactive unit is
 * one that has not begun. */
bool unit_state_is_ended(const UnitState *state, bool start_in_flight);

/* The unit alone cannot tell whether its program could not be started, or ended with one of PID 1's own exit
 * statuses (systemd.exec(5), "Process Exit Codes"); nor whether a signal left a core dump, which only its
 * parent sees, jobsd-run: then the journal has to be asked. */
bool unit_state_is_ambiguous(const UnitState *state);

/* How it ended. The exit status is the signal's number for signal and core-dump. */
JobResult unit_state_outcome(const UnitState *state, uint64_t timeout_usec, int *ret_exit_status);
