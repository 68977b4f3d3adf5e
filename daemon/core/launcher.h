/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The only part that talks to PID 1: starts, stops and watches the jobs' units. It reports through
 * run_unit_changed() and run_unit_failed(). */

#include "live-job.h"

/* PID 1 adds a match rule to its own connection for each job of its own that is pending, and is
 * thrown off the bus at dbus-daemon's limit of 512. */
#define LAUNCHER_STARTS_MAX 32U
/* Of each kind: stops that somebody asked for, which may take as long as TimeoutStopSec=, and those
 * of units whose job has ended. */
#define LAUNCHER_STOPS_MAX 128U

int launcher_new(Manager *m, Launcher **ret);
Launcher *launcher_free(Launcher *launcher);

/* Subscribes to PID 1 and finds the units that are there: each unit of a live job reports, and then
 * done is called once. Units of ended jobs are removed. */
int launcher_recover(Launcher *launcher, manager_done_cb done, void *userdata);

bool launcher_may_start(const Launcher *launcher);

/* Counts a start that is about to come, while it is committed. */
void launcher_reserve_start(Launcher *launcher, LiveJob *live);
/* Starts the job's unit. */
int launcher_start(Launcher *launcher, LiveJob *live);
/* Stops it, as "systemctl stop" does. */
void launcher_cancel(Launcher *launcher, LiveJob *live);
/* Its unit is being stopped: sees to it that what the job prints is not lost when PID 1 kills it. To be called as often
 * as one likes. */
void launcher_watch_stop(Launcher *launcher, LiveJob *live);
/* Reads all of the unit's state. */
int launcher_query(Launcher *launcher, LiveJob *live);
/* Reads what the job cost, and whether the machine is going down. */
int launcher_query_end(Launcher *launcher, LiveJob *live);
/* Removes the unit of a job whose end is recorded. The live job is freed when it is gone. */
void launcher_tidy(Launcher *launcher, LiveJob *live);
/* The live job is about to be freed. */
void launcher_forget(Launcher *launcher, LiveJob *live);

/* When the machine's user space began, on the wall clock: at its boot, or anew with "systemctl soft-reboot",
 * which ends all jobs and leaves the boot's id. */
uint64_t launcher_userspace_usec(const Launcher *launcher);

/* The machine is going down: whatever stops now was interrupted, and nothing can be started. */
bool launcher_is_stopping(const Launcher *launcher);
