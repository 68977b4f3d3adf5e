/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "job-credential.h"
#include "store-row.h"
#include "store-schema.h"
#include "store-statement.h"
#include "strv.h"

bool store_in_transaction(Store *store) {
        return !sqlite3_get_autocommit(store->db);
}

int store_begin(Store *store) {
        return statement_run(store, STATEMENT_BEGIN);
}

int store_commit(Store *store) {
        int r = statement_run(store, STATEMENT_COMMIT);

        if (r < 0)
                store_rollback(store);
        return r;
}

void store_rollback(Store *store) {
        /* a full disk or an I/O error may have rolled it back already */
        if (store_in_transaction(store))
                (void) statement_run(store, STATEMENT_ROLLBACK);
}

static int bind_strv(sqlite3_stmt *statement, int i, char *const *l) {
        void *block;
        size_t size;
        int r = strv_pack(l, &block, &size);

        return r < 0 ? r : sqlite_to_errno(sqlite3_bind_blob64(statement, i, block, size, free));
}

int store_insert(Store *store, Job *job) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_INSERT];
        int r;

        bind_text(statement, 1, job->name);
        bind_text(statement, 2, job->type);
        bind_uint64(statement, 3, job->uid);
        bind_text(statement, 4, job->user);
        bind_uint64(statement, 5, job->submitter);
        bind_uint64(statement, 6, (uint64_t) job->origin);
        bind_text(statement, 7, job->related);
        r = bind_strv(statement, 8, job->command);
        if (r < 0)
                return r;
        r = bind_strv(statement, 9, job->environment);
        if (r < 0)
                return r;
        bind_text(statement, 10, job->working_directory);
        bind_uint64(statement, 11, job->timeout_usec);
        bind_uint64(statement, 12, job->memory_max);
        bind_uint64(statement, 13, job->cpu_quota_usec);
        bind_uint64(statement, 14, job->tasks_max);
        (void) sqlite3_bind_int(statement, 15, job->nice);
        bind_uint64(statement, 16, job->submitted_usec);
        bind_uint64(statement, 17, job->retry_of);
        r = bind_strv(statement, 18, job->parameters);
        if (r < 0)
                return r;
        bind_text(statement, 19, job->run_as);
        if (job->run_as)
                bind_uint64(statement, 20, job->run_uid);
        bind_uint64(statement, 21, job->retries);
        bind_uint64(statement, 22, job->retry_usec);
        bind_uint64(statement, 23, job->restartable);
        bind_uint64(statement, 25, job->output_max);
        bind_uint64(statement, 26, job->output_grace_usec);
        bind_uint64(statement, 27, job->umask);
        bind_uint64(statement, 28, job->keep_results);
        bind_id128(statement, 29, &job->inputs);
        bind_uint64(statement, 30, job->input_bytes);
        bind_text(statement, 31, job->key);
        bind_text(statement, 32, job->run_group);
        r = bind_strv(statement, 24, job->secrets);
        if (r >= 0)
                r = statement_step(statement);
        if (r < 0)
                return r;
        job->stored_bytes = job_count_bytes(job);
        job->id = (uint64_t) sqlite3_last_insert_rowid(store->db);
        return 0;
}

int store_get_last_id(Store *store, uint64_t *ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_LAST_ID];
        int r = statement_step(statement);

        if (r >= 0)
                *ret = column_uint64(statement, 0);
        return r;
}

int store_take_ids(Store *store, uint64_t last_id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_TAKE_IDS];

        bind_uint64(statement, 1, last_id);
        return statement_step(statement);
}

int store_set_starting(Store *store, uint64_t id, const char *unit, sd_id128_t boot_id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_STARTING];

        bind_uint64(statement, 1, id);
        bind_text(statement, 2, unit);
        bind_id128(statement, 3, &boot_id);
        return statement_change(store, statement);
}

int store_set_started(Store *store, uint64_t id, uint64_t started_usec, sd_id128_t invocation_id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_STARTED];

        bind_uint64(statement, 1, id);
        bind_uint64(statement, 2, started_usec);
        bind_id128(statement, 3, &invocation_id);
        return statement_change(store, statement);
}

int store_set_info(Store *store, uint64_t id, const char *info) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_INFO];

        bind_uint64(statement, 1, id);
        bind_text(statement, 2, info);
        return statement_change(store, statement);
}

int store_set_cancelled(Store *store, uint64_t id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_CANCELLED];

        bind_uint64(statement, 1, id);
        return statement_change(store, statement);
}

int store_set_queued(Store *store, uint64_t id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_QUEUED];

        bind_uint64(statement, 1, id);
        return statement_change(store, statement);
}

int store_set_waiting(Store *store, const Job *job, uint64_t next_try_usec) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_WAITING];

        bind_uint64(statement, 1, job->id);
        bind_uint64(statement, 2, next_try_usec);
        bind_text(statement, 3, job->info);
        bind_uint64(statement, 4, job->cpu_usage_nsec);
        bind_uint64(statement, 5, job->memory_peak);
        bind_uint64(statement, 6, job->retries);
        return statement_change(store, statement);
}

int store_limit_waiting(Store *store, uint64_t due_usec, uint64_t current_usec) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_LIMIT_WAITING];

        bind_uint64(statement, 1, due_usec);
        bind_uint64(statement, 2, current_usec);
        return statement_step(statement);
}

int store_set_finished(Store *store, const Job *job) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_FINISHED];

        bind_uint64(statement, 1, job->id);
        bind_uint64(statement, 2, (uint64_t) job->status);
        bind_uint64(statement, 3, (uint64_t) job->result);
        (void) sqlite3_bind_int(statement, 4, job->exit_status);
        bind_uint64(statement, 5, job->started_usec);
        bind_uint64(statement, 6, job->finished_usec);
        bind_text(statement, 7, job->info);
        (void) sqlite3_bind_double(statement, 8, job->progress);
        bind_uint64(statement, 9, job->cpu_usage_nsec);
        bind_uint64(statement, 10, job->memory_peak);
        bind_id128(statement, 11, &job->invocation_id);
        bind_uint64(statement, 12, job->results_uncounted);
        return statement_change(store, statement);
}

int store_set_results(Store *store, uint64_t id, uint64_t files, uint64_t bytes) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_RESULTS];

        bind_uint64(statement, 1, id);
        bind_uint64(statement, 2, files);
        bind_uint64(statement, 3, bytes);
        return statement_change(store, statement);
}

int store_set_results_uncounted(Store *store, uint64_t id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_RESULTS_UNCOUNTED];

        bind_uint64(statement, 1, id);
        return statement_change(store, statement);
}

int store_delete_ended(Store *store, uint64_t id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_DELETE_ENDED];

        bind_uint64(statement, 1, id);
        return statement_change(store, statement);
}

/* Of a statement whose parameters are bound. */
static int get_one(sqlite3_stmt *statement, Job **ret) {
        int r = statement_step(statement);

        if (r < 0)
                return r;
        return r == 0 ? -ENOENT : row_to_job(statement, ret);
}

int store_get(Store *store, uint64_t id, Job **ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_GET];

        bind_uint64(statement, 1, id);
        return get_one(statement, ret);
}

int store_get_uncounted(Store *store, uint64_t after, Job **ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_UNCOUNTED];

        bind_uint64(statement, 1, after);
        return get_one(statement, ret);
}

int store_get_by_key(Store *store, uid_t uid, const char *key, Job **ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_BY_KEY];

        bind_uint64(statement, 1, uid);
        bind_text(statement, 2, key);
        return get_one(statement, ret);
}

int store_get_secrets(Store *store, uint64_t id, char ***ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_GET_SECRETS];
        int r;

        bind_uint64(statement, 1, id);
        r = statement_step(statement);
        if (r < 0)
                return r;
        return r == 0 ? -ENOENT : row_get_strv(statement, 0, ret);
}

int store_get_next_queued(
                Store *store, uid_t uid, const char *type, uint64_t after, uint64_t due_usec, Job **ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NEXT_QUEUED];

        bind_uint64(statement, 1, uid);
        bind_text(statement, 2, type);
        bind_uint64(statement, 3, after);
        bind_uint64(statement, 4, due_usec);
        return get_one(statement, ret);
}

static int deliver_all(sqlite3_stmt *rows, store_job_cb callback, void *userdata) {
        int r;

        while ((r = statement_step(rows)) > 0) {
                r = row_deliver(rows, callback, userdata);
                if (r < 0)
                        return r;
        }
        return r;
}

int store_foreach_running(Store *store, store_job_cb callback, void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_RUNNING];

        return deliver_all(statement, callback, userdata);
}

int store_foreach_oldest(
                Store *store, uint64_t before_usec, unsigned limit, store_job_cb callback, void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_OLDEST];

        bind_uint64(statement, 1, before_usec);
        bind_uint64(statement, 2, limit);
        return deliver_all(statement, callback, userdata);
}

int store_count_ended(Store *store, uint64_t *ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_COUNT_ENDED];

        return statement_get_number(statement, ret);
}

int store_get_result_bytes(Store *store, uid_t uid, uint64_t *ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_RESULTS_OF_USER];

        bind_uint64(statement, 1, uid);
        return statement_get_number(statement, ret);
}

int store_get_input_bytes(Store *store, uid_t uid, uint64_t *ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_INPUTS_OF_USER];

        bind_uint64(statement, 1, uid);
        return statement_get_number(statement, ret);
}

int store_has_inputs(Store *store, sd_id128_t inputs) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_HAS_INPUTS];
        uint64_t n = 0;
        int r;

        bind_id128(statement, 1, &inputs);
        r = statement_get_number(statement, &n);
        return r < 0 ? r : n > 0;
}

int store_has_any_of_user(Store *store, uid_t uid, uint64_t begin_id, uint64_t end_id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_HAS_ANY];
        uint64_t has_any = 0;
        int r;

        bind_uint64(statement, 1, uid);
        bind_uint64(statement, 2, begin_id);
        bind_uint64(statement, 3, end_id);
        r = statement_get_number(statement, &has_any);
        return r < 0 ? r : has_any > 0;
}

int store_get_next_due(Store *store, uint64_t after_usec, uint64_t *ret_usec) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NEXT_DUE];

        bind_uint64(statement, 1, after_usec);
        return statement_get_number(statement, ret_usec);
}

static int deliver_counts(sqlite3_stmt *rows, store_count_cb callback, void *userdata) {
        int r;

        while ((r = statement_step(rows)) > 0) {
                _cleanup_free_ char *type = NULL;

                r = row_get_text(rows, 1, &type);
                if (r >= 0)
                        r = callback((uid_t) column_uint64(rows, 0), type, column_uint64(rows, 2),
                                        column_uint64(rows, 3), userdata);
                if (r < 0)
                        return r;
        }
        return r;
}

int store_foreach_queue(Store *store, uint64_t due_usec, store_count_cb callback, void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_QUEUE];

        bind_uint64(statement, 1, due_usec);
        return deliver_counts(statement, callback, userdata);
}

int store_foreach_due(Store *store, uint64_t after_usec, uint64_t due_usec, store_count_cb callback,
                void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_DUE];

        bind_uint64(statement, 1, after_usec);
        bind_uint64(statement, 2, due_usec);
        return deliver_counts(statement, callback, userdata);
}

int store_count(Store *store, uint64_t *ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_COUNT];

        return statement_get_number(statement, ret);
}
