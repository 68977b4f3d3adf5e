/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks the journal about a live job's unit, by a helper process, because reading it may take long. */

#include "live-job.h"

/* live is NULL when the job is no longer live. answer is NULL when the journal could not be read. */
typedef void (*journal_query_cb)(Manager *m, LiveJob *live, const char *answer);

/* verb is "outcome" or "start", see stream-protocol.h. */
int journal_query(LiveJob *live, const char *verb, journal_query_cb callback);
