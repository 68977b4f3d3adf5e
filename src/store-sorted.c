/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "macro.h"
#include "store-filter.h"
#include "store-row.h"
#include "store-statement.h"
#include "string-table.h"

/* Rows that one page looks at. They lie all over the file, and take four times as long as those of a page by
 * ids. */
#define SCAN_MAX 2500U

static const char *const store_sort_table[_STORE_SORT_MAX] = {
        [STORE_SORT_SUBMITTED] = "submitted",
        [STORE_SORT_FINISHED] = "finished",
};

DEFINE_STRING_TABLE(store_sort, StoreSort, _STORE_SORT_MAX);

static const int sort_columns[_STORE_SORT_MAX] = {
        [STORE_SORT_SUBMITTED] = COLUMN_SUBMITTED,
        [STORE_SORT_FINISHED] = COLUMN_FINISHED,
};

StorePlace store_sorted_begin(bool descending) {
        return descending ? (StorePlace){ INT64_MAX, INT64_MAX } : (StorePlace){};
}

static sqlite3_stmt *choose_statement(
                Store *store, const StoreFilter *filter, StoreSort sort, bool descending) {
        bool of_user = filter_is_of_user(filter);
        sqlite3_stmt *statement =
                        store->statements[STATEMENT_SORTED + (int) sort * 4 + of_user * 2 + descending];

        if (of_user)
                bind_uint64(statement, 3, filter->uid);
        return statement;
}

int store_foreach_sorted(Store *store, const StoreFilter *filter, StoreSort sort, bool descending,
                StorePlace *place, unsigned limit, store_job_cb callback, void *userdata, bool *ret_more) {
        _cleanup_reset_ sqlite3_stmt *hidden = store->statements[STATEMENT_HIDDEN];
        _cleanup_reset_ sqlite3_stmt *statement = choose_statement(store, filter, sort, descending);
        unsigned n_scanned = 0;
        int r;

        r = statement_step(hidden);
        if (r < 0)
                return r;
        bind_uint64(statement, 1, place->usec);
        bind_uint64(statement, 2, place->id);
        while ((r = statement_step(statement)) > 0) {
                if (limit == 0 || n_scanned++ >= SCAN_MAX)
                        break;
                *place = (StorePlace){ column_uint64(statement, sort_columns[sort]),
                        column_uint64(statement, COLUMN_ID) };
                if (row_is_hidden(hidden, statement) || !row_matches(statement, filter))
                        continue;
                r = row_deliver(statement, callback, userdata);
                if (r < 0)
                        return r;
                limit--;
        }
        *ret_more = r > 0;
        return r < 0 ? r : 0;
}
