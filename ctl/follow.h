/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "jobsctl list --watch": behind the list a line for each change, for logs and scripts. */

#include "job-event.h"
#include "macro.h"
#include "verb.h"

typedef struct Follow Follow;

/* Takes Ctrl-C over; reports. */
int follow_new(Context *context, Follow **ret);
Follow *follow_free(Follow *follow);
DEFINE_CLEANUP(Follow, follow_free);

/* Until nothing that happens from now on is missed: the list is printed next. Both report, but for
 * -EINTR: Ctrl-C. */
int follow_prepare_sync(Follow *follow);
/* Until whoever reads has gone. */
int follow_run_sync(Follow *follow);

/* A row of the list with what happened to it. Does not report; -ENOMEM is all that can go wrong. */
int follow_print_json(const Arguments *arguments, JobEvent event, const Job *job);
