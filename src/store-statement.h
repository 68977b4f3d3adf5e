/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Inside the store: its prepared statements, one for each purpose, and how they are run. */

#include <sqlite3.h>

#include "macro.h"
#include "store.h"

/* One for each StoreSort, of all users and of one, ascending and descending, in that order. */
#define SORTED_STATEMENTS ((int) _STORE_SORT_MAX * 4)

typedef enum Statement {
        STATEMENT_BEGIN,
        STATEMENT_COMMIT,
        STATEMENT_ROLLBACK,
        STATEMENT_INSERT,
        STATEMENT_SET_STARTING,
        STATEMENT_SET_STARTED,
        STATEMENT_SET_INFO,
        STATEMENT_SET_CANCELLED,
        STATEMENT_SET_QUEUED,
        STATEMENT_SET_WAITING,
        STATEMENT_LIMIT_WAITING,
        STATEMENT_SET_FINISHED,
        STATEMENT_SET_RESULTS,
        STATEMENT_SET_RESULTS_UNCOUNTED,
        STATEMENT_UNCOUNTED,
        STATEMENT_RESULTS_OF_USER,
        STATEMENT_INPUTS_OF_USER,
        STATEMENT_HAS_INPUTS,
        STATEMENT_BY_KEY,
        STATEMENT_DELETE_ENDED,
        STATEMENT_GET,
        STATEMENT_GET_BRIEF,
        STATEMENT_GET_SECRETS,
        STATEMENT_NEXT_QUEUED,
        STATEMENT_RUNNING,
        STATEMENT_QUEUE,
        STATEMENT_NEXT_DUE,
        STATEMENT_HAS_ANY,
        STATEMENT_DUE,
        STATEMENT_OLDEST,
        STATEMENT_COUNT_ENDED,
        STATEMENT_PAGE,
        STATEMENT_PAGE_ACTIVE,
        STATEMENT_PAGE_ACTIVE_OF_USER,
        STATEMENT_PAGE_RUNNING,
        STATEMENT_PAGE_RUNNING_OF_USER,
        STATEMENT_PAGE_FAILED,
        STATEMENT_PAGE_OF_USER,
        STATEMENT_PAGE_FAILED_OF_USER,
        STATEMENT_PAGE_NAMED,
        STATEMENT_NAMES_BEHIND,
        STATEMENT_NAMES_INDEXED,
        STATEMENT_NAMES_NEXT,
        STATEMENT_NAMES_PUT,
        STATEMENT_NAMES_MERGE,
        STATEMENT_NAMES_SET_INDEXED,
        STATEMENT_NAMES_FORGET,
        STATEMENT_HIDDEN,
        STATEMENT_SORTED,
        _STATEMENT_SORTED_LAST = STATEMENT_SORTED + SORTED_STATEMENTS - 1,
        STATEMENT_IMPORT_BEGIN,
        STATEMENT_IMPORT_TAKE_IDS,
        STATEMENT_IMPORT_INSERT,
        STATEMENT_IMPORT_FINISH,
        STATEMENT_IMPORT_REMOVE,
        STATEMENT_REBUILD_PUT,
        STATEMENT_REBUILD_FORGET,
        STATEMENT_LAST_ID,
        STATEMENT_TAKE_IDS,
        STATEMENT_REBUILD_FINISH,
        STATEMENT_COUNT,
        _STATEMENT_MAX,
} Statement;

struct Store {
        sqlite3 *db;
        sqlite3_stmt *statements[_STATEMENT_MAX];
};

/* A statement is reset when the function that uses it is left: a read that is not reset keeps the
 * write-ahead log from being checkpointed. */
static inline void statement_resetp(sqlite3_stmt **statement) {
        if (*statement) {
                (void) sqlite3_reset(*statement); /* repeats the error of the last step */
                (void) sqlite3_clear_bindings(*statement);
        }
}
#define _cleanup_reset_ _cleanup_(statement_resetp)

/* Prepares all of them. */
int statements_prepare(Store *store);

/* One step; 1 when there is a row, 0 at the end. */
int statement_step(sqlite3_stmt *statement);
int statement_run(Store *store, Statement which);
/* Runs a change of one row; -ENOENT when it changed none. */
int statement_change(Store *store, sqlite3_stmt *statement);
/* The one number that it gives. */
int statement_get_number(sqlite3_stmt *statement, uint64_t *ret);

static inline void bind_text(sqlite3_stmt *statement, int i, const char *s) {
        (void) sqlite3_bind_text(statement, i, s, -1, SQLITE_STATIC); /* NULL binds NULL */
}

static inline void bind_uint64(sqlite3_stmt *statement, int i, uint64_t v) {
        (void) sqlite3_bind_int64(statement, i, v > INT64_MAX ? INT64_MAX : (int64_t) v);
}

static inline void bind_id128(sqlite3_stmt *statement, int i, const sd_id128_t *id) {
        if (!sd_id128_is_null(*id))
                (void) sqlite3_bind_blob(statement, i, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
}

static inline uint64_t column_uint64(sqlite3_stmt *row, int i) {
        int64_t v = sqlite3_column_int64(row, i);

        return v < 0 ? 0 : (uint64_t) v;
}
