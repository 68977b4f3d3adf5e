/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening the store: databases of every version, and all that is not ours to touch. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "store-fixture.h"
#include "store-schema.h"
#include "store-versions.h"
#include "strv.h"

/* The result of opening it, with what was said in *ret_message. */
static int open_and_close(const char *path, char **ret_message) {
        _cleanup_(store_freep) Store *store = NULL;

        return store_open(path, &store, ret_message);
}

static void assert_contains(const char *text, const char *part) {
        assert_non_null(text);
        if (!strstr(text, part))
                fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void assert_opens(const char *path) {
        _cleanup_free_ char *message = NULL;
        int r = open_and_close(path, &message);

        if (r < 0)
                fail_msg("%s: %s", path, message);
}

/* Opening it fails, the message says which file and this, and no byte of the file is another. */
static void assert_refused(const char *path, int error, const char *hint) {
        _cleanup_free_ char *message = NULL, *before = NULL, *after = NULL;
        size_t n_before, n_after;

        before = file_read(path, &n_before);
        assert_int_equal(open_and_close(path, &message), error);
        assert_contains(message, path);
        assert_contains(message, hint);
        after = file_read(path, &n_after);
        assert_int_equal(n_after, n_before);
        assert_memory_equal(after, before, n_before);
}

static void test_a_new_database(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db");

        assert_opens(path);
        assert_int_equal(sql_number(path, "PRAGMA user_version"), store_schema_newest());
        assert_int_equal(sql_number(path, "PRAGMA application_id"), 0x6a6f6273);
        assert_int_equal(sql_number(path, "SELECT count(*) FROM jobs"), 0);
}

/* What file(1) and we know it by stands in its header. */
static void test_its_header(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *bytes = NULL;
        size_t size;

        assert_opens(path);
        bytes = file_read(path, &size);
        assert_true(size > 100);
        assert_memory_equal(bytes, "SQLite format 3", 16);
        assert_memory_equal(bytes + 68, "jobs", 4);
        assert_memory_equal(bytes + 18, "\2\2", 2); /* read and written with a write-ahead log */
}

static void test_it_opens_again(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db");

        for (int i = 0; i < 3; i++)
                assert_opens(path);
}

/* Version 0 is none. */
static void make_version(const char *path, size_t version) {
        (void) unlink(path); /* of the version before */
        if (!database_versions[version])
                return;
        sql_run(path, database_versions[version]);
        sql_run(path, "PRAGMA application_id = " APPLICATION_ID);
}

/* The text of all tables and indexes. */
static char *schema_of(const char *path) {
        sqlite3_stmt *statement;
        sqlite3 *db;
        char *schema;

        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(db,
                                         "SELECT group_concat(sql, char(10)) FROM"
                                         " (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY "
                                         "name)",
                                         -1, &statement, NULL),
                        SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        schema = strdup((const char *) sqlite3_column_text(statement, 0));
        assert_non_null(schema);
        sqlite3_finalize(statement);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        return schema;
}

static Job *imported_job(void) {
        Job *job = sample_job(1001, "alice");

        job->id = 7;
        set_text(&job->name, "import");
        job->origin = JOB_ORIGIN_COMMAND_LINE;
        set_text(&job->related, "https://example.org/record/12");
        job->command = strv_free(job->command);
        assert_int_equal(strv_extend(&job->command, "/bin/import"), 0);
        assert_int_equal(strv_extend(&job->command, "data.csv"), 0);
        assert_int_equal(strv_extend(&job->environment, "LANG=C"), 0);
        set_text(&job->working_directory, "/srv");
        job->timeout_usec = 60 * USEC_PER_SEC;
        job->memory_max = 1048576;
        job->cpu_quota_usec = 500000;
        job->tasks_max = 10;
        job->nice = 5;
        return job;
}

static Job *ended_job(void) {
        Job *job = imported_job();

        job->started_usec = job->submitted_usec + USEC_PER_SEC;
        job->finished_usec = job->started_usec + USEC_PER_SEC;
        job->status = JOB_ERROR;
        job->result = JOB_RESULT_EXIT_CODE;
        job->exit_status = 1;
        set_text(&job->info, "Exited with status 1");
        job->progress = 0.5;
        set_text(&job->unit, "jobsd-7.service");
        job->invocation_id = SD_ID128_MAKE(00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f);
        job->boot_id = SD_ID128_MAKE(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 1a, 1b, 1c, 1d, 1e, 1f);
        job->cpu_usage_nsec = 250000000;
        job->memory_peak = 4194304;
        return job;
}

static void check_history(const char *path) {
        _cleanup_(store_freep) Store *store = NULL;
        _cleanup_(job_freep) Job *job = NULL, *wanted = ended_job();
        _cleanup_free_ char *message = NULL;

        assert_int_equal(store_open(path, &store, &message), 0);
        assert_int_equal(store_get(store, 7, &job), 0);
        assert_jobs_equal(job, wanted);
        assert_int_equal(insert_job(store, 1001, "alice"), 8);
}

static void test_every_version_is_brought_up_to_the_newest(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *fresh = path_in(folder, "fresh.db"), *newest = NULL;

        /* a new version of the schema needs a sample in store-versions.h */
        assert_int_equal(ELEMENTSOF(database_versions), store_schema_newest() + 1);
        assert_opens(fresh);
        newest = schema_of(fresh);
        for (size_t version = 0; version < ELEMENTSOF(database_versions); version++) {
                _cleanup_free_ char *path = path_in(folder, "old.db"), *schema = NULL;

                make_version(path, version);
                assert_opens(path);
                assert_int_equal(sql_number(path, "PRAGMA user_version"), store_schema_newest());
                assert_int_equal(sql_number(path, "PRAGMA application_id"), 0x6a6f6273);
                schema = schema_of(path);
                assert_string_equal(schema, newest);
        }
}

static void test_the_history_of_every_version_is_kept(void **state) {
        for (size_t version = 1; version < ELEMENTSOF(database_versions); version++) {
                _cleanup_folder_ char *folder = folder_new();
                _cleanup_free_ char *path = path_in(folder, "jobs.db");

                make_version(path, version);
                check_history(path);
        }
}

static void test_a_reader_changes_nothing_and_sees_what_is_committed(void **state) {
        StoreFixture *fixture = *state;
        uint64_t ended = insert_job_with_status(fixture->store, 1001, "alice", JOB_COMPLETED);
        _cleanup_(store_freep) Store *reader = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        _cleanup_free_ char *message = NULL;

        assert_int_equal(store_open_read_only(fixture->path, &reader, &message), 0);
        assert_int_equal(store_begin(fixture->store), 0);
        assert_int_equal(store_delete_ended(fixture->store, ended), 0);
        assert_int_equal(store_get(reader, ended, &job), 0);
        assert_int_equal(store_delete_ended(reader, ended), -EROFS);
        assert_int_equal(store_commit(fixture->store), 0);
        job = job_free(job);
        assert_int_equal(store_get(reader, ended, &job), -ENOENT);
}

static void test_a_reader_makes_no_database_and_migrates_none(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *missing = path_in(folder, "missing.db"), *old = path_in(folder, "old.db");
        _cleanup_free_ char *message = NULL, *message_of_old = NULL;
        Store *reader = NULL;

        assert_int_equal(store_open_read_only(missing, &reader, &message), -EACCES);
        make_version(old, 1);
        assert_int_equal(store_open_read_only(old, &reader, &message_of_old), -EPROTONOSUPPORT);
        assert_int_equal(sql_number(old, "PRAGMA user_version"), 1);
        assert_null(reader);
}

static void test_a_newer_version_is_refused(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *sql = NULL;

        assert_opens(path);
        assert_true(asprintf(&sql, "PRAGMA user_version = %d", store_schema_newest() + 1) > 0);
        sql_run(path, sql);
        assert_refused(path, -EPROTONOSUPPORT, "newer jobsd");
        assert_refused(path, -EPROTONOSUPPORT, "move the file away");
}

static void test_another_applications_database_is_refused(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *with_id = path_in(folder, "id.db"), *without_id = path_in(folder, "none.db");
        _cleanup_free_ char *with_version = path_in(folder, "version.db");

        sql_run(with_id, "PRAGMA application_id = 1196444487; PRAGMA user_version = 1");
        assert_refused(with_id, -EBADMSG, "not a jobsd database");
        sql_run(without_id, "CREATE TABLE recipes (id INTEGER)");
        assert_refused(without_id, -EBADMSG, "not a jobsd database");
        sql_run(with_version, "PRAGMA user_version = 3");
        assert_refused(with_version, -EBADMSG, "not a jobsd database");
        assert_int_equal(folder_count(folder), 3); /* nothing was made beside them */
}

static void test_something_that_is_no_database_is_refused(void **state) {
        static const char text[] = "This is a letter, and was saved under the wrong name.\n";
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *letter = path_in(folder, "letter"), *zeros = path_in(folder, "zeros");
        char block[8192] = {};

        file_write(letter, text, sizeof(text));
        assert_refused(letter, -EBADMSG, "restore it from a backup");
        file_write(zeros, block, sizeof(block));
        assert_refused(zeros, -EBADMSG, "restore it from a backup");
        assert_int_equal(folder_count(folder), 2);
}

/* Its first page is whole, and says that the rest is there. */
static void test_a_truncated_database_is_refused(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db");

        assert_opens(path);
        assert_int_equal(truncate(path, 4096), 0);
        assert_refused(path, -EBADMSG, "damaged");
}

/* As a crash of the machine can leave a file of which nothing had come to the disk. */
static void test_an_empty_file_is_refused(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db");

        file_write(path, "", 0);
        assert_refused(path, -EBADMSG, "it is empty");
        assert_refused(path, -EBADMSG, "jobsd --rebuild");
}

/* The newest jobs may be in it alone, and with another database it makes no sense. */
static void test_a_log_without_its_database_is_refused(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *log = path_in(folder, "jobs.db-wal");
        _cleanup_free_ char *message = NULL;

        file_write(log, "x", 1);
        assert_int_equal(open_and_close(path, &message), -EBADMSG);
        assert_contains(message, "its -wal is there");
        assert_int_equal(folder_count(folder), 1);
}

static void damage_page(const char *path, size_t number) {
        _cleanup_free_ char *bytes = NULL;
        size_t size;

        bytes = file_read(path, &size);
        assert_true(size >= number * 4096);
        memset(bytes + (number - 1) * 4096, 0xa5, 4096);
        file_write(path, bytes, size);
}

/* Opening it does not look at every page, which would take the longer the more there is. */
static void test_a_damaged_page_is_found_by_a_check_and_by_whoever_meets_it(void **state) {
        StoreFixture *fixture = *state;
        uint64_t id = insert_job_with_status(fixture->store, 1001, "alice", JOB_COMPLETED);
        _cleanup_free_ char *message = NULL, *before = NULL, *after = NULL;
        Job *job = NULL;
        size_t n_before, n_after;

        fixture->store = store_free(fixture->store);
        assert_int_equal(store_check(fixture->path, &message), 0);
        damage_page(fixture->path, 2); /* where the table jobs begins */
        before = file_read(fixture->path, &n_before);
        assert_int_equal(store_check(fixture->path, &message), -EBADMSG);
        assert_contains(message, fixture->path);
        free(TAKE_PTR(message));

        assert_int_equal(store_open(fixture->path, &fixture->store, &message), 0);
        assert_int_equal(store_get(fixture->store, id, &job), -EBADMSG);
        fixture->store = store_free(fixture->store);
        after = file_read(fixture->path, &n_after);
        assert_int_equal(n_after, n_before);
        assert_memory_equal(after, before, n_before);
}

static void test_what_is_not_there_has_nothing_to_be_checked(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *message = NULL;

        assert_int_equal(store_check(path, &message), -ENOENT);
        file_write(path, "", 0);
        assert_int_equal(store_check(path, &message), -EBADMSG);
        assert_contains(message, "it is empty");
}

static void test_a_database_without_its_table_is_refused(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *message = NULL;

        assert_opens(path);
        sql_run(path, "DROP TABLE jobs");
        assert_true(open_and_close(path, &message) < 0);
        assert_contains(message, path);
}

static void test_a_folder_that_is_not_there(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "missing/jobs.db"), *message = NULL;

        assert_int_equal(open_and_close(path, &message), -EACCES);
        assert_contains(message, path);
        assert_contains(message, "cannot be opened");
}

static void test_a_folder_in_its_place(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *message = NULL;

        assert_int_equal(open_and_close(folder, &message), -EACCES);
        assert_contains(message, folder);
}

/* Permissions do not hold for root. */
static void become_nobody(void) {
        if (geteuid() == 0)
                assert_int_equal(seteuid(65534), 0);
}

static void become_oneself(void) {
        assert_int_equal(seteuid(getuid()), 0);
}

static void test_a_folder_that_is_read_only(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *message = NULL;
        int r;

        assert_int_equal(chmod(folder, 0555), 0);
        become_nobody();
        r = open_and_close(path, &message);
        become_oneself();
        assert_int_equal(r, -EACCES);
        assert_contains(message, path);
        assert_contains(message, "permissions");
        assert_int_equal(folder_count(folder), 0);
}

/* SQLite opens it all the same, to read it: a history that nothing can be added to is of no use. */
static void test_a_history_that_is_read_only(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *message = NULL;
        int r;

        assert_opens(path);
        assert_int_equal(chmod(path, 0444), 0);
        assert_int_equal(chmod(folder, 0777), 0);
        become_nobody();
        r = open_and_close(path, &message);
        become_oneself();
        assert_int_equal(r, -EROFS);
        assert_contains(message, path);
        assert_contains(message, "permissions");
}

/* A version that cannot be made is not half made. */
static void test_a_migration_that_fails(void **state) {
        static const struct rlimit small = { 8192, RLIM_INFINITY };
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *message = NULL;
        struct rlimit before;
        int r;

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        r = open_and_close(path, &message);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(r, -EIO);
        assert_contains(message, path);
        assert_int_equal(access(path, F_OK), -1);
        assert_opens(path);
}

static void test_sqlite_codes(void **state) {
        assert_int_equal(sqlite_to_errno(SQLITE_OK), 0);
        assert_int_equal(sqlite_to_errno(SQLITE_ROW), 0);
        assert_int_equal(sqlite_to_errno(SQLITE_DONE), 0);
        assert_int_equal(sqlite_to_errno(SQLITE_FULL), -ENOSPC);
        assert_int_equal(sqlite_to_errno(SQLITE_READONLY), -EROFS);
        assert_int_equal(sqlite_to_errno(SQLITE_READONLY_DBMOVED), -EROFS);
        assert_int_equal(sqlite_to_errno(SQLITE_BUSY), -EBUSY);
        assert_int_equal(sqlite_to_errno(SQLITE_CORRUPT), -EBADMSG);
        assert_int_equal(sqlite_to_errno(SQLITE_NOTADB), -EBADMSG);
        assert_int_equal(sqlite_to_errno(SQLITE_IOERR_FSYNC), -EIO);
        assert_int_equal(sqlite_to_errno(SQLITE_INTERNAL), -EIO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_new_database),
                cmocka_unit_test(test_its_header),
                cmocka_unit_test(test_it_opens_again),
                cmocka_unit_test(test_every_version_is_brought_up_to_the_newest),
                cmocka_unit_test(test_the_history_of_every_version_is_kept),
                cmocka_unit_test_setup_teardown(test_a_reader_changes_nothing_and_sees_what_is_committed,
                                store_setup, store_teardown),
                cmocka_unit_test(test_a_reader_makes_no_database_and_migrates_none),
                cmocka_unit_test(test_a_newer_version_is_refused),
                cmocka_unit_test(test_another_applications_database_is_refused),
                cmocka_unit_test(test_something_that_is_no_database_is_refused),
                cmocka_unit_test(test_a_truncated_database_is_refused),
                cmocka_unit_test(test_an_empty_file_is_refused),
                cmocka_unit_test(test_a_log_without_its_database_is_refused),
                cmocka_unit_test_setup_teardown(
                                test_a_damaged_page_is_found_by_a_check_and_by_whoever_meets_it, store_setup,
                                store_teardown),
                cmocka_unit_test(test_what_is_not_there_has_nothing_to_be_checked),
                cmocka_unit_test(test_a_database_without_its_table_is_refused),
                cmocka_unit_test(test_a_folder_that_is_not_there),
                cmocka_unit_test(test_a_folder_in_its_place),
                cmocka_unit_test(test_a_folder_that_is_read_only),
                cmocka_unit_test(test_a_history_that_is_read_only),
                cmocka_unit_test(test_a_migration_that_fails),
                cmocka_unit_test(test_sqlite_codes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
