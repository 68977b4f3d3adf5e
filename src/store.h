/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The history: one SQLite database, and the only files with SQL. A Store owns its connection and
 * its prepared statements, each written once as text and prepared once. It is used from one
 * thread; nothing here waits but for the disk.
 *
 * Changes are made inside of a transaction that the caller opens and commits, so that everything
 * that arrives in one turn of the event loop costs one commit. All functions return a negative
 * errno: -ENOSPC for a full disk, -EROFS, -EIO, -EBADMSG for a damaged database. */

#include <stdbool.h>
#include <stdint.h>

#include "job.h"

#define UID_INVALID ((uid_t) -1)

typedef struct Store Store;

/* Opens the database at path, makes it when there is none and brings an older one up to the schema
 * of this version. What it cannot use it leaves as it is: -EPROTONOSUPPORT for one of a newer
 * version, -EBADMSG for something else than our database. *ret_message says then in one sentence
 * what is wrong and what to do. */
int store_open(const char *path, Store **ret, char **ret_message);
/* The same beside a jobsd that has it open, for somebody who only reads: nothing is made or brought up
 * to date, and changes fail with -EROFS. */
int store_open_read_only(const char *path, Store **ret, char **ret_message);
Store *store_free(Store *store);
DEFINE_CLEANUP(Store, store_free);

bool store_in_transaction(Store *store);
int store_begin(Store *store);
/* After an error the transaction is rolled back: nothing of it happened. */
int store_commit(Store *store);
void store_rollback(Store *store);

/* Sets job->id. */
int store_insert(Store *store, Job *job);
/* From now on the job counts as running: status, unit and boot id, before PID 1 is asked. */
int store_set_starting(Store *store, uint64_t id, const char *unit, sd_id128_t boot_id);
int store_set_started(Store *store, uint64_t id, uint64_t started_usec, sd_id128_t invocation_id);
/* A job whose start never reached PID 1 goes back to its place in the queue. */
int store_set_queued(Store *store, uint64_t id);
/* Its end: status, result, exit status, times, info, progress and costs. */
int store_set_finished(Store *store, const Job *job);
/* -ENOENT when it is not there or has not ended. */
int store_delete_ended(Store *store, uint64_t id);

/* All of one job; -ENOENT. */
int store_get(Store *store, uint64_t id, Job **ret);
/* The first queued job of a user; -ENOENT. */
int store_get_next_queued(Store *store, uid_t uid, Job **ret);

typedef int (*store_job_cb)(const Job *job, void *userdata);
typedef int (*store_count_cb)(uid_t uid, uint64_t count, void *userdata);

/* Every job that counts as running, for recovery: all of its fields. */
int store_foreach_running(Store *store, store_job_cb callback, void *userdata);
/* How many jobs each user has in the queue. */
int store_foreach_queue(Store *store, store_count_cb callback, void *userdata);

/* The ended jobs that ended first, before a time: as many as limit. */
int store_foreach_oldest(Store *store, uint64_t before_usec, unsigned limit, store_job_cb callback, void *userdata);
int store_count_ended(Store *store, uint64_t *ret);

/* Which jobs: everything that is set must hold. */
typedef struct StoreFilter {
        uid_t uid;         /* of this user, or UID_INVALID */
        bool system_users; /* with uid: those of root and system accounts, too */
        uint64_t *ids;     /* only these */
        size_t n_ids;
        unsigned status_mask; /* 1 << JobStatus; 0: any */
        char *type;
        char *user; /* name or number */
        char *related;
        uint64_t since_usec, until_usec;    /* submitted in [since, until); until 0: no bound */
        uint64_t ended_before_usec;         /* 0: no bound */
} StoreFilter;

void store_filter_done(StoreFilter *filter);

/* A page of the history, newest first, with ids below before (0: from the newest). Looks at
 * a bounded number of rows: *ret_next is where to go on, 0 at the end. The jobs that the callback
 * gets have no command, environment, directory or limits. A callback's error ends the page. */
int store_foreach_page(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
        store_job_cb callback, void *userdata, uint64_t *ret_next);
