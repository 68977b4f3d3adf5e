/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The queue: what is counted of it in memory, and the starts of what may run. The jobs themselves are rows
 * of the store: there the counts are already what a change here makes them. */

#include "manager.h"

void queue_add(Manager *m, uid_t uid, const char *type, uint64_t n, uint64_t bytes);
/* A job of the queue goes, to run or because it was cancelled; or it is there again after all. */
void queue_take(Manager *m, const Job *job);
void queue_return(Manager *m, const Job *job);
/* What is recorded as starting is started. */
void queue_start(Manager *m, LiveJob *live);
/* What was about to be started is there again; frees the live job. */
void queue_put_back(Manager *m, LiveJob *live);

/* Starts queued jobs as far as the limits allow. */
void queue_dispatch(Manager *m);
/* The same in a while: something that passes by itself is in the way, a full disk for example. */
void queue_dispatch_later(Manager *m);
