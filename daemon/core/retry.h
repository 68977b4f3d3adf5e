/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Further tries of a job that failed (Retries= of its type), or that the end of the machine interrupted
 * (Restartable=). Its row goes back to the queue; for the daemon it is there when its time has come. One
 * timer, for the next one of all, is enough, as the store knows the times. */

#include "manager.h"

/* Whether job->result is not the end of it. */
bool retry_is_wanted(const Job *job);
/* Records it, in a transaction of the caller's. */
int retry_record(Manager *m, const Job *job);
/* It is durable. */
void retry_recorded(Manager *m, uint64_t id);

/* The clock may have been set since the waiting jobs' times were recorded: none waits longer from now on
 * than its type says, and what is due stays so. */
int retry_limit_waits(Manager *m);

/* Looks when the next try is due: at the start, and after each change. */
void retry_schedule(Manager *m);
