/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A step of removing ended jobs from the history: collect some, delete them in one commit, and tell
 * the log and the subscribers. Clearing and retiring are loops of such steps, so that a history of a
 * million rows holds nobody up. */

#include "manager.h"

#define REMOVAL_STEP 200U

/* n_removed are gone, n_tasks of them command-line tasks; also if r < 0 says that others of the step could not be
 * removed. */
typedef void (*removal_cb)(int r, size_t n_removed, size_t n_tasks, void *userdata);

typedef struct Removal {
        Manager *manager;
        uid_t actor; /* on whose behalf */
        Job *jobs[REMOVAL_STEP];
        size_t n_jobs;
        uint64_t set_aside[REMOVAL_STEP]; /* those with result files */
        size_t n_set_aside;
        int error;
        removal_cb done;
        void *userdata;
} Removal;

void removal_init(Removal *removal, Manager *m, uid_t actor, removal_cb done, void *userdata);
void removal_done(Removal *removal);

/* A store_job_cb: notes an ended job. -E2BIG when the step is full. */
int removal_collect(const Job *job, void *removal);

/* Deletes what was collected, and calls done when it is durable. The same removal may collect again
 * from then on. */
int removal_commit(Removal *removal);
