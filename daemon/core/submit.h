/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "manager.h"

/* The job that its owner has submitted with the same key before; -ENOENT, and -EEXIST when that one is another. What it is
 * may be not durable yet. */
int submit_find_same(Manager *m, const Job *job, Job **ret);

/* Puts a job into its user's queue. The job is no longer the caller's when this returns 0, and has its id when
 * done is called. -EDQUOT when the user's queue has too many jobs, -EFBIG when they are too large. */
int submit_job(Manager *m, Job *job, void (*done)(int r, const Job *job, void *userdata), void *userdata);
