/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The history as the system's journal has it: jobsd's own records of each step of a job, and PID 1's of the
 * units that it started. Only what journald itself says of who wrote a record is believed: anybody can send
 * the rest. */

#include "store.h"

typedef struct RebuildCounts {
        uint64_t n_records; /* of jobs, that could be used */
        uint64_t n_damaged; /* that could not be read */
        uint64_t n_imported;
        uint64_t since_usec; /* the first of them; 0: there is none */
} RebuildCounts;

/* Puts into an empty store what the journal knows, in its open transaction. */
int rebuild_from_journal(Store *store, RebuildCounts *ret);
/* The highest id that the journal's records of submissions and imports have; 0 when there is none. Reads so many of
 * them, the newest. */
int journal_get_last_id(uint64_t n_newest, uint64_t *ret);
