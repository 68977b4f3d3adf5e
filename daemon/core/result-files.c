/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commit.h"
#include "log.h"
#include "parse.h"
#include "removal.h"
#include "result-files.h"
#include "result-folder.h"

/* A question about one job's files. */
static int ask_about(Manager *m, const char *what, const Job *job, const char *name, result_call_cb done, void *userdata) {
        char id[24], uid[16];
        const char *words[] = { what, id, uid, name, NULL };

        snprintf(id, sizeof(id), "%" PRIu64, job->id);
        snprintf(uid, sizeof(uid), "%u", (unsigned) job_run_uid(job));
        return result_service_ask(&m->results, words, done, userdata);
}

int result_files_list(Manager *m, const Job *job, result_call_cb done, void *userdata) {
        return ask_about(m, "list", job, NULL, done, userdata);
}

int result_files_open(Manager *m, const Job *job, const char *name, result_call_cb done, void *userdata) {
        return ask_about(m, "open", job, name, done, userdata);
}

/* ---- counting ---- */

typedef struct Counting {
        Manager *manager;
        uint64_t id;
        bool goes_on; /* with the next one that was not counted */
} Counting;

static void count(Manager *m, const Job *job, bool goes_on);

static void count_next(Manager *m, uint64_t after) {
        _cleanup_(job_freep) Job *job = NULL;
        int r = store_get_uncounted(m->store, after, &job);

        if (r >= 0)
                count(m, job, true);
        else if (r != -ENOENT)
                log_errno(r, "Failed to find jobs whose files have not been counted");
}

static void on_counts_committed(int r, void *userdata) {
        if (r < 0)
                log_errno(r, "Failed to record how many files a job left; it will be when jobsd starts again");
}

static int record(Manager *m, uint64_t id, uint64_t files, uint64_t bytes) {
        int r = commit_begin(m->commit);

        if (r >= 0)
                r = store_set_results(m->store, id, files, bytes);
        if (r >= 0)
                commit_add(m->commit, on_counts_committed, NULL);
        return r;
}

static int read_counts(const char *answer, size_t size, uint64_t *ret_files, uint64_t *ret_bytes) {
        size_t n = size > 0 ? strlen(answer) + 1 : 0;

        if (n == 0 || n >= size || parse_uint64(answer, ret_files) < 0 || parse_uint64(answer + n, ret_bytes) < 0)
                return -EBADMSG;
        return 0;
}

static void on_counted(int r, const char *answer, size_t size, int *fd, void *userdata) {
        Counting *counting = userdata;
        uint64_t files = 0, bytes = 0;

        if (r >= 0)
                r = read_counts(answer, size, &files, &bytes);
        else if (r == -ENOENT) /* nothing is there */
                r = 0;
        if (r >= 0)
                r = record(counting->manager, counting->id, files, bytes);
        if (r < 0 && r != -ENOENT) /* it was cleared meanwhile */
                log_errno(r, "Failed to count the files that job %" PRIu64 " left", counting->id);
        if (counting->goes_on)
                count_next(counting->manager, counting->id);
}

static void count(Manager *m, const Job *job, bool goes_on) {
        Counting *counting = malloc(sizeof(Counting));
        int r = -ENOMEM;

        if (counting) {
                *counting = (Counting){ m, job->id, goes_on };
                r = ask_about(m, "keep", job, NULL, on_counted, counting);
        }
        if (r < 0) {
                log_errno(r, "Failed to count the files that job %" PRIu64 " left", job->id);
                free(counting);
        }
}

static void on_job_ended(Manager *m, const Job *job) {
        if (job->results_uncounted)
                count(m, job, false);
}

const Observer result_files_observer = {
        .job_ended = on_job_ended,
};

/* ---- removal ---- */

static void on_removed(int r, const char *answer, size_t size, int *fd, void *userdata) {
        if (r < 0)
                log_errno(r, "Failed to remove the files of jobs that are cleared, jobsd will try again when it starts");
}

void result_files_remove(Manager *m, const uint64_t *ids, size_t n) {
        char *names[REMOVAL_STEP] = {};
        const char *words[REMOVAL_STEP + 2] = { "remove" };
        int r = 0;

        if (n == 0)
                return;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = result_folder_cleared_name(ids[i], &names[i]);
                words[i + 1] = names[i];
        }
        if (r >= 0)
                r = result_service_ask(&m->results, words, on_removed, NULL);
        if (r < 0)
                on_removed(r, NULL, 0, NULL, NULL);
        for (size_t i = 0; i < n; i++)
                free(names[i]);
}

/* ---- after a start ---- */

typedef struct Left {
        Manager *manager;
        uint64_t ids[REMOVAL_STEP];
        size_t n;
} Left;

/* The job was cleared, and the folder was not yet removed; or it was not cleared after all. */
static int on_left(uint64_t id, bool is_set_aside, void *userdata) {
        _cleanup_(job_freep) Job *job = NULL;
        Left *left = userdata;
        int r;

        if (!is_set_aside)
                return 0;
        r = store_get(left->manager->store, id, &job);
        if (r >= 0)
                result_folder_put_back(id);
        else if (r == -ENOENT)
                left->ids[left->n++] = id;
        else
                return r;
        if (left->n == REMOVAL_STEP) {
                result_files_remove(left->manager, left->ids, left->n);
                left->n = 0;
        }
        return 0;
}

void result_files_start(Manager *m) {
        Left left = { .manager = m };
        int r = result_folder_foreach(on_left, &left);

        if (r < 0)
                log_errno(r, "Failed to look for files of jobs that are cleared");
        result_files_remove(m, left.ids, left.n);
        count_next(m, 0);
}

static int note(uint64_t id, bool is_set_aside, void *userdata) {
        int r = is_set_aside ? 0 : store_set_results_uncounted(userdata, id);

        return r == -ENOENT ? 0 : r;
}

int result_files_note_all(Store *store) {
        return result_folder_foreach(note, store);
}
