/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files that jobs are handed. Each is copied before the job is promised, and belongs to the account that the job
 * will run as; it goes when the job has ended, with all of its tries. */

#include "events.h"

/* Where a file of a submission goes. */
typedef struct InputFile {
        sd_id128_t inputs; /* the folder, */
        const char *name;  /* and what it is called there */
        uid_t owner;       /* who hands it over: it counts as his */
        uid_t uid;         /* who will read it */
        uint64_t bytes_max;
} InputFile;

/* Copies what the descriptor is of. The answer is its size; -EISDIR for what is none of a disk, -EFBIG if it is too
 * large. */
int input_files_take(Manager *m, const InputFile *file, int fd, result_call_cb done, void *userdata);
/* Those that no job was submitted for. */
void input_files_drop(Manager *m, sd_id128_t inputs);

/* Removes those that no job waits for any more. Before anything is taken. */
void input_files_start(Manager *m);

/* Those of jobs that end. */
extern const Observer input_files_observer;
