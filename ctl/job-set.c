/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "job-set.h"

void job_set_done(JobSet *set) {
        for (size_t i = 0; i < set->n_jobs; i++)
                job_free(set->jobs[i].job);
        free(set->jobs);
        *set = (JobSet){};
}

/* Where a job of this id stands, or has to stand. */
static size_t job_set_index(const JobSet *set, uint64_t id) {
        size_t from = 0, to = set->n_jobs;

        while (from < to) {
                size_t middle = from + (to - from) / 2;

                if (set->jobs[middle].job->id > id)
                        from = middle + 1;
                else
                        to = middle;
        }
        return from;
}

KnownJob *job_set_find(const JobSet *set, uint64_t id) {
        size_t i = job_set_index(set, id);

        return i < set->n_jobs && set->jobs[i].job->id == id ? &set->jobs[i] : NULL;
}

static int job_set_grow(JobSet *set) {
        size_t n = set->n_allocated > 0 ? 2 * set->n_allocated : 64;
        KnownJob *jobs;

        if (set->n_jobs < set->n_allocated)
                return 0;
        jobs = reallocarray(set->jobs, n, sizeof(KnownJob));
        if (!jobs)
                return -ENOMEM;
        set->jobs = jobs;
        set->n_allocated = n;
        return 0;
}

int job_set_put(JobSet *set, Job **job, unsigned round) {
        KnownJob *known = job_set_find(set, (*job)->id);
        size_t i;
        int r;

        if (known) {
                job_free(known->job);
                *known = (KnownJob){ TAKE_PTR(*job), round };
                return 0;
        }
        r = job_set_grow(set);
        if (r < 0)
                return r;
        i = job_set_index(set, (*job)->id);
        memmove(&set->jobs[i + 1], &set->jobs[i], (set->n_jobs - i) * sizeof(KnownJob));
        set->jobs[i] = (KnownJob){ TAKE_PTR(*job), round };
        set->n_jobs++;
        return 0;
}

void job_set_remove(JobSet *set, uint64_t id) {
        size_t i = job_set_index(set, id);

        if (i >= set->n_jobs || set->jobs[i].job->id != id)
                return;
        job_free(set->jobs[i].job);
        set->n_jobs--;
        memmove(&set->jobs[i], &set->jobs[i + 1], (set->n_jobs - i) * sizeof(KnownJob));
}

static bool view_shows_status(const View *view, JobStatus status) {
        return view->statuses == 0 || (status >= 0 && view->statuses & 1U << status);
}

bool view_has(const View *view, const Job *job) {
        return job->id >= view->known_from && view_shows_status(view, job->status);
}

size_t view_count(const View *view, const JobSet *set) {
        size_t n = 0;

        for (size_t i = 0; i < set->n_jobs; i++)
                n += view_has(view, set->jobs[i].job);
        return n;
}

bool view_is_hungry(const View *view, const JobSet *set) {
        size_t n = view->n_wanted < view->n_max ? view->n_wanted : view->n_max;

        if (view->is_stale)
                return true;
        if (view->known_from == 0)
                return false;
        return view->known_from > view->floor || view_count(view, set) < n;
}

static void view_trim(View *view, const JobSet *set) {
        size_t n = 0;

        for (size_t i = 0; i < set->n_jobs; i++) {
                const Job *job = set->jobs[i].job;

                if (!view_has(view, job))
                        continue;
                if (++n > view->n_max) {
                        view->known_from = job->id + 1;
                        return;
                }
        }
}

static bool any_view_has(const View *views, size_t n_views, const Job *job) {
        for (size_t i = 0; i < n_views; i++)
                if (view_has(&views[i], job))
                        return true;
        return false;
}

void views_trim(View *views, size_t n_views, JobSet *set) {
        size_t n = 0;

        for (size_t i = 0; i < n_views; i++)
                view_trim(&views[i], set);
        for (size_t i = 0; i < set->n_jobs; i++) {
                if (any_view_has(views, n_views, set->jobs[i].job))
                        set->jobs[n++] = set->jobs[i];
                else
                        job_free(set->jobs[i].job);
        }
        set->n_jobs = n;
}
