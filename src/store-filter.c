/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "parse.h"
#include "store-filter.h"
#include "store-row.h"
#include "store-statement.h"
#include "strv.h"

void store_filter_done(StoreFilter *filter) {
        free(filter->ids);
        strv_free(filter->shared);
        free(filter->name);
        free(filter->type);
        free(filter->user);
        free(filter->related);
}

bool filter_is_of_user(const StoreFilter *filter) {
        return filter->uid != UID_INVALID && !filter->system_users && !filter->shared;
}

static bool column_equals(sqlite3_stmt *row, int i, const char *wanted) {
        const char *s;

        if (!wanted)
                return true;
        s = (const char *) sqlite3_column_text(row, i);
        return s && strcmp(s, wanted) == 0;
}

static bool row_is_named(sqlite3_stmt *row, const StoreFilter *filter) {
        return !filter->name || name_matches((const char *) sqlite3_column_text(row, COLUMN_NAME), filter->name);
}

static bool row_is_shared(sqlite3_stmt *row, const StoreFilter *filter) {
        const char *type = filter->shared ? (const char *) sqlite3_column_text(row, COLUMN_TYPE) : NULL;

        return type && strv_contains(filter->shared, type);
}

static bool row_is_of_user(sqlite3_stmt *row, const StoreFilter *filter) {
        uid_t uid = (uid_t) column_uint64(row, COLUMN_UID), wanted;
        bool is_system = uid_is_system(uid, filter->system_uid_max);

        if (filter->uid != UID_INVALID && uid != filter->uid && !(filter->system_users && is_system) &&
                        !row_is_shared(row, filter))
                return false;
        if (filter->tasks && !is_system)
                return false;
        if (filter->user && parse_uid(filter->user, &wanted) >= 0)
                return uid == wanted;
        return column_equals(row, COLUMN_USER, filter->user);
}

static bool row_is_in_time(sqlite3_stmt *row, const StoreFilter *filter) {
        uint64_t submitted = column_uint64(row, COLUMN_SUBMITTED);
        uint64_t finished = column_uint64(row, COLUMN_FINISHED);

        if (submitted < filter->since_usec || (filter->until_usec > 0 && submitted >= filter->until_usec))
                return false;
        /* finished is 0 for a job that has not ended: it did not end before anything */
        return filter->ended_before_usec == 0 || (finished > 0 && finished < filter->ended_before_usec);
}

bool row_matches(sqlite3_stmt *row, const StoreFilter *filter) {
        JobStatus status = row_get_status(row);

        if (filter->status_mask != 0 && (filter->status_mask & (1U << status)) == 0)
                return false;
        return row_is_of_user(row, filter) && row_is_in_time(row, filter) &&
                        column_equals(row, COLUMN_TYPE, filter->type) &&
                        column_equals(row, COLUMN_RELATED, filter->related) && row_is_named(row, filter);
}

bool row_is_hidden(sqlite3_stmt *range, sqlite3_stmt *row) {
        uint64_t id = column_uint64(row, COLUMN_ID);

        return id >= column_uint64(range, 0) && id <= column_uint64(range, 1);
}
