/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "store-row.h"
#include "store-schema.h"
#include "store-statement.h"

/* As job_count_bytes(). */
#define STORED_BYTES "length(command) + length(environment) + length(parameters) + length(secrets)"

/* Whether a job may be seen: it is none of an import that has not finished. */
#define IS_SHOWN "NOT EXISTS (SELECT 1 FROM unfinished_import WHERE id BETWEEN first AND last)"

/* Behind the row of ?1 and ?2, of the user ?3. SQLite finds a place by one column of an index, and there may
 * be many rows of one time, after an import: so those of the same time come from a query of their own. */
#define SORTED_FROM(column, of_user, behind, order)                                             \
        "SELECT " COLUMNS_BRIEF " FROM jobs WHERE " column " = ?1 AND id " behind " ?2" of_user \
        " UNION ALL SELECT " COLUMNS_BRIEF " FROM jobs WHERE " column " " behind " ?1" of_user  \
        " ORDER BY " column order ", id" order
#define SORTED(column)                                                           \
        SORTED_FROM(column, "", ">", ""), SORTED_FROM(column, "", "<", " DESC"), \
                        SORTED_FROM(column, " AND uid = ?3", ">", ""),           \
                        SORTED_FROM(column, " AND uid = ?3", "<", " DESC")

#define PAGE(condition) "SELECT " COLUMNS_BRIEF " FROM jobs WHERE id < ?1" condition " ORDER BY id DESC"

/* MATCH gives ids in this order, and no more than are asked for. */
#define NAMED "job_names MATCH ?2 AND job_names.rowid < ?1 ORDER BY job_names.rowid DESC"

/* The statuses are written as their stored numbers: 0 queued, 1 running, 3 error. The partial
 * indexes are used only if the condition stands in the statement as in the index. */
static const char *const statement_texts[_STATEMENT_MAX] = {
        [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
        [STATEMENT_COMMIT] = "COMMIT",
        [STATEMENT_ROLLBACK] = "ROLLBACK",
        [STATEMENT_INSERT] = "INSERT INTO jobs (name, type, uid, user, submitter, origin, related, command,"
                             " environment, working_directory, timeout, memory_max, cpu_quota, tasks_max,"
                             " nice, submitted, retry_of, parameters, run_as, run_uid, retries,"
                             " retry_delay, restartable, secrets, output_max, output_grace, umask, keep_results, inputs,"
                             " input_bytes, key, run_group)"
                             " VALUES (?1, ?2,"
                             " ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
                             " ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)",
        [STATEMENT_SET_STARTING] = "UPDATE jobs SET status = 1, unit = ?2, boot_id = ?3, next_try = 0,"
                                   " info = NULL"
                                   " WHERE id = ?1 AND status = 0",
        [STATEMENT_SET_STARTED] = "UPDATE jobs SET started = ?2, invocation_id = ?3"
                                  " WHERE id = ?1 AND status = 1",
        [STATEMENT_SET_INFO] = "UPDATE jobs SET info = ?2 WHERE id = ?1 AND status = 1",
        [STATEMENT_SET_CANCELLED] = "UPDATE jobs SET cancelled = 1 WHERE id = ?1 AND status = 1",
        [STATEMENT_SET_QUEUED] = "UPDATE jobs SET status = 0, unit = NULL, boot_id = NULL"
                                 " WHERE id = ?1 AND status = 1",
        [STATEMENT_SET_WAITING] =
                        "UPDATE jobs SET status = 0, attempt = attempt + 1, next_try = ?2, info = ?3,"
                        " cpu_usage = ?4, memory_peak = ?5, retries = ?6, unit = NULL, boot_id = NULL,"
                        " invocation_id = NULL, started = 0, progress = -1"
                        " WHERE id = ?1 AND status = 1",
        [STATEMENT_LIMIT_WAITING] = "UPDATE jobs SET next_try = CASE WHEN next_try <= ?1 THEN 1 ELSE ?2 + "
                                    "retry_delay END"
                                    " WHERE status = 0 AND next_try > 0"
                                    " AND (next_try <= ?1 OR next_try > ?2 + retry_delay)",
        [STATEMENT_SET_FINISHED] =
                        "UPDATE jobs SET status = ?2, result = ?3, exit_status = ?4, started = ?5,"
                        " finished = ?6, info = ?7, progress = ?8, cpu_usage = ?9,"
                        " memory_peak = ?10, invocation_id = ?11, results_uncounted = ?12, secrets = x''"
                        " WHERE id = ?1 AND status <= 1",
        [STATEMENT_SET_RESULTS] = "UPDATE jobs SET result_files = ?2, result_bytes = ?3, results_uncounted = 0"
                                  " WHERE id = ?1",
        [STATEMENT_SET_RESULTS_UNCOUNTED] = "UPDATE jobs SET results_uncounted = 1 WHERE id = ?1 AND status >= 2",
        [STATEMENT_UNCOUNTED] = "SELECT " COLUMNS_FULL " FROM jobs WHERE results_uncounted = 1 AND id > ?1"
                                " ORDER BY id LIMIT 1",
        [STATEMENT_RESULTS_OF_USER] = "SELECT coalesce(max(bytes), 0) FROM results_of_user WHERE uid = ?1",
        [STATEMENT_INPUTS_OF_USER] = "SELECT coalesce(sum(input_bytes), 0) FROM jobs"
                                     " WHERE uid = ?1 AND status <= 1 AND inputs IS NOT NULL",
        [STATEMENT_HAS_INPUTS] = "SELECT count(*) FROM jobs WHERE inputs = ?1 AND status <= 1 AND inputs IS NOT NULL",
        [STATEMENT_BY_KEY] = "SELECT " COLUMNS_FULL " FROM jobs WHERE uid = ?1 AND key = ?2",
        [STATEMENT_DELETE_ENDED] = "DELETE FROM jobs WHERE id = ?1 AND status >= 2",
        [STATEMENT_GET] = "SELECT " COLUMNS_FULL " FROM jobs WHERE id = ?1 AND " IS_SHOWN,
        [STATEMENT_GET_BRIEF] = "SELECT " COLUMNS_BRIEF " FROM jobs WHERE id = ?1 AND " IS_SHOWN,
        [STATEMENT_GET_SECRETS] = "SELECT secrets FROM jobs WHERE id = ?1",
        [STATEMENT_NEXT_QUEUED] = "SELECT " COLUMNS_FULL
                                  " FROM jobs WHERE status = 0 AND uid = ?1 AND type IS ?2 AND id > ?3"
                                  " AND next_try <= ?4 ORDER BY id LIMIT 1",
        [STATEMENT_RUNNING] = "SELECT " COLUMNS_FULL " FROM jobs WHERE status = 1 ORDER BY id",
        [STATEMENT_QUEUE] = "SELECT uid, type, count(*), sum(" STORED_BYTES ") FROM jobs WHERE status = 0"
                            " AND next_try <= ?1"
                            " GROUP BY uid, type",
        [STATEMENT_DUE] = "SELECT uid, type, count(*), sum(" STORED_BYTES ") FROM jobs WHERE status = 0"
                          " AND next_try > 0 AND next_try > ?1 AND next_try <= ?2 GROUP BY uid, type",
        [STATEMENT_HAS_ANY] = "SELECT EXISTS (SELECT 1 FROM jobs WHERE uid = ?1 AND id >= ?2 AND id < ?3)",
        [STATEMENT_NEXT_DUE] = "SELECT min(next_try) FROM jobs WHERE status = 0 AND next_try > 0"
                               " AND next_try > ?1",
        [STATEMENT_OLDEST] = "SELECT " COLUMNS_BRIEF " FROM jobs WHERE finished > 0 AND finished < ?1"
                             " ORDER BY finished LIMIT ?2",
        [STATEMENT_COUNT_ENDED] = "SELECT count(*) FROM jobs WHERE finished > 0 AND " IS_SHOWN,
        [STATEMENT_PAGE] = PAGE(""),
        [STATEMENT_PAGE_ACTIVE] = PAGE(" AND status <= 1"),
        [STATEMENT_PAGE_ACTIVE_OF_USER] = PAGE(" AND uid = ?2 AND status <= 1"),
        [STATEMENT_PAGE_RUNNING] = PAGE(" AND status = 1"),
        [STATEMENT_PAGE_RUNNING_OF_USER] = PAGE(" AND +uid = ?2 AND status = 1"), /* there are 4000 of all users at most */
        [STATEMENT_PAGE_FAILED] = PAGE(" AND status = 3"),
        [STATEMENT_PAGE_OF_USER] = PAGE(" AND uid = ?2"),
        [STATEMENT_PAGE_FAILED_OF_USER] = PAGE(" AND uid = ?2 AND status = 3"),
        /* With those of jobs that are gone: a page counts them, as it takes time to look for them. */
        [STATEMENT_PAGE_NAMED] = "SELECT job_names.rowid, " COLUMNS_BEHIND_ID " FROM job_names"
                                 " LEFT JOIN jobs ON id = job_names.rowid WHERE " NAMED,
        [STATEMENT_NAMES_BEHIND] = "SELECT 1 FROM job_names WHERE " NAMED " LIMIT 1 OFFSET ?3",
        [STATEMENT_NAMES_INDEXED] = "SELECT upto, n FROM names_indexed",
        /* None of an import that has not finished: its records may come behind those of jobs with higher ids. */
        [STATEMENT_NAMES_NEXT] = "SELECT id, name FROM jobs WHERE id > ?1"
                                 " AND id < coalesce((SELECT first FROM unfinished_import), 9223372036854775807)"
                                 " ORDER BY id",
        [STATEMENT_NAMES_PUT] = "INSERT INTO job_names (rowid, words) VALUES (?1, ?2)",
        /* Pages of pieces that earlier transactions left behind: a bounded part of it each time, 5 to 10 ms, where
         * SQLite's own choice of the moment took 40 ms now and then. */
        [STATEMENT_NAMES_MERGE] = "INSERT INTO job_names (job_names, rank) VALUES ('merge', 32)",
        [STATEMENT_NAMES_SET_INDEXED] = "UPDATE names_indexed SET upto = ?1, n = ?2",
        [STATEMENT_NAMES_FORGET] = "INSERT INTO job_names (job_names) VALUES ('delete-all')",
        [STATEMENT_HIDDEN] = "SELECT coalesce(max(first), 0), coalesce(max(last), 0) FROM unfinished_import",
        [STATEMENT_SORTED] = SORTED("submitted"),
        SORTED("finished"),
        [STATEMENT_IMPORT_BEGIN] =
                        "INSERT INTO unfinished_import (one, first, last) SELECT 1, seq + 1, seq + ?1"
                        " FROM sqlite_sequence WHERE name = 'jobs'",
        [STATEMENT_IMPORT_TAKE_IDS] = "UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'jobs'",
        [STATEMENT_IMPORT_INSERT] =
                        "INSERT INTO jobs (id, name, type, uid, user, submitter, origin, related,"
                        " command, environment, timeout, memory_max, cpu_quota, tasks_max, nice,"
                        " submitted, started, finished, status, result, exit_status, info, progress,"
                        " attempt, cpu_usage, memory_peak, imported) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
                        " ?7, ?8, X'', X'', 0, 0, 0, 0, 0, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
                        " ?17, ?18, ?19, ?20)",
        [STATEMENT_IMPORT_FINISH] = "DELETE FROM unfinished_import",
        [STATEMENT_IMPORT_REMOVE] = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs, unfinished_import"
                                    " WHERE id BETWEEN first AND last LIMIT ?1)",
        [STATEMENT_REBUILD_PUT] =
                        "INSERT OR REPLACE INTO jobs (id, name, type, uid, user, submitter, origin, related,"
                        " command, environment, timeout, memory_max, cpu_quota, tasks_max, nice,"
                        " submitted, started, finished, status, result, exit_status, info, progress,"
                        " attempt, cpu_usage, memory_peak, retry_of, unit, invocation_id, boot_id,"
                        " run_as, run_uid, cancelled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, X'', X'',"
                        " ?20, 0, 0, 0, 0, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?21, ?22,"
                        " ?23, ?24, ?25, ?26, ?27)",
        [STATEMENT_REBUILD_FORGET] = "DELETE FROM jobs WHERE id = ?1 AND submitted = ?2",
        [STATEMENT_LAST_ID] = "SELECT seq FROM sqlite_sequence WHERE name = 'jobs'",
        [STATEMENT_TAKE_IDS] = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'jobs'",
        /* 3 error, 12 lost; after a try before, that one's end is the last that is known of it */
        [STATEMENT_REBUILD_FINISH] = "UPDATE jobs SET status = 3, result = 12, exit_status = 0, info = ?1,"
                                     " finished = max(submitted, finished) WHERE status = 0",
        [STATEMENT_COUNT] = "SELECT count(*) FROM jobs",
};

int statements_prepare(Store *store) {
        for (size_t i = 0; i < _STATEMENT_MAX; i++) {
                int r = sqlite3_prepare_v3(store->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                &store->statements[i], NULL);
                if (r != SQLITE_OK)
                        return sqlite_to_errno(r);
        }
        return 0;
}

/* The last one of a file of SQLite's: sqlite3_system_errno() does not know those of a commit. */
static int file_errno(sqlite3_file *file) {
        int error = 0;

        if (file && file->pMethods)
                (void) file->pMethods->xFileControl(
                                file, SQLITE_FCNTL_LAST_ERRNO, &error); /* else unknown */
        return error;
}

static int last_errno(sqlite3 *db) {
        sqlite3_file *database = NULL, *log = NULL;
        int error;

        (void) sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log); /* it stays NULL */
        (void) sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &database);
        error = file_errno(log);
        return error ?: file_errno(database);
}

/* SQLite tells a full disk only where a write meets it, and neither a quota nor a disk that became
 * read-only. */
static int refine_error(sqlite3 *db, int error) {
        switch (error == -EIO ? last_errno(db) : 0) {
        case ENOSPC:
        case EDQUOT:
                return -ENOSPC;
        case EROFS:
                return -EROFS;
        default:
                return error;
        }
}

int statement_step(sqlite3_stmt *statement) {
        int r = sqlite3_step(statement);

        return r == SQLITE_ROW ? 1 : refine_error(sqlite3_db_handle(statement), sqlite_to_errno(r));
}

int statement_run(Store *store, Statement which) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[which];

        return statement_step(statement);
}

int statement_change(Store *store, sqlite3_stmt *statement) {
        int r = statement_step(statement);

        if (r < 0)
                return r;
        return sqlite3_changes(store->db) > 0 ? 0 : -ENOENT;
}

int statement_get_number(sqlite3_stmt *statement, uint64_t *ret) {
        int r = statement_step(statement);

        if (r > 0)
                *ret = column_uint64(statement, 0);
        return r < 0 ? r : r == 0 ? -EIO : 0;
}
