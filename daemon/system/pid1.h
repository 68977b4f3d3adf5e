/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* PID 1, as far as it is the same for all units: what may be asked of it at a time, and what it is about. */

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "turnstile.h"

/* PID 1 adds a match rule to its own connection for each job of its own that is pending, and is
 * thrown off the bus at dbus-daemon's limit of 512. */
#define PID1_STARTS_MAX 32U
/* Of each kind: stops that somebody asked for, which may take as long as TimeoutStopSec=, and those
 * of units whose job has ended. */
#define PID1_STOPS_MAX 128U
/* dbus-daemon allows a connection 128 calls that are not answered, and answers more with an error; half
 * of them are for PID 1, see AUTHORITY_CHECKS_MAX for the others. */
#define PID1_CALLS_MAX 64U

/* PID 1 answers late when it is busy, and never twice; an end of the connection is told at once */
#define PID1_TIMEOUT_USEC (120 * USEC_PER_SEC)

#define PID1_SERVICE "org.freedesktop.systemd1"
#define PID1_MANAGER PID1_SERVICE, "/org/freedesktop/systemd1", PID1_SERVICE ".Manager"
#define PID1_UNIT_PREFIX "/org/freedesktop/systemd1/unit"
#define DBUS_PROPERTIES "org.freedesktop.DBus.Properties"

typedef struct UnitEvents UnitEvents;

typedef struct Pid1 {
        sd_event *event;
        sd_bus *bus; /* from unit_watch_start() on */
        const UnitEvents *events;
        void *userdata;
        void *units;       /* a tree of search.h(3), by name */
        unsigned n_starts; /* that are about to be asked for, or asked for and not done */
        Turnstile calls, stops, removals;
        bool is_stopping;       /* the machine is going down: what stops was interrupted, and nothing can be started */
        bool lacks_memory_peak; /* systemd older than 256 */
        /* When the machine's user space began, on the wall clock: at its boot, or anew with "systemctl soft-reboot",
         * which ends all jobs and leaves the boot's id. */
        uint64_t userspace_usec;
} Pid1;

/* events and userdata: what is told of units, see unit.h. */
void pid1_init(Pid1 *pid1, sd_event *event, const UnitEvents *events, void *userdata);

bool pid1_may_start(const Pid1 *pid1);

/* A call of a method of PID 1's Manager, and one for a property of that, or of a unit of a service. */
int pid1_new_call(Pid1 *pid1, const char *method, sd_bus_message **ret);
int pid1_new_get(Pid1 *pid1, const char *property, sd_bus_message **ret);
int pid1_new_get_of_unit(Pid1 *pid1, const char *unit, const char *property, sd_bus_message **ret);
/* The answer to such a call: a number, which is left as it is where PID 1 has none. */
int pid1_read_number(sd_bus_message *reply, uint64_t *ret);

/* Stops a unit, and forgets how it ended: whatever the answer is. */
void pid1_remove_unit(Pid1 *pid1, const char *unit);
