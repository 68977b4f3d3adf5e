/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files that jobs leave in their folders, see result-folder.h: told to who may read the job's output, counted and put out of everybody's reach when
 * it has ended, and removed when it is cleared or retired. What is in a folder that no job knows, as after an older history
 * was put back, stays where it is: somebody may want it. */

#include "events.h"

/* Goes on with what the last jobsd did not come to. */
void result_files_start(Manager *m);

/* Asks jobsd-results for the job's files, and for one of them; see result_service_ask(). */
int result_files_list(Manager *m, const Job *job, result_call_cb done, void *userdata);
int result_files_open(Manager *m, const Job *job, const char *name, result_call_cb done, void *userdata);

/* Of jobs that are gone, whose folders were set aside. At most REMOVAL_STEP. */
void result_files_remove(Manager *m, const uint64_t *ids, size_t n);

/* To be counted by the next jobsd: those of a history that was made anew. */
int result_files_note_all(Store *store);

/* Counts them. */
extern const Observer result_files_observer;
