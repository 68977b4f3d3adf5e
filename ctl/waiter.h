/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waits for the ends of jobs. The subscription stands before the first look at a job, so that no
 * end falls between the two; a jobsd that was started anew is subscribed to again. */

#include <systemd/sd-bus.h>

#include "job.h"
#include "macro.h"
#include "verb.h"

typedef struct Waiter Waiter;

/* Subscribes, and takes Ctrl-C over; reports. */
int waiter_new(const Context *context, Waiter **ret);
Waiter *waiter_free(Waiter *waiter);
DEFINE_CLEANUP(Waiter, waiter_free);

/* From now on a job that is not in the history has ended, and left it since: for who knows that it was there. */
void waiter_accept_gone(Waiter *waiter);

/* Until the job has ended; NULL for one that is gone, if that is accepted. Reports, but for -EINTR: Ctrl-C, which the caller explains. */
int waiter_wait_sync(Waiter *waiter, uint64_t id, Job **ret);
/* For what else has to be waited for meanwhile, see interrupt.h. */
int waiter_interrupt_fd(const Waiter *waiter);
