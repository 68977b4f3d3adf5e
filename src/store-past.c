/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "store-statement.h"

int store_import_begin(Store *store, uint64_t n, uint64_t *ret_first) {
        _cleanup_reset_ sqlite3_stmt *begin = store->statements[STATEMENT_IMPORT_BEGIN];
        _cleanup_reset_ sqlite3_stmt *take = store->statements[STATEMENT_IMPORT_TAKE_IDS];
        _cleanup_reset_ sqlite3_stmt *hidden = store->statements[STATEMENT_HIDDEN];
        int r;

        bind_uint64(begin, 1, n);
        bind_uint64(take, 1, n);
        r = statement_change(store, begin);
        if (r >= 0)
                r = statement_change(store, take);
        if (r >= 0)
                r = statement_step(hidden);
        if (r < 0)
                return r;
        *ret_first = column_uint64(hidden, 0);
        return 0;
}

/* What a record of the past has, wherever it comes from. */
static void bind_record(sqlite3_stmt *statement, const Job *job) {
        bind_uint64(statement, 1, job->id);
        bind_text(statement, 2, job->name);
        bind_text(statement, 3, job->type);
        bind_uint64(statement, 4, job->uid);
        bind_text(statement, 5, job->user);
        bind_uint64(statement, 6, job->submitter);
        bind_uint64(statement, 7, (uint64_t) job->origin);
        bind_text(statement, 8, job->related);
        bind_uint64(statement, 9, job->submitted_usec);
        bind_uint64(statement, 10, job->started_usec);
        bind_uint64(statement, 11, job->finished_usec);
        bind_uint64(statement, 12, (uint64_t) job->status);
        bind_uint64(statement, 13, (uint64_t) job->result);
        (void) sqlite3_bind_int(statement, 14, job->exit_status);
        bind_text(statement, 15, job->info);
        (void) sqlite3_bind_double(statement, 16, job->progress);
        bind_uint64(statement, 17, job->attempt);
        bind_uint64(statement, 18, job->cpu_usage_nsec);
        bind_uint64(statement, 19, job->memory_peak);
}

int store_import_insert(Store *store, const Job *job) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_IMPORT_INSERT];

        bind_record(statement, job);
        bind_uint64(statement, 20, job->imported_usec);
        return statement_step(statement);
}

int store_import_finish(Store *store) {
        return statement_run(store, STATEMENT_IMPORT_FINISH);
}

int store_import_is_unfinished(Store *store) {
        _cleanup_reset_ sqlite3_stmt *hidden = store->statements[STATEMENT_HIDDEN];
        int r = statement_step(hidden);

        return r < 0 ? r : column_uint64(hidden, 0) > 0;
}

int store_import_remove(Store *store, unsigned limit) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_IMPORT_REMOVE];
        int r;

        bind_uint64(statement, 1, limit);
        r = statement_change(store, statement);
        return r == -ENOENT ? store_import_finish(store) : r; /* without rows there is nothing to hide */
}

int store_rebuild_put(Store *store, const Job *job) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_REBUILD_PUT];

        bind_record(statement, job);
        bind_uint64(statement, 20, job->timeout_usec);
        bind_uint64(statement, 21, job->retry_of);
        bind_text(statement, 22, job->unit);
        bind_id128(statement, 23, &job->invocation_id);
        bind_id128(statement, 24, &job->boot_id);
        bind_text(statement, 25, job->run_as);
        if (job->run_as)
                bind_uint64(statement, 26, job->run_uid);
        bind_uint64(statement, 27, job->cancelled);
        return statement_step(statement);
}

int store_rebuild_forget(Store *store, uint64_t id, uint64_t submitted_usec) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_REBUILD_FORGET];

        bind_uint64(statement, 1, id);
        bind_uint64(statement, 2, submitted_usec);
        return statement_step(statement);
}

int store_rebuild_finish(Store *store, const char *info) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_REBUILD_FINISH];

        bind_text(statement, 1, info);
        return statement_step(statement);
}
