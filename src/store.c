/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "parse.h"
#include "store-schema.h"
#include "store.h"
#include "strv.h"

/* Rows that one page looks at: some ms of work. */
#define SCAN_MAX 10000U

#define BUSY_MSEC 10000

/* What a list shows, and what only one job's own view shows. The order is that of job_from_row(). */
#define COLUMNS_BRIEF                                                                      \
        "id, name, type, uid, user, submitter, origin, related, submitted, started, finished, " \
        "status, result, exit_status, info, progress, unit, invocation_id, boot_id, attempt, "  \
        "cpu_usage, memory_peak, retry_of"
#define COLUMNS_FULL                                                                            \
        COLUMNS_BRIEF ", command, environment, working_directory, timeout, memory_max, cpu_quota, " \
                      "tasks_max, nice"

enum {
        COLUMN_ID,
        COLUMN_NAME,
        COLUMN_TYPE,
        COLUMN_UID,
        COLUMN_USER,
        COLUMN_SUBMITTER,
        COLUMN_ORIGIN,
        COLUMN_RELATED,
        COLUMN_SUBMITTED,
        COLUMN_STARTED,
        COLUMN_FINISHED,
        COLUMN_STATUS,
        COLUMN_RESULT,
        COLUMN_EXIT_STATUS,
        COLUMN_INFO,
        COLUMN_PROGRESS,
        COLUMN_UNIT,
        COLUMN_INVOCATION_ID,
        COLUMN_BOOT_ID,
        COLUMN_ATTEMPT,
        COLUMN_CPU_USAGE,
        COLUMN_MEMORY_PEAK,
        COLUMN_RETRY_OF,
        _COLUMN_BRIEF_MAX,
        COLUMN_COMMAND = _COLUMN_BRIEF_MAX,
        COLUMN_ENVIRONMENT,
        COLUMN_WORKING_DIRECTORY,
        COLUMN_TIMEOUT,
        COLUMN_MEMORY_MAX,
        COLUMN_CPU_QUOTA,
        COLUMN_TASKS_MAX,
        COLUMN_NICE,
};

typedef enum Statement {
        STATEMENT_BEGIN,
        STATEMENT_COMMIT,
        STATEMENT_ROLLBACK,
        STATEMENT_INSERT,
        STATEMENT_SET_STARTING,
        STATEMENT_SET_STARTED,
        STATEMENT_SET_QUEUED,
        STATEMENT_SET_FINISHED,
        STATEMENT_DELETE_ENDED,
        STATEMENT_GET,
        STATEMENT_GET_BRIEF,
        STATEMENT_NEXT_QUEUED,
        STATEMENT_RUNNING,
        STATEMENT_QUEUE,
        STATEMENT_OLDEST,
        STATEMENT_COUNT_ENDED,
        STATEMENT_PAGE,
        STATEMENT_PAGE_ACTIVE,
        STATEMENT_PAGE_FAILED,
        STATEMENT_PAGE_OF_USER,
        STATEMENT_PAGE_FAILED_OF_USER,
        _STATEMENT_MAX,
} Statement;

/* The statuses are written as their stored numbers: 0 queued, 1 running, 3 error. The partial
 * indexes are used only if the condition stands in the statement as in the index. */
static const char *const statement_texts[_STATEMENT_MAX] = {
        [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
        [STATEMENT_COMMIT] = "COMMIT",
        [STATEMENT_ROLLBACK] = "ROLLBACK",
        [STATEMENT_INSERT] = "INSERT INTO jobs (name, type, uid, user, submitter, origin, related, command,"
                             " environment, working_directory, timeout, memory_max, cpu_quota, tasks_max,"
                             " nice, submitted, retry_of) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                             " ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        [STATEMENT_SET_STARTING] = "UPDATE jobs SET status = 1, unit = ?2, boot_id = ?3"
                                   " WHERE id = ?1 AND status = 0",
        [STATEMENT_SET_STARTED] = "UPDATE jobs SET started = ?2, invocation_id = ?3"
                                  " WHERE id = ?1 AND status = 1",
        [STATEMENT_SET_QUEUED] = "UPDATE jobs SET status = 0, unit = NULL, boot_id = NULL"
                                 " WHERE id = ?1 AND status = 1",
        [STATEMENT_SET_FINISHED] = "UPDATE jobs SET status = ?2, result = ?3, exit_status = ?4, started = ?5,"
                                   " finished = ?6, info = ?7, progress = ?8, cpu_usage = ?9,"
                                   " memory_peak = ?10, invocation_id = ?11"
                                   " WHERE id = ?1 AND status <= 1",
        [STATEMENT_DELETE_ENDED] = "DELETE FROM jobs WHERE id = ?1 AND status >= 2",
        [STATEMENT_GET] = "SELECT " COLUMNS_FULL " FROM jobs WHERE id = ?1",
        [STATEMENT_GET_BRIEF] = "SELECT " COLUMNS_BRIEF " FROM jobs WHERE id = ?1",
        [STATEMENT_NEXT_QUEUED] = "SELECT " COLUMNS_FULL
                                  " FROM jobs WHERE status = 0 AND uid = ?1 ORDER BY id LIMIT 1",
        [STATEMENT_RUNNING] = "SELECT " COLUMNS_FULL " FROM jobs WHERE status <= 1 AND status = 1 ORDER BY id",
        [STATEMENT_QUEUE] = "SELECT uid, count(*) FROM jobs WHERE status = 0 GROUP BY uid",
        [STATEMENT_OLDEST] = "SELECT " COLUMNS_BRIEF " FROM jobs WHERE status >= 2 AND finished < ?1"
                             " ORDER BY finished LIMIT ?2",
        [STATEMENT_COUNT_ENDED] = "SELECT count(*) FROM jobs WHERE status >= 2",
        [STATEMENT_PAGE] = "SELECT " COLUMNS_BRIEF " FROM jobs WHERE id < ?1 ORDER BY id DESC",
        [STATEMENT_PAGE_ACTIVE] = "SELECT " COLUMNS_BRIEF
                                  " FROM jobs WHERE id < ?1 AND status <= 1 ORDER BY id DESC",
        [STATEMENT_PAGE_FAILED] = "SELECT " COLUMNS_BRIEF
                                  " FROM jobs WHERE id < ?1 AND status = 3 ORDER BY id DESC",
        [STATEMENT_PAGE_OF_USER] = "SELECT " COLUMNS_BRIEF
                                   " FROM jobs WHERE id < ?1 AND uid = ?2 ORDER BY id DESC",
        [STATEMENT_PAGE_FAILED_OF_USER] = "SELECT " COLUMNS_BRIEF " FROM jobs"
                                          " WHERE id < ?1 AND uid = ?2 AND status = 3 ORDER BY id DESC",
};

struct Store {
        sqlite3 *db;
        sqlite3_stmt *statements[_STATEMENT_MAX];
};

Store *store_free(Store *store) {
        if (!store)
                return NULL;
        for (size_t i = 0; i < _STATEMENT_MAX; i++)
                sqlite3_finalize(store->statements[i]);
        (void) sqlite3_close(store->db); /* fails only with statements left, and there are none */
        free(store);
        return NULL;
}

static int describe_failure(int r, const char *path, int version, const char *detail, char **ret) {
        int n;

        if (r == -EPROTONOSUPPORT)
                n = asprintf(ret,
                        "%s has schema version %d, this jobsd knows versions up to %d: it was written by"
                        " a newer jobsd. Install that version again, or move the file away to begin"
                        " with an empty history.",
                        path, version, store_schema_newest());
        else if (r == -EBADMSG)
                n = asprintf(ret,
                        "%s is not a jobsd database, or it is damaged (%s). It is left as it is: restore"
                        " it from a backup, or move it away to begin with an empty history.",
                        path, detail);
        else
                n = asprintf(ret, "%s cannot be opened: %s. Check its permissions and the file system.", path,
                        detail);
        return n < 0 ? -ENOMEM : r;
}

static int prepare_statements(Store *store) {
        for (size_t i = 0; i < _STATEMENT_MAX; i++) {
                int r = sqlite3_prepare_v3(store->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                        &store->statements[i], NULL);
                if (r != SQLITE_OK)
                        return sqlite_to_errno(r);
        }
        return 0;
}

static int set_up_writable(sqlite3 *db, int *ret_version) {
        int r;

        /* SQLite opens what it may not write to all the same */
        if (sqlite3_db_readonly(db, "main") == 1)
                return -EROFS;
        r = store_schema_migrate(db, ret_version);
        if (r < 0)
                return r;
        return sqlite_to_errno(sqlite3_exec(db,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON", NULL, NULL,
                NULL));
}

static int set_up_read_only(sqlite3 *db, int *ret_version) {
        /* a reader of a write-ahead log waits for another one's recovery, and for nothing else */
        (void) sqlite3_busy_timeout(db, BUSY_MSEC);
        return store_schema_check(db, ret_version);
}

static int open_database(const char *path, int flags, int (*set_up)(sqlite3 *db, int *ret_version), Store **ret,
        char **ret_message) {
        _cleanup_(store_freep) Store *store = calloc(1, sizeof(Store));
        int r, version = 0;

        if (!store)
                return -ENOMEM;
        r = sqlite_to_errno(sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL));
        if (!store->db)
                return -ENOMEM;
        if (r >= 0)
                r = set_up(store->db, &version);
        if (r >= 0)
                r = prepare_statements(store);
        if (r < 0)
                return describe_failure(r, path, version,
                        r == -EROFS ? sqlite3_errstr(SQLITE_READONLY) : sqlite3_errmsg(store->db), ret_message);
        *ret = TAKE_PTR(store);
        return 0;
}

int store_open(const char *path, Store **ret, char **ret_message) {
        return open_database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, set_up_writable, ret, ret_message);
}

int store_open_read_only(const char *path, Store **ret, char **ret_message) {
        return open_database(path, SQLITE_OPEN_READONLY, set_up_read_only, ret, ret_message);
}

/* A statement is reset when the function that uses it is left: a read that is not reset keeps the
 * write-ahead log from being checkpointed. */
static void statement_resetp(sqlite3_stmt **statement) {
        if (*statement) {
                (void) sqlite3_reset(*statement); /* repeats the error of the last step */
                (void) sqlite3_clear_bindings(*statement);
        }
}
#define _cleanup_reset_ _cleanup_(statement_resetp)

/* One step; 1 when there is a row, 0 at the end. */
static int step(sqlite3_stmt *statement) {
        int r = sqlite3_step(statement);

        return r == SQLITE_ROW ? 1 : sqlite_to_errno(r);
}

static int run(Store *store, Statement which) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[which];

        return step(statement);
}

/* Runs a change of one row; -ENOENT when it changed none. */
static int change(Store *store, sqlite3_stmt *statement) {
        int r = step(statement);

        if (r < 0)
                return r;
        return sqlite3_changes(store->db) > 0 ? 0 : -ENOENT;
}

bool store_in_transaction(Store *store) {
        return !sqlite3_get_autocommit(store->db);
}

int store_begin(Store *store) {
        return run(store, STATEMENT_BEGIN);
}

int store_commit(Store *store) {
        int r = run(store, STATEMENT_COMMIT);

        if (r < 0)
                store_rollback(store);
        return r;
}

void store_rollback(Store *store) {
        /* a full disk or an I/O error may have rolled it back already */
        if (store_in_transaction(store))
                (void) run(store, STATEMENT_ROLLBACK);
}

static void bind_text(sqlite3_stmt *statement, int i, const char *s) {
        (void) sqlite3_bind_text(statement, i, s, -1, SQLITE_STATIC); /* NULL binds NULL */
}

static void bind_uint64(sqlite3_stmt *statement, int i, uint64_t v) {
        (void) sqlite3_bind_int64(statement, i, v > INT64_MAX ? INT64_MAX : (int64_t) v);
}

static void bind_id128(sqlite3_stmt *statement, int i, const sd_id128_t *id) {
        if (!sd_id128_is_null(*id))
                (void) sqlite3_bind_blob(statement, i, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
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
        r = step(statement);
        if (r < 0)
                return r;
        job->id = (uint64_t) sqlite3_last_insert_rowid(store->db);
        return 0;
}

int store_set_starting(Store *store, uint64_t id, const char *unit, sd_id128_t boot_id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_STARTING];

        bind_uint64(statement, 1, id);
        bind_text(statement, 2, unit);
        bind_id128(statement, 3, &boot_id);
        return change(store, statement);
}

int store_set_started(Store *store, uint64_t id, uint64_t started_usec, sd_id128_t invocation_id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_STARTED];

        bind_uint64(statement, 1, id);
        bind_uint64(statement, 2, started_usec);
        bind_id128(statement, 3, &invocation_id);
        return change(store, statement);
}

int store_set_queued(Store *store, uint64_t id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_SET_QUEUED];

        bind_uint64(statement, 1, id);
        return change(store, statement);
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
        return change(store, statement);
}

int store_delete_ended(Store *store, uint64_t id) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_DELETE_ENDED];

        bind_uint64(statement, 1, id);
        return change(store, statement);
}

static int column_text(sqlite3_stmt *row, int i, char **ret) {
        const char *s = (const char *) sqlite3_column_text(row, i);

        if (!s)
                return 0;
        *ret = strdup(s);
        return *ret ? 0 : -ENOMEM;
}

static sd_id128_t column_id128(sqlite3_stmt *row, int i) {
        sd_id128_t id = SD_ID128_NULL;

        if (sqlite3_column_bytes(row, i) == sizeof(id.bytes))
                memcpy(id.bytes, sqlite3_column_blob(row, i), sizeof(id.bytes));
        return id;
}

static uint64_t column_uint64(sqlite3_stmt *row, int i) {
        int64_t v = sqlite3_column_int64(row, i);

        return v < 0 ? 0 : (uint64_t) v;
}

/* An enum of the row; what this version does not know becomes the fallback. */
static int column_enum(sqlite3_stmt *row, int i, int max, int fallback) {
        int64_t v = sqlite3_column_int64(row, i);

        return v >= 0 && v < max ? (int) v : fallback;
}

static int job_strings_from_row(sqlite3_stmt *row, Job *job) {
        int r;

        r = column_text(row, COLUMN_NAME, &job->name);
        if (r >= 0)
                r = column_text(row, COLUMN_TYPE, &job->type);
        if (r >= 0)
                r = column_text(row, COLUMN_USER, &job->user);
        if (r >= 0)
                r = column_text(row, COLUMN_RELATED, &job->related);
        if (r >= 0)
                r = column_text(row, COLUMN_INFO, &job->info);
        if (r >= 0)
                r = column_text(row, COLUMN_UNIT, &job->unit);
        return r;
}

static int job_specification_from_row(sqlite3_stmt *row, Job *job) {
        int r;

        r = strv_unpack(sqlite3_column_blob(row, COLUMN_COMMAND),
                (size_t) sqlite3_column_bytes(row, COLUMN_COMMAND), &job->command);
        if (r < 0)
                return r;
        r = strv_unpack(sqlite3_column_blob(row, COLUMN_ENVIRONMENT),
                (size_t) sqlite3_column_bytes(row, COLUMN_ENVIRONMENT), &job->environment);
        if (r < 0)
                return r;
        job->timeout_usec = column_uint64(row, COLUMN_TIMEOUT);
        job->memory_max = column_uint64(row, COLUMN_MEMORY_MAX);
        job->cpu_quota_usec = column_uint64(row, COLUMN_CPU_QUOTA);
        job->tasks_max = column_uint64(row, COLUMN_TASKS_MAX);
        job->nice = sqlite3_column_int(row, COLUMN_NICE);
        return column_text(row, COLUMN_WORKING_DIRECTORY, &job->working_directory);
}

static int job_from_row(sqlite3_stmt *row, Job **ret) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = job_new(&job);
        if (r < 0)
                return r;
        r = job_strings_from_row(row, job);
        if (r < 0)
                return r;
        job->id = column_uint64(row, COLUMN_ID);
        job->uid = (uid_t) column_uint64(row, COLUMN_UID);
        job->submitter = (uid_t) column_uint64(row, COLUMN_SUBMITTER);
        job->origin = (JobOrigin) column_enum(row, COLUMN_ORIGIN, _JOB_ORIGIN_MAX, JOB_ORIGIN_BUS);
        job->submitted_usec = column_uint64(row, COLUMN_SUBMITTED);
        job->started_usec = column_uint64(row, COLUMN_STARTED);
        job->finished_usec = column_uint64(row, COLUMN_FINISHED);
        job->status = (JobStatus) column_enum(row, COLUMN_STATUS, _JOB_STATUS_MAX, JOB_ERROR);
        job->result = (JobResult) column_enum(row, COLUMN_RESULT, _JOB_RESULT_MAX, JOB_RESULT_LOST);
        job->exit_status = sqlite3_column_int(row, COLUMN_EXIT_STATUS);
        job->progress = sqlite3_column_double(row, COLUMN_PROGRESS);
        job->invocation_id = column_id128(row, COLUMN_INVOCATION_ID);
        job->boot_id = column_id128(row, COLUMN_BOOT_ID);
        job->attempt = (unsigned) column_uint64(row, COLUMN_ATTEMPT);
        job->cpu_usage_nsec = column_uint64(row, COLUMN_CPU_USAGE);
        job->memory_peak = column_uint64(row, COLUMN_MEMORY_PEAK);
        job->retry_of = column_uint64(row, COLUMN_RETRY_OF);
        if (sqlite3_column_count(row) > _COLUMN_BRIEF_MAX) {
                r = job_specification_from_row(row, job);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(job);
        return 0;
}

static int get_one(Store *store, Statement which, uint64_t key, Job **ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[which];
        int r;

        bind_uint64(statement, 1, key);
        r = step(statement);
        if (r < 0)
                return r;
        return r == 0 ? -ENOENT : job_from_row(statement, ret);
}

int store_get(Store *store, uint64_t id, Job **ret) {
        return get_one(store, STATEMENT_GET, id, ret);
}

int store_get_next_queued(Store *store, uid_t uid, Job **ret) {
        return get_one(store, STATEMENT_NEXT_QUEUED, uid, ret);
}

/* Hands the row to the callback as a job. */
static int deliver(sqlite3_stmt *row, store_job_cb callback, void *userdata) {
        _cleanup_(job_freep) Job *job = NULL;
        int r = job_from_row(row, &job);

        return r < 0 ? r : callback(job, userdata);
}

static int deliver_all(sqlite3_stmt *rows, store_job_cb callback, void *userdata) {
        int r;

        while ((r = step(rows)) > 0) {
                r = deliver(rows, callback, userdata);
                if (r < 0)
                        return r;
        }
        return r;
}

int store_foreach_running(Store *store, store_job_cb callback, void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_RUNNING];

        return deliver_all(statement, callback, userdata);
}

int store_foreach_oldest(Store *store, uint64_t before_usec, unsigned limit, store_job_cb callback, void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_OLDEST];

        bind_uint64(statement, 1, before_usec);
        bind_uint64(statement, 2, limit);
        return deliver_all(statement, callback, userdata);
}

int store_count_ended(Store *store, uint64_t *ret) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_COUNT_ENDED];
        int r = step(statement);

        if (r > 0)
                *ret = column_uint64(statement, 0);
        return r < 0 ? r : r == 0 ? -EIO : 0;
}

int store_foreach_queue(Store *store, store_count_cb callback, void *userdata) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_QUEUE];
        int r;

        while ((r = step(statement)) > 0) {
                r = callback((uid_t) column_uint64(statement, 0), column_uint64(statement, 1), userdata);
                if (r < 0)
                        return r;
        }
        return r;
}

void store_filter_done(StoreFilter *filter) {
        free(filter->ids);
        free(filter->type);
        free(filter->user);
        free(filter->related);
}

static bool column_equals(sqlite3_stmt *row, int i, const char *wanted) {
        const char *s;

        if (!wanted)
                return true;
        s = (const char *) sqlite3_column_text(row, i);
        return s && strcmp(s, wanted) == 0;
}

static bool row_is_of_user(sqlite3_stmt *row, const StoreFilter *filter) {
        uid_t uid = (uid_t) column_uint64(row, COLUMN_UID), wanted;

        if (filter->uid != UID_INVALID && uid != filter->uid &&
                !(filter->system_users && uid_is_system(uid)))
                return false;
        if (column_equals(row, COLUMN_USER, filter->user))
                return true;
        return parse_uid(filter->user, &wanted) >= 0 && uid == wanted;
}

static bool row_is_in_time(sqlite3_stmt *row, const StoreFilter *filter) {
        uint64_t submitted = column_uint64(row, COLUMN_SUBMITTED);
        uint64_t finished = column_uint64(row, COLUMN_FINISHED);

        if (submitted < filter->since_usec || (filter->until_usec > 0 && submitted >= filter->until_usec))
                return false;
        /* finished is 0 for a job that has not ended: it did not end before anything */
        return filter->ended_before_usec == 0 || (finished > 0 && finished < filter->ended_before_usec);
}

static bool row_matches(sqlite3_stmt *row, const StoreFilter *filter) {
        unsigned status = (unsigned) sqlite3_column_int(row, COLUMN_STATUS);

        if (filter->status_mask != 0 && (filter->status_mask & (1U << status)) == 0)
                return false;
        return row_is_of_user(row, filter) && row_is_in_time(row, filter) &&
                column_equals(row, COLUMN_TYPE, filter->type) &&
                column_equals(row, COLUMN_RELATED, filter->related);
}

static Statement choose_page_statement(const StoreFilter *filter) {
        const unsigned active = (1U << JOB_QUEUED) | (1U << JOB_RUNNING);
        bool of_user = filter->uid != UID_INVALID && !filter->system_users;

        if (filter->status_mask == 1U << JOB_ERROR)
                return of_user ? STATEMENT_PAGE_FAILED_OF_USER : STATEMENT_PAGE_FAILED;
        if (filter->status_mask != 0 && (filter->status_mask & ~active) == 0)
                return STATEMENT_PAGE_ACTIVE;
        return of_user ? STATEMENT_PAGE_OF_USER : STATEMENT_PAGE;
}

static int compare_ids_descending(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return x < y ? 1 : x > y ? -1 : 0;
}

/* The page of a filter that names its ids: each is looked up. */
static int foreach_id(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
        store_job_cb callback, void *userdata, uint64_t *ret_next) {
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
                r = step(statement);
                if (r > 0 && row_matches(statement, filter)) {
                        r = deliver(statement, callback, userdata);
                        limit--;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

int store_foreach_page(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit,
        store_job_cb callback, void *userdata, uint64_t *ret_next) {
        _cleanup_reset_ sqlite3_stmt *statement = NULL;
        Statement which = choose_page_statement(filter);
        uint64_t last = before > 0 ? before : INT64_MAX;
        unsigned n_scanned = 0;
        int r;

        if (filter->n_ids > 0)
                return foreach_id(store, filter, last, limit, callback, userdata, ret_next);

        statement = store->statements[which];
        bind_uint64(statement, 1, last);
        if (which == STATEMENT_PAGE_OF_USER || which == STATEMENT_PAGE_FAILED_OF_USER)
                bind_uint64(statement, 2, filter->uid);
        while ((r = step(statement)) > 0) {
                if (limit == 0 || n_scanned++ >= SCAN_MAX) {
                        *ret_next = last;
                        return 0;
                }
                last = column_uint64(statement, COLUMN_ID);
                if (!row_matches(statement, filter))
                        continue;
                r = deliver(statement, callback, userdata);
                if (r < 0)
                        return r;
                limit--;
        }
        if (r < 0)
                return r;
        *ret_next = 0;
        return 0;
}
