/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The disk fails at any call of a few jobs' lives: whoever was told that a change is durable can rely on it,
 * whoever was refused finds nothing of it, and all goes on by itself when the disk does. */

#include <string.h>

#include <sqlite3.h>
#include <systemd/sd-event.h>

#include "commit.h"
#include "failing-vfs.h"
#include "store-fixture.h"
#include "strv.h"

#define JOBS_MAX 8U
/* So that the write-ahead log is written back within the life. */
#define CHECKPOINT_PAGES 12

#define IS_WHOLE "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"

typedef struct Failure {
        FailingCall call;
        int code;
        bool for_good;
} Failure;

typedef struct Life {
        StoreFixture *fixture;
        sd_event *event;
        Commit *commit;
        struct {
                uint64_t id;
                bool is_stored;   /* somebody was told so */
                JobStatus status; /* the last one that somebody was told */
        } jobs[JOBS_MAX];
} Life;

/* A change that waits for the commit, and what it does to what is known. */
typedef struct Change {
        Life *life;
        unsigned number;
        bool is_stored;
        JobStatus status;
} Change;

static void on_committed(int r, void *userdata) {
        Change *change = userdata;

        if (r >= 0) {
                change->life->jobs[change->number].is_stored = change->is_stored;
                change->life->jobs[change->number].status = change->status;
        }
        free(change);
}

/* Once it is made. */
static void expect(Life *life, int r, unsigned number, bool is_stored, JobStatus status) {
        Change *change = malloc(sizeof(Change));

        assert_non_null(change);
        *change = (Change){ life, number, is_stored, status };
        if (r < 0)
                on_committed(r, change);
        else
                commit_add(life->commit, on_committed, change);
}

static Store *begin(Life *life) {
        return commit_begin(life->commit) < 0 ? NULL : life->fixture->store;
}

static void submit(Life *life, unsigned number, size_t size) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");
        _cleanup_free_ char *text = malloc(size + 1);
        Store *store = begin(life);
        int r;

        assert_non_null(text);
        memset(text, 'x', size);
        text[size] = '\0';
        assert_int_equal(strv_extend(&job->command, text), 0);
        job->name[0] = (char) ('a' + number);
        r = store ? store_insert(store, job) : -EIO;
        life->jobs[number].id = r < 0 ? 0 : job->id;
        expect(life, r, number, true, JOB_QUEUED);
}

/* Only what was acknowledged goes further, as in the daemon. */
static bool has(const Life *life, unsigned number, JobStatus status) {
        return life->jobs[number].is_stored && life->jobs[number].status == status;
}

static void start(Life *life, unsigned number) {
        Store *store = has(life, number, JOB_QUEUED) ? begin(life) : NULL;

        if (store)
                expect(life,
                                store_set_starting(store, life->jobs[number].id, "jobsd-1.service",
                                                SD_ID128_NULL),
                                number, true, JOB_RUNNING);
}

static void end(Life *life, unsigned number, JobResult result) {
        Store *store = has(life, number, JOB_QUEUED) || has(life, number, JOB_RUNNING) ? begin(life) : NULL;
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");

        if (!store)
                return;
        job->id = life->jobs[number].id;
        job->result = result;
        job->status = job_result_to_status(result);
        job->finished_usec = job->submitted_usec + 1;
        expect(life, store_set_finished(store, job), number, true, job->status);
}

static void clear(Life *life, unsigned number) {
        Store *store = has(life, number, JOB_COMPLETED) ? begin(life) : NULL;

        if (store)
                expect(life, store_delete_ended(store, life->jobs[number].id), number, false, JOB_COMPLETED);
}

static int ignore_job(const Job *job, void *userdata) {
        return 0;
}

/* It may fail, and does no harm. */
static void list(Life *life) {
        StoreFilter filter = { .uid = UID_INVALID };
        uint64_t next;

        (void) store_foreach_page(life->fixture->store, &filter, 0, 100, ignore_job, NULL, &next);
}

static void end_of_turn(Life *life) {
        commit_flush(life->commit);
        list(life);
}

static void live(Life *life) {
        submit(life, 0, 10);
        submit(life, 1, 10);
        end_of_turn(life);
        start(life, 0);
        submit(life, 2, 8000);
        end_of_turn(life);
        end(life, 0, JOB_RESULT_SUCCESS);
        end(life, 1, JOB_RESULT_CANCELLED);
        end_of_turn(life);
        submit(life, 3, 12000);
        start(life, 2);
        end_of_turn(life);
        clear(life, 0);
        submit(life, 4, 12000);
        end_of_turn(life);
        end(life, 2, JOB_RESULT_EXIT_CODE);
        submit(life, 5, 10);
        end_of_turn(life);
}

/* ---- what is left ---- */

static void assert_known(const Life *life, unsigned number) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        if (!life->jobs[number].is_stored)
                return;
        r = store_get(life->fixture->store, life->jobs[number].id, &job);
        if (r < 0)
                fail_msg("job %u was acknowledged and is gone", number);
        assert_int_equal(job->name[0], 'a' + number);
        assert_int_equal(job->status, life->jobs[number].status);
}

static void assert_all_as_told(const Life *life) {
        const char *path = life->fixture->path;
        int64_t n_stored = 0;

        for (unsigned i = 0; i < JOBS_MAX; i++) {
                assert_known(life, i);
                n_stored += life->jobs[i].is_stored;
        }
        assert_int_equal(sql_number(path, "SELECT count(*) FROM jobs"), n_stored);
        assert_int_equal(sql_number(path, IS_WHOLE), 1);
}

static void copy_file(const char *from, const char *to) {
        _cleanup_free_ char *bytes = NULL;
        size_t size;

        bytes = file_read(from, &size);
        file_write(to, bytes, size);
}

/* What the disk has, opened as after a crash. A change whose commit failed may be among it: the disk took
 * the write, and failed only to say that it is durable. */
static void assert_survives_a_crash(const Life *life) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobs.db"), *wal = path_in(folder, "jobs.db-wal"),
                            *message = NULL;
        _cleanup_free_ char *real_wal = path_in(life->fixture->folder, "jobs.db-wal");
        _cleanup_(store_freep) Store *store = NULL;

        copy_file(life->fixture->path, path);
        copy_file(real_wal, wal);
        assert_int_equal(store_open(path, &store, &message), 0);
        for (unsigned i = 1; i < JOBS_MAX; i++) /* 0 is cleared */
                if (life->jobs[i].is_stored)
                        job_free(get_job(store, life->jobs[i].id));
        assert_int_equal(sql_number(path, IS_WHOLE), 1);
}

static void new_life(Life *life) {
        assert_int_equal(store_setup((void **) &life->fixture), 0);
        assert_int_equal(sd_event_new(&life->event), 0);
        assert_int_equal(commit_new(life->event, life->fixture->store, NULL, &life->commit), 0);
}

static void submit_and_have_it(Life *life, unsigned number) {
        submit(life, number, 10);
        commit_flush(life->commit);
        assert_true(life->jobs[number].is_stored);
}

/* A life with this failure. Whether it came to that. */
static bool live_with(const Failure *failure, unsigned number) {
        Life life = {};
        bool has_failed;

        new_life(&life);
        submit_and_have_it(&life, 6);
        failing_vfs_arm(failure->call, number, failure->code, failure->for_good);
        live(&life);
        has_failed = failing_vfs_has_failed();
        failing_vfs_disarm();

        if (failure->call != FAILING_READ) /* which leaves no trace on the disk */
                assert_survives_a_crash(&life);
        assert_all_as_told(&life);
        submit_and_have_it(&life, 7); /* without being opened again */
        life.commit = commit_free(life.commit);
        store_reopen(life.fixture);
        assert_all_as_told(&life);
        sd_event_unref(life.event);
        (void) store_teardown((void **) &life.fixture);
        return has_failed;
}

static void test_a_failure_at_any_call(void **state) {
        static const Failure failures[] = {
                { FAILING_WRITE, SQLITE_FULL, true },
                { FAILING_WRITE, SQLITE_IOERR_WRITE, false },
                { FAILING_SYNC, SQLITE_IOERR_FSYNC, false },
                { FAILING_SYNC, SQLITE_IOERR_FSYNC, true },
                { FAILING_READ, SQLITE_IOERR_READ, false },
                { FAILING_READ, SQLITE_IOERR_READ, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(failures); i++) {
                unsigned number = 1;

                while (live_with(&failures[i], number))
                        number++;
                assert_true(number > 1); /* there was something that could fail */
        }
}

/* ---- opening ---- */

/* A database whose last changes are in the write-ahead log only. */
static char *crashed_database(const char *folder) {
        char *path = path_in(folder, "crashed.db");
        _cleanup_free_ char *wal = path_in(folder, "crashed.db-wal"), *real_wal = NULL;
        Life life = {};

        new_life(&life);
        submit_and_have_it(&life, 0);
        real_wal = path_in(life.fixture->folder, "jobs.db-wal");
        copy_file(life.fixture->path, path);
        copy_file(real_wal, wal);
        commit_free(life.commit);
        sd_event_unref(life.event);
        (void) store_teardown((void **) &life.fixture);
        return path;
}

/* Whether opening it came to that failure. */
static bool open_with(const Failure *failure, unsigned number) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = crashed_database(folder), *message = NULL, *again = NULL;
        Store *store = NULL;
        bool has_failed;
        int r;

        failing_vfs_arm(failure->call, number, failure->code, failure->for_good);
        r = store_open(path, &store, &message);
        store_free(store);
        has_failed = failing_vfs_has_failed();
        failing_vfs_disarm();
        if (r < 0)
                assert_non_null(message);

        assert_int_equal(store_open(path, &store, &again), 0);
        job_free(get_job(store, 1));
        store_free(store);
        assert_int_equal(sql_number(path, IS_WHOLE), 1);
        return has_failed;
}

static void test_a_failure_at_any_call_of_opening(void **state) {
        static const Failure failures[] = {
                { FAILING_OPEN, SQLITE_CANTOPEN, false },
                { FAILING_READ, SQLITE_IOERR_READ, false },
                { FAILING_WRITE, SQLITE_FULL, true },
                { FAILING_SYNC, SQLITE_IOERR_FSYNC, true },
                { FAILING_TRUNCATE, SQLITE_IOERR_TRUNCATE, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(failures); i++)
                for (unsigned number = 1; open_with(&failures[i], number); number++)
                        ;
}

/* ---- */

/* Nothing is kept in memory that the disk can be asked for. */
static int work_the_disk(sqlite3 *db, char **ret_error, const struct sqlite3_api_routines *routines) {
        int r = sqlite3_exec(db, "PRAGMA cache_size = 4", NULL, NULL, NULL);

        return r == SQLITE_OK ? sqlite3_wal_autocheckpoint(db, CHECKPOINT_PAGES) : r;
}

static int set_up(void **state) {
        failing_vfs_install();
        return sqlite3_auto_extension((void (*)(void)) work_the_disk) == SQLITE_OK ? 0 : -1;
}

static int tear_down(void **state) {
        sqlite3_reset_auto_extension();
        failing_vfs_remove();
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_failure_at_any_call),
                cmocka_unit_test(test_a_failure_at_any_call_of_opening),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
