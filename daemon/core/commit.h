/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One commit for all changes that arrive in one turn of the event loop. Whoever changes the store
 * opens the turn's transaction with commit_begin(), and learns from its callback when the change
 * is durable, or that it did not happen. */

#include <systemd/sd-event.h>

#include "history-mark.h"
#include "store.h"

typedef struct Commit Commit;
typedef void (*commit_cb)(int r, void *userdata);

/* The mark, if there is one, is raised with each commit, before anybody is told of it. */
int commit_new(sd_event *event, Store *store, HistoryMark *mark, Commit **ret);
/* What is pending is not committed, and its callbacks are not called. */
Commit *commit_free(Commit *commit);
/* Ends the turn now: commits what is pending, and calls the callbacks. */
void commit_flush(Commit *commit);

/* Call before each change. An error means that this turn's transaction is broken: change nothing. */
int commit_begin(Commit *commit);
/* Call after each change that succeeded. */
void commit_add(Commit *commit, commit_cb callback, void *userdata);
