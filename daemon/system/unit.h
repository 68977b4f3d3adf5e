/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's unit: it is asked for, started, stopped and removed, and tells what becomes of it. */

#include "config-file.h"
#include "pid1.h"
#include "unit-state.h"

typedef struct Unit Unit;

/* What is told, to the unit's userdata: from the event loop, or from within a call that says so. Only who hears one of
 * the last four may free the unit meanwhile. */
struct UnitEvents {
        void (*found)(void *userdata);   /* one that was adopted is there */
        void (*running)(void *userdata); /* it has been started; its times are known */
        void (*said)(void *userdata);    /* something may have changed that people see */
        /* It has ended, and what it has cost is known as far as PID 1 knows it. It stays until unit_remove(). */
        void (*ended)(void *userdata);
        void (*vanished)(void *userdata); /* it is gone, and nobody has seen that it ran */
        /* It could not be started. Again: it may be possible later. */
        void (*refused)(const char *why, bool again, void *userdata);
        void (*gone)(void *userdata); /* unit_remove() is done */

        /* These go to the userdata of Pid1. */
        void (*stray)(uint64_t id, const char *unit, void *userdata); /* a job's unit that is nobody's */
        void (*room)(void *userdata);                                 /* another one may be started or removed */
};

/* -EEXIST: there is one of that name. */
int unit_new(Pid1 *pid1, const char *name, void *userdata, Unit **ret);
/* Forgets it; PID 1 keeps it. */
Unit *unit_free(Unit *unit);
Unit *unit_find(const Pid1 *pid1, const char *name);
/* Calls for each; the callback must not free any. */
void unit_foreach(const Pid1 *pid1, void (*callback)(Unit *unit, void *userdata), void *userdata);

/* What PID 1 has said of it until now. */
const UnitState *unit_state(const Unit *unit);

/* ---- what is wanted of it ---- */

/* A start is about to come: it counts as one, see pid1_may_start(). */
void unit_reserve_start(Unit *unit);
/* Starts it. secrets: "NAME=VALUE". May tell that it is refused. */
void unit_start(Unit *unit, const Config *config, const Job *job, char *const *secrets);
/* Tells that it is refused, and will have to be started again. */
void unit_postpone(Unit *unit, int error);
/* It was started by another jobsd, and is told of if unit_watch_start() finds it. was_seen: it ran. */
void unit_adopt(Unit *unit, bool was_seen);
/* Stops it, as "systemctl stop" does, as soon as it runs. To be called as often as one likes. */
void unit_stop(Unit *unit);
/* Removes it from PID 1, after its end. May tell that it is gone. */
void unit_remove(Unit *unit);

/* ---- what is heard of it ---- */

/* PropertiesChanged. */
void unit_take_properties(Unit *unit, sd_bus_message *signal);
/* PID 1 is done with what it was asked for; result: see JobRemoved() in org.freedesktop.systemd1(5). */
void unit_take_job_result(Unit *unit, const char *result);
/* PID 1 may have said something that nobody has heard. */
void unit_ask_again(Unit *unit);

typedef void (*unit_done_cb)(void *userdata);
/* Asks for all of the state of one that was adopted, and calls done when that is known and told. */
int unit_look_up(Unit *unit, unit_done_cb done, void *userdata);
