/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* KeepHistorySec= and KeepHistoryMax= of jobsd.conf(5): retires old ended jobs in small steps. */

#include "events.h"

int retention_new(Manager *m, Retention **ret);
Retention *retention_free(Retention *retention);

/* The clock was set, and may be wrong: nothing grows old for an hour. */
void retention_clock_set(Manager *m);
/* Keeps its count of ended jobs true. */
extern const Observer retention_observer;
