/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The history: one SQLite database, and the only files with SQL. A Store owns its connection and
 * its prepared statements, each written once as text and prepared once. It is used from one
 * thread; nothing here waits but for the disk.
 *
 * Changes are made inside of a transaction that the caller opens and commits, so that everything
 * that arrives in one turn of the event loop costs one commit. All functions return a negative
 * errno: -ENOSPC for a full disk, -EROFS, -EIO, -EBADMSG for a damaged database. */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "job.h"

#define UID_INVALID ((uid_t) -1)

typedef struct Store Store;

/* Opens the database at path, makes it when there is none and brings an older one up to the schema
 * of this version. What it cannot use it leaves as it is: -EPROTONOSUPPORT for one of a newer
 * version, -EBADMSG for something else than our database, or what is left of it. *ret_message says then in
 * one sentence what is wrong and what to do. */
int store_open(const char *path, Store **ret, char **ret_message);
/* The same beside a jobsd that has it open, for somebody who only reads: nothing is made or brought up
 * to date, and changes fail with -EROFS. */
int store_open_read_only(const char *path, Store **ret, char **ret_message);
/* Called with SQLite's words whenever it meets a damaged page, in any database of this process; it may not
 * use the store. Before the first one is opened. */
void store_on_damage(void (*callback)(const char *what, void *userdata), void *userdata);

/* Looks at every page of a database that nobody has open, in time proportional to it: 0 if all is well, the
 * errors of store_open_read_only(), -ENOENT without a message, -EBADMSG if it is damaged, -EIO if the disk
 * cannot read it. */
int store_check(const char *path, char **ret_message);
Store *store_free(Store *store);
DEFINE_CLEANUP(Store, store_free);

bool store_in_transaction(Store *store);
int store_begin(Store *store);
/* After an error the transaction is rolled back: nothing of it happened. */
int store_commit(Store *store);
void store_rollback(Store *store);

/* Sets job->id: one more than the last. */
int store_insert(Store *store, Job *job);
/* The last id that was given, whether its job is still there or not. */
int store_get_last_id(Store *store, uint64_t *ret);
/* Ids up to this one have been given elsewhere. */
int store_take_ids(Store *store, uint64_t last_id);
/* From now on the job counts as running: status, unit and boot id, before PID 1 is asked. */
int store_set_starting(Store *store, uint64_t id, const char *unit, sd_id128_t boot_id);
int store_set_started(Store *store, uint64_t id, uint64_t started_usec, sd_id128_t invocation_id);
/* Of one that runs. */
int store_set_info(Store *store, uint64_t id, const char *info);
/* Somebody wants a running job to end: a jobsd that comes after this one sees to it, too. */
int store_set_cancelled(Store *store, uint64_t id);
/* A job whose start never reached PID 1 goes back to its place in the queue. */
int store_set_queued(Store *store, uint64_t id);
/* A further try after this one, queued until its time has come: info, costs and retries are kept. */
int store_set_waiting(Store *store, const Job *job, uint64_t next_try_usec);
/* The clock was set, to current_usec. What was due, up to due_usec, is due whatever it will be set to; the
 * others wait no longer from now on than their type says. */
int store_limit_waiting(Store *store, uint64_t due_usec, uint64_t current_usec);
/* Its end: status, result, exit status, times, info, progress and costs. */
int store_set_finished(Store *store, const Job *job);
/* The files that an ended job left have been counted. */
int store_set_results(Store *store, uint64_t id, uint64_t files, uint64_t bytes);
/* They are to be counted, again. */
int store_set_results_uncounted(Store *store, uint64_t id);
/* -ENOENT when it is not there or has not ended. */
int store_delete_ended(Store *store, uint64_t id);

/* All of one job but its secrets; -ENOENT. */
int store_get(Store *store, uint64_t id, Job **ret);
/* The one that a user submitted with this key; -ENOENT. */
int store_get_by_key(Store *store, uid_t uid, const char *key, Job **ret);
/* The secret parameters of a job, "NAME=VALUE", for its start. They are wiped when it has ended. */
int store_get_secrets(Store *store, uint64_t id, char ***ret);
/* The first job that a user has in the queue of this type (NULL: of commands), behind an id, and not to be
 * tried later than due_usec; -ENOENT. */
int store_get_next_queued(
                Store *store, uid_t uid, const char *type, uint64_t after, uint64_t due_usec, Job **ret);

/* The next job behind an id that left files which nobody has counted; -ENOENT. */
int store_get_uncounted(Store *store, uint64_t after, Job **ret);
/* How many bytes the files take that jobs of a user left. */
int store_get_result_bytes(Store *store, uid_t uid, uint64_t *ret);

/* How many bytes the files take that the active jobs of a user were handed. */
int store_get_input_bytes(Store *store, uid_t uid, uint64_t *ret);
/* Whether an active job was handed these: 1 or 0. */
int store_has_inputs(Store *store, sd_id128_t inputs);

/* Importing records, in as many transactions as it takes. Nobody sees one of them before the import is
 * finished; what an unfinished one has left is removed bit by bit. There is one at a time: -EEXIST.
 *
 * Sets n ids in a row aside. */
int store_import_begin(Store *store, uint64_t n, uint64_t *ret_first);
/* An ended job with one of these ids. */
int store_import_insert(Store *store, const Job *job);
/* Everybody sees them from here on. */
int store_import_finish(Store *store);
/* 1 or 0 */
int store_import_is_unfinished(Store *store);
/* Removes at most so many of its records, and when there are none, the import itself. */
int store_import_remove(Store *store, unsigned limit);

/* Making a history anew. The job as it is known by now, in place of what was known before: it has no
 * arguments and no limits. */
int store_rebuild_put(Store *store, const Job *job);
/* This one was cleared, and not another that had its id in a history before. */
int store_rebuild_forget(Store *store, uint64_t id, uint64_t submitted_usec);
/* Jobs that are queued are lost, as they have no arguments. */
int store_rebuild_finish(Store *store, const char *info);
int store_count(Store *store, uint64_t *ret);

typedef int (*store_job_cb)(const Job *job, void *userdata);
/* bytes: what these jobs take, as stored_bytes of each. */
typedef int (*store_count_cb)(uid_t uid, const char *type, uint64_t count, uint64_t bytes, void *userdata);

/* Every job that counts as running, for recovery: all of its fields. */
int store_foreach_running(Store *store, store_job_cb callback, void *userdata);
/* How many jobs each user has in the queue, of each type; those whose next try is after due_usec are not in
 * it. */
int store_foreach_queue(Store *store, uint64_t due_usec, store_count_cb callback, void *userdata);
/* The same for those whose next try is in (after_usec, due_usec]. */
int store_foreach_due(Store *store, uint64_t after_usec, uint64_t due_usec, store_count_cb callback,
                void *userdata);
/* When the next one will be; 0 when there is none. */
int store_get_next_due(Store *store, uint64_t after_usec, uint64_t *ret_usec);

/* Whether a user has a job of an id from begin on and below end: 1 or 0. */
int store_has_any_of_user(Store *store, uid_t uid, uint64_t begin_id, uint64_t end_id);

/* The ended jobs that ended first, before a time: as many as limit. Not while an import is unfinished,
 * whose records are among them. */
int store_foreach_oldest(
                Store *store, uint64_t before_usec, unsigned limit, store_job_cb callback, void *userdata);
int store_count_ended(Store *store, uint64_t *ret);

/* Which jobs: everything that is set must hold. */
typedef struct StoreFilter {
        uid_t uid;            /* of this user, or UID_INVALID */
        bool system_users;    /* with uid: those of root and system accounts, too */
        char **shared;        /* with uid: those of these types, too */
        bool tasks;           /* only those of root and system accounts */
        uid_t system_uid_max; /* for both: see uid_is_system() */
        uint64_t *ids;        /* only these */
        size_t n_ids;
        unsigned status_mask; /* 1 << JobStatus; 0: any */
        char *name;           /* in the name, or a pattern of it: see name_matches() */
        char *type;
        char *user; /* name or number */
        char *related;
        uint64_t since_usec, until_usec; /* submitted in [since, until); until 0: no bound */
        uint64_t ended_before_usec;      /* 0: no bound */
} StoreFilter;

void store_filter_done(StoreFilter *filter);

/* A page of the history, newest first, with ids below before (0: from the newest). Looks at
 * a bounded number of rows: *ret_next is where to go on, 0 at the end. The jobs that the callback
 * gets have no command, environment, directory or limits. A callback's error ends the page. */
int store_foreach_page(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
                store_job_cb callback, void *userdata, uint64_t *ret_next);

/* Names are looked for by an index, which is made beside the submissions and behind them: what it does not have yet,
 * at most some thousand of the newest, a page looks through. Puts the names of at most so many jobs more into it, and
 * says of how many. */
int store_index_names(Store *store, unsigned limit, unsigned *ret_n);
/* Of how many jobs it has the names, with those that are gone by now. */
int store_count_indexed_names(Store *store, uint64_t *ret);
/* Begins it anew: it is empty. */
int store_forget_names(Store *store);

/* What the history can be sorted by. A job that has not ended counts as one that ended before all others. */
typedef enum StoreSort {
        STORE_SORT_SUBMITTED,
        STORE_SORT_FINISHED,
        _STORE_SORT_MAX,
        _STORE_SORT_INVALID = -EINVAL,
} StoreSort;

const char *store_sort_to_string(StoreSort sort);
StoreSort store_sort_from_string(const char *s);

/* Between two rows of a sorted history. It stays where it is when rows come, go or move. */
typedef struct StorePlace {
        uint64_t usec, id; /* of the row before it */
} StorePlace;

/* Where a sorted history begins. */
StorePlace store_sorted_begin(bool descending);
/* A page from a place on, which becomes the one where the next page begins; *ret_more is false at the end.
 * As store_foreach_page(), but a filter's ids are not looked up. */
int store_foreach_sorted(Store *store, const StoreFilter *filter, StoreSort sort, bool descending,
                StorePlace *place, unsigned limit, store_job_cb callback, void *userdata, bool *ret_more);

/* How many jobs there are, in as many calls as the pages would take: this one counts from before on, and
 * *ret_next is where to go on, 0 at the end. */
int store_count_page(Store *store, const StoreFilter *filter, uint64_t before, uint64_t *ret_count,
                uint64_t *ret_next);
