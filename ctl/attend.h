/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verb.h"

/* Stays with a job until its end, with its output if follow is set, and tells how it ended.
 * ret_status is the job's exit status. After Ctrl-C the result is an exit status of ours; reports. */
int attend_sync(const Context *context, uint64_t id, bool follow, uint64_t lines, int *ret_status);
/* Waits for the ends of jobs, and tells of each how it was. Returns the first exit status that is not
 * 0; after Ctrl-C one of ours; reports. */
int attend_all_sync(const Context *context, const uint64_t *ids, size_t n_ids);
