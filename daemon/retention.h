/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* KeepHistorySec= and KeepHistoryMax= of jobsd.conf(5): retires old ended jobs in small steps. */

#include "manager.h"

int retention_new(Manager *m, Retention **ret);
Retention *retention_free(Retention *retention);

/* Keep its count of ended jobs true. */
void retention_job_ended(Manager *m);
void retention_jobs_removed(Manager *m, size_t n);
