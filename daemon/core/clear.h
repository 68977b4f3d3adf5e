/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Clearing ended jobs, in steps of a bounded size: a history of a million rows holds nobody up. */

#include "manager.h"

/* n_tasks of those that went are command-line tasks; n_kept matched and have not ended. */
typedef struct ClearCounts {
        uint64_t n_cleared, n_tasks, n_kept;
} ClearCounts;

/* r < 0: a step failed; what went before is gone. */
typedef void (*clear_cb)(int r, const ClearCounts *counts, void *userdata);

/* Whether every id that the filter names is there and has ended: 0, or -ENOENT or -EBUSY with the id. */
int clear_check_ids(Manager *m, const StoreFilter *filter, uint64_t *ret_id);

/* Takes the filter over. dry_run: only counts. */
int clear_start(Manager *m, StoreFilter *filter, uid_t actor, bool dry_run, clear_cb done, void *userdata);
