/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "store-filter.h"
#include "store-row.h"
#include "store-statement.h"

/* Rows that one page looks at: some ms of work. */
#define SCAN_MAX 10000U

static Statement choose_page_statement(const StoreFilter *filter) {
        const unsigned active = (1U << JOB_QUEUED) | (1U << JOB_RUNNING);
        bool of_user = filter_is_of_user(filter);

        if (filter->status_mask == 1U << JOB_ERROR)
                return of_user ? STATEMENT_PAGE_FAILED_OF_USER : STATEMENT_PAGE_FAILED;
        if (filter->status_mask == 1U << JOB_RUNNING)
                return of_user ? STATEMENT_PAGE_RUNNING_OF_USER : STATEMENT_PAGE_RUNNING;
        if (filter->status_mask != 0 && (filter->status_mask & ~active) == 0)
                return of_user ? STATEMENT_PAGE_ACTIVE_OF_USER : STATEMENT_PAGE_ACTIVE;
        return of_user ? STATEMENT_PAGE_OF_USER : STATEMENT_PAGE;
}

static int compare_ids_descending(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return x < y ? 1 : x > y ? -1 : 0;
}

typedef int (*row_cb)(sqlite3_stmt *row, void *userdata);

/* The rows of a filter that names its ids: each is looked up. */
static int foreach_id(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
                row_cb callback, void *userdata, uint64_t *ret_next) {
        uint64_t last = before;

        qsort(filter->ids, filter->n_ids, sizeof(uint64_t), compare_ids_descending);
        *ret_next = 0;
        for (size_t i = 0; i < filter->n_ids; i++) {
                _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_GET_BRIEF];
                int r;

                if (filter->ids[i] >= last) /* a page before, or named twice */
                        continue;
                if (limit == 0) {
                        *ret_next = last;
                        return 0;
                }
                last = filter->ids[i];
                bind_uint64(statement, 1, last);
                r = statement_step(statement);
                if (r > 0 && row_matches(statement, filter)) {
                        r = callback(statement, userdata);
                        limit--;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* One page on its way through the rows of one statement, or of two. */
typedef struct Scan {
        const StoreFilter *filter;
        sqlite3_stmt *hidden;
        uint64_t last; /* the row that was looked at */
        unsigned n_scanned, limit;
        row_cb callback;
        void *userdata;
} Scan;

/* The index of names has some whose jobs are gone. */
static bool row_is_gone(sqlite3_stmt *row) {
        return sqlite3_column_type(row, COLUMN_STATUS) == SQLITE_NULL;
}

/* Whether a page that has looked at so many rows may look at one more. */
static bool scan_on(Scan *scan, uint64_t id) {
        if (scan->limit == 0 || scan->n_scanned++ >= SCAN_MAX)
                return false;
        scan->last = id;
        return true;
}

/* As long as the statement is not reset, its rows are of the same moment, also for a reader beside jobsd. Returns 1
 * when the page is full, 0 when there are no more rows, or none above an id. */
static int scan_rows(Scan *scan, sqlite3_stmt *statement, uint64_t floor) {
        int r;

        bind_uint64(statement, 1, scan->last);
        while ((r = statement_step(statement)) > 0) {
                if (row_is_hidden(scan->hidden, statement)) { /* there may be a million of them */
                        (void) sqlite3_reset(statement);
                        bind_uint64(statement, 1, column_uint64(scan->hidden, 0));
                        continue;
                }
                if (column_uint64(statement, COLUMN_ID) <= floor)
                        return 0;
                if (!scan_on(scan, column_uint64(statement, COLUMN_ID)))
                        return 1;
                if (row_is_gone(statement) || !row_matches(statement, scan->filter))
                        continue;
                r = scan->callback(statement, scan->userdata);
                if (r < 0)
                        return r;
                scan->limit--;
        }
        return r;
}

/* Whether the names that may match are more than one page looks through. */
static int are_many(Store *store, const char *query, uint64_t before) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NAMES_BEHIND];

        bind_uint64(statement, 1, before);
        bind_text(statement, 2, query);
        bind_uint64(statement, 3, SCAN_MAX);
        return statement_step(statement);
}

/* The index has everybody's names. So it is for those who see everybody's jobs: to others, where a page ends and how
 * long it takes would tell that there are such jobs. */
static bool may_use_names(Statement page, const StoreFilter *filter) {
        return filter->name && filter->uid == UID_INVALID && (page == STATEMENT_PAGE || page == STATEMENT_PAGE_FAILED);
}

/* The ids up to which the index of names has the rows that are asked for; 0 where it does not help. */
static int find_indexed(Store *store, Statement page, const StoreFilter *filter, uint64_t before, char **ret_query,
                uint64_t *ret_upto) {
        int r;

        *ret_query = may_use_names(page, filter) ? names_query(filter->name) : NULL;
        *ret_upto = 0;
        if (!*ret_query)
                return 0;
        if (page != STATEMENT_PAGE) {
                r = are_many(store, *ret_query, before);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return names_indexed_upto(store, ret_upto);
}

static int foreach_row(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
                row_cb callback, void *userdata, uint64_t *ret_next) {
        _cleanup_free_ char *query = NULL;
        _cleanup_reset_ sqlite3_stmt *statement = NULL, *named = NULL, *hidden = NULL;
        Statement which = choose_page_statement(filter);
        Scan scan = { filter, NULL, before > 0 ? before : INT64_MAX, 0, limit, callback, userdata };
        uint64_t upto;
        int r;

        if (filter->n_ids > 0)
                return foreach_id(store, filter, scan.last, limit, callback, userdata, ret_next);

        scan.hidden = hidden = store->statements[STATEMENT_HIDDEN];
        r = statement_step(hidden);
        if (r >= 0)
                r = find_indexed(store, which, filter, scan.last, &query, &upto);
        if (r < 0)
                return r;
        statement = store->statements[which];
        if (filter_is_of_user(filter))
                bind_uint64(statement, 2, filter->uid);
        r = scan_rows(&scan, statement, upto);
        if (r == 0 && upto > 0) {
                named = store->statements[STATEMENT_PAGE_NAMED];
                bind_text(named, 2, query);
                if (scan.last > upto) /* nothing of the index has been seen */
                        scan.last = upto + 1;
                r = scan_rows(&scan, named, 0);
        }
        if (r < 0)
                return r;
        *ret_next = r > 0 ? scan.last : 0;
        return 0;
}

typedef struct JobCallback {
        store_job_cb callback;
        void *userdata;
} JobCallback;

static int deliver_row(sqlite3_stmt *row, void *userdata) {
        const JobCallback *receiver = userdata;

        return row_deliver(row, receiver->callback, receiver->userdata);
}

int store_foreach_page(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
                store_job_cb callback, void *userdata, uint64_t *ret_next) {
        JobCallback receiver = { callback, userdata };

        return foreach_row(store, filter, before, limit, deliver_row, &receiver, ret_next);
}

static int count_row(sqlite3_stmt *row, void *userdata) {
        (*(uint64_t *) userdata)++;
        return 0;
}

int store_count_page(Store *store, const StoreFilter *filter, uint64_t before, uint64_t *ret_count,
                uint64_t *ret_next) {
        uint64_t count = 0;
        int r;

        r = foreach_row(store, filter, before, UINT_MAX, count_row, &count, ret_next);
        if (r >= 0)
                *ret_count = count;
        return r;
}
