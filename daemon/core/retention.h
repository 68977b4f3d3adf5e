/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* KeepHistorySec= and KeepHistoryMax= of jobsd.conf(5): retires old ended jobs in small steps. */

#include "manager.h"

int retention_new(Manager *m, Retention **ret);
Retention *retention_free(Retention *retention);

/* The clock was set, and may be wrong: nothing grows old for an hour. */
void retention_clock_set(Manager *m);
/* Keep its count of ended jobs true. */
void retention_job_ended(Manager *m);
void retention_jobs_added(Manager *m, uint64_t n);
void retention_jobs_removed(Manager *m, size_t n);
