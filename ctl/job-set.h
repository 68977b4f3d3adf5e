/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The jobs that are known, the newest first, and views on them: what a view shows is complete from some
 * id on, and beyond that unknown. So the history may be of any length: what no view shows is given up.
 * Nothing here speaks to the bus or reports. */

#include "job.h"

typedef struct KnownJob {
        Job *job;
        unsigned round; /* in which it was told of last, for who wants to know what was left out */
} KnownJob;

typedef struct JobSet {
        KnownJob *jobs; /* by id, falling */
        size_t n_jobs, n_allocated;
} JobSet;

#define VIEW_KNOWS_NOTHING UINT64_MAX

typedef struct View {
        unsigned statuses;   /* one bit a JobStatus; 0: every status */
        size_t n_max;        /* so many jobs at most */
        uint64_t known_from; /* this id and those above are known; 0: all are */
        size_t n_wanted;     /* so many shall be known, if there are as many */
        uint64_t floor;      /* and all above this id; UINT64_MAX: no matter */
        bool is_stale;       /* the newest have to be asked for anew */
} View;

void job_set_done(JobSet *set);
/* NULL if it is not there. */
KnownJob *job_set_find(const JobSet *set, uint64_t id);
/* Takes the place of one of the same id. */
int job_set_put(JobSet *set, Job **job, unsigned round);
void job_set_remove(JobSet *set, uint64_t id);

bool view_has(const View *view, const Job *job);
size_t view_count(const View *view, const JobSet *set);
/* Whether there is something to be asked for. */
bool view_is_hungry(const View *view, const JobSet *set);
/* Gives up what a view has above its n_max, and then every job that no view has. */
void views_trim(View *views, size_t n_views, JobSet *set);
