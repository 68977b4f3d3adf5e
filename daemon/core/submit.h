/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "manager.h"

/* Puts a job into its user's queue. The job is no longer the caller's when this returns 0, and has its id when
 * done is called. -EDQUOT when the user's queue has too many jobs, -EFBIG when they are too large. */
int submit_job(Manager *m, Job *job, void (*done)(int r, const Job *job, void *userdata), void *userdata);
