/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include <sqlite3.h>

#include "store-fixture.h"

int store_setup(void **state) {
        StoreFixture *fixture = calloc(1, sizeof(StoreFixture));
        _cleanup_free_ char *message = NULL;

        assert_non_null(fixture);
        fixture->folder = folder_new();
        fixture->path = path_in(fixture->folder, "jobs.db");
        assert_int_equal(store_open(fixture->path, &fixture->store, &message), 0);
        *state = fixture;
        return 0;
}

int store_teardown(void **state) {
        StoreFixture *fixture = *state;

        store_free(fixture->store);
        folder_free(fixture->folder);
        free(fixture->path);
        free(fixture);
        return 0;
}

void store_reopen(StoreFixture *fixture) {
        _cleanup_free_ char *message = NULL;

        fixture->store = store_free(fixture->store);
        assert_int_equal(store_open(fixture->path, &fixture->store, &message), 0);
}

static sqlite3 *sql_open(const char *path) {
        sqlite3 *db;

        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        return db;
}

void sql_run(const char *path, const char *sql) {
        sqlite3 *db = sql_open(path);

        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
                fail_msg("%s: %s", sql, sqlite3_errmsg(db));
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t sql_number(const char *path, const char *sql) {
        sqlite3 *db = sql_open(path);
        sqlite3_stmt *statement;
        int64_t number;

        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        number = sqlite3_column_int64(statement, 0);
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        return number;
}

uint64_t insert_job(Store *store, uid_t uid, const char *user) {
        _cleanup_(job_freep) Job *job = sample_job(uid, user);

        assert_int_equal(store_insert(store, job), 0);
        return job->id;
}

void start_job(Store *store, uint64_t id) {
        char unit[64];

        snprintf(unit, sizeof(unit), "jobsd-%" PRIu64 ".service", id);
        assert_int_equal(store_set_starting(store, id, unit,
                                         SD_ID128_MAKE(b0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
                        0);
}

void end_job(Store *store, uint64_t id, JobResult result) {
        _cleanup_(job_freep) Job *job = get_job(store, id);

        job->result = result;
        job->status = job_result_to_status(result);
        job->finished_usec = job->submitted_usec + USEC_PER_SEC;
        assert_int_equal(store_set_finished(store, job), 0);
}

uint64_t insert_job_with_status(Store *store, uid_t uid, const char *user, JobStatus status) {
        uint64_t id = insert_job(store, uid, user);

        if (status != JOB_QUEUED)
                start_job(store, id);
        if (status > JOB_RUNNING)
                end_job(store, id,
                                status == JOB_COMPLETED               ? JOB_RESULT_SUCCESS
                                                : status == JOB_ERROR ? JOB_RESULT_EXIT_CODE
                                                                      : JOB_RESULT_CANCELLED);
        return id;
}

Job *get_job(Store *store, uint64_t id) {
        Job *job = NULL;

        assert_int_equal(store_get(store, id, &job), 0);
        return job;
}

JobStatus status_of(Store *store, uint64_t id) {
        _cleanup_(job_freep) Job *job = get_job(store, id);

        return job->status;
}
