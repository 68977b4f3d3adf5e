/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A machine that drains takes no more jobs of others, so that it may be shut down when those that run there have ended;
 * also after a restart, as a file in $STATE_DIRECTORY says. */

#include "worker.h"

bool drain_get(void);
/* When this returns, it is on the disk. Who sets it calls offers_update(). */
int drain_set(Worker *worker, bool is_draining);
