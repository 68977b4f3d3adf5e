/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "commit.h"
#include "events.h"
#include "log.h"
#include "queue.h"
#include "strv.h"
#include "submit.h"
#include "user.h"

typedef struct Submission {
        Manager *manager;
        Job *job;
        void (*done)(int r, const Job *job, void *userdata);
        void *userdata;
} Submission;

static void on_submitted(int r, void *userdata) {
        Submission *submission = userdata;
        Manager *m = submission->manager;
        Job *job = submission->job;
        User *user = user_find(m, job->uid);

        user->n_submitting--;
        user->submitting_bytes -= job->stored_bytes;
        if (r >= 0) {
                queue_add(m, job->uid, job->type, 1, job->stored_bytes);
                log_job(JOB_EVENT_SUBMITTED, job, job->submitter);
        }
        user_release(user);
        submission->done(r, job, submission->userdata);
        if (r >= 0)
                events_job_new(m, job);
        job_free(job);
        free(submission);
        queue_dispatch(m);
}

static bool have_same_texts(char *const *a, char *const *b) {
        for (char *const *s = a; s && *s; s++)
                if (!strv_contains(b, *s))
                        return false;
        return strv_length(a) == strv_length(b);
}

/* Of a type its parameters, in any order: where the command has the place of a file, that is a new one each time. */
static bool is_same(const Job *a, const Job *b) {
        if (a->type || b->type)
                return a->type && b->type && strcmp(a->type, b->type) == 0 && have_same_texts(a->parameters, b->parameters);
        return strv_equal(a->command, b->command);
}

int submit_find_same(Manager *m, const Job *job, Job **ret) {
        _cleanup_(job_freep) Job *found = NULL;
        int r = store_get_by_key(m->store, job->uid, job->key, &found);

        if (r < 0)
                return r;
        *ret = TAKE_PTR(found);
        return is_same(job, *ret) ? 0 : -EEXIST;
}

static bool has_too_many_results(Manager *m, uid_t uid) {
        uint64_t bytes;

        return store_get_result_bytes(m->store, uid, &bytes) >= 0 && bytes >= m->config.results_max_per_user;
}

static int insert_job(Manager *m, Job *job) {
        int r = commit_begin(m->commit);

        if (r < 0)
                return r;
        job->submitted_usec = now_usec();
        job->status = JOB_QUEUED;
        return store_insert(m->store, job);
}

int submit_job(
                Manager *m, Job *job, void (*done)(int r, const Job *job, void *userdata), void *userdata) {
        Submission *submission;
        User *user;
        int r;

        r = user_get(m, job->uid, &user);
        if (r < 0)
                return r;
        submission = malloc(sizeof(Submission));
        if (!submission)
                r = -ENOMEM;
        else if (user->n_queued + user->n_submitting >= m->config.max_queued_per_user)
                r = -EDQUOT;
        else if (user->queued_bytes + user->submitting_bytes + job_count_bytes(job) >
                        m->config.max_queued_bytes_per_user)
                r = -EFBIG;
        else if (has_too_many_results(m, job->uid))
                r = -EOVERFLOW;
        else
                r = insert_job(m, job);
        if (r < 0) {
                free(submission);
                user_release(user);
                return r;
        }
        *submission = (Submission){ m, job, done, userdata };
        user->submitting_bytes += job->stored_bytes;
        user->n_submitting++; /* nothing is started before it is durable */
        commit_add(m->commit, on_submitted, submission);
        return 0;
}
