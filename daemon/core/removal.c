/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "commit.h"
#include "events.h"
#include "log.h"
#include "removal.h"
#include "result-files.h"
#include "result-folder.h"

void removal_init(Removal *removal, Manager *m, uid_t actor, removal_cb done, void *userdata) {
        *removal = (Removal){ .manager = m, .actor = actor, .done = done, .userdata = userdata };
}

void removal_done(Removal *removal) {
        while (removal->n_jobs > 0)
                job_free(removal->jobs[--removal->n_jobs]);
}

/* A copy of what the log and the signals tell. */
static int copy_brief(const Job *job, Job **ret) {
        _cleanup_(job_freep) Job *copy = NULL;
        int r = job_new(&copy);

        if (r < 0)
                return r;
        copy->id = job->id;
        copy->uid = job->uid;
        copy->submitted_usec = job->submitted_usec;
        copy->finished_usec = job->finished_usec;
        copy->status = job->status;
        copy->result = job->result;
        copy->name = strdup(job->name);
        copy->user = strdup(job->user);
        if (!copy->name || !copy->user)
                return -ENOMEM;
        *ret = TAKE_PTR(copy);
        return 0;
}

int removal_collect(const Job *job, void *userdata) {
        Removal *removal = userdata;
        int r;

        if (removal->n_jobs >= REMOVAL_STEP)
                return -E2BIG;
        r = copy_brief(job, &removal->jobs[removal->n_jobs]);
        if (r >= 0)
                removal->n_jobs++;
        return r;
}

/* With the jobs that are gone, or back to those that are still there. */
static void finish_results(Removal *removal, bool gone) {
        if (gone)
                result_files_remove(removal->manager, removal->set_aside, removal->n_set_aside);
        for (size_t i = 0; i < removal->n_set_aside && !gone; i++)
                result_folder_put_back(removal->set_aside[i]);
        removal->n_set_aside = 0;
}

static void on_committed(int r, void *userdata) {
        Removal *removal = userdata;
        size_t n = r < 0 ? 0 : removal->n_jobs, n_tasks = 0;

        finish_results(removal, r >= 0);
        for (size_t i = 0; i < n; i++) {
                n_tasks += uid_is_system(removal->jobs[i]->uid, removal->manager->config.system_uid_max);
                log_job(JOB_EVENT_CLEARED, removal->jobs[i], removal->actor);
                events_job_cleared(removal->manager, removal->jobs[i]);
        }
        removal_done(removal);
        removal->done(r < 0 ? r : removal->error, n, n_tasks, removal->userdata);
}

/* Leaves out what another removal had first. */
static int delete_collected(Removal *removal) {
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < removal->n_jobs; i++) {
                Job *job = removal->jobs[i];

                if (r >= 0)
                        r = store_delete_ended(removal->manager->store, job->id);
                if (r >= 0 && result_folder_set_aside(job->id))
                        removal->set_aside[removal->n_set_aside++] = job->id;
                if (r >= 0)
                        removal->jobs[n++] = job;
                else
                        job_free(job);
                if (r == -ENOENT)
                        r = 0;
        }
        removal->n_jobs = n;
        return r;
}

int removal_commit(Removal *removal) {
        int r = commit_begin(removal->manager->commit);

        if (r < 0)
                return r;
        /* the turn is committed in any case: it is others' as well */
        removal->error = delete_collected(removal);
        commit_add(removal->manager->commit, on_committed, removal);
        return 0;
}
