/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The jobs in the store, one by one: what is kept of them, and which way their status goes. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "job-credential.h"
#include "store-fixture.h"
#include "strv.h"

#define BOOT SD_ID128_MAKE(b0, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define INVOCATION SD_ID128_MAKE(c0, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)

static void assert_stored(Store *store, const Job *wanted) {
        _cleanup_(job_freep) Job *job = get_job(store, wanted->id);

        assert_jobs_equal(job, wanted);
}

/* ---- what is kept ---- */

static Job *strange_job(void) {
        static const char *const command[] = { "/opt/ä ö/ü", "", "two\nlines", "$HOME", "%n", " ", "'\"\\",
                "" };
        Job *job = sample_job(1001, "älice");

        job->command = strv_free(job->command);
        for (size_t i = 0; i < ELEMENTSOF(command); i++)
                assert_int_equal(strv_extend(&job->command, command[i]), 0);
        assert_int_equal(strv_extend(&job->environment, "EMPTY="), 0);
        assert_int_equal(strv_extend(&job->environment, "TEXT=a\nb\tc €"), 0);
        set_text(&job->name, "Größe 漢字 😀");
        set_text(&job->type, "import");
        set_text(&job->related, "https://example.org/ä?a=1&b='2'");
        set_text(&job->working_directory, "/home/älice/two words");
        job->submitter = 0;
        job->origin = JOB_ORIGIN_GEARMAN;
        job->retry_of = UINT64_C(1) << 40;
        job->timeout_usec = 1;
        job->memory_max = INT64_MAX;
        job->cpu_quota_usec = 1000;
        job->tasks_max = 4096;
        job->umask = 0077;
        job->output_max = 1 << 20;
        job->output_grace_usec = 5000;
        job->nice = 19;
        assert_int_equal(strv_extend(&job->parameters, "file=/data/a b.csv"), 0);
        assert_int_equal(strv_extend(&job->parameters, "mode="), 0);
        set_text(&job->run_as, "archive");
        set_text(&job->run_group, "1001");
        job->run_uid = 4294967294U;
        job->retries = 20;
        job->retry_usec = UINT64_C(1) << 50;
        job->restartable = true;
        job->keep_results = true;
        job->inputs = SD_ID128_MAKE(00, 11, 22, 33, 44, 55, 66, 77, 88, 99, aa, bb, cc, dd, ee, ff);
        job->input_bytes = INT64_MAX;
        return job;
}

static void test_all_fields_of_a_submission(void **state) {
        _cleanup_(job_freep) Job *job = strange_job();

        assert_int_equal(store_insert(store_of(state), job), 0);
        assert_int_equal(job->id, 1);
        assert_stored(store_of(state), job);
}

static void test_all_fields_are_there_after_a_restart(void **state) {
        _cleanup_(job_freep) Job *job = strange_job();

        assert_int_equal(store_insert(store_of(state), job), 0);
        store_reopen(*state);
        assert_stored(store_of(state), job);
}

static void test_fields_that_are_not_set(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(0, "root"), *stored = NULL;

        assert_int_equal(store_insert(store_of(state), job), 0);
        stored = get_job(store_of(state), job->id);
        assert_null(stored->type);
        assert_null(stored->related);
        assert_null(stored->working_directory);
        assert_null(stored->info);
        assert_null(stored->unit);
        assert_true(sd_id128_is_null(stored->boot_id));
        assert_true(sd_id128_is_null(stored->invocation_id));
        assert_true(stored->progress < 0);
        assert_int_equal(stored->attempt, 1);
        assert_int_equal(strv_length(stored->environment), 0);
}

static void test_a_whole_life(void **state) {
        _cleanup_(job_freep) Job *job = strange_job();
        Store *store = store_of(state);

        assert_int_equal(store_insert(store, job), 0);

        job->status = JOB_RUNNING;
        job->boot_id = BOOT;
        set_text(&job->unit, "jobsd-1.service");
        assert_int_equal(store_set_starting(store, job->id, job->unit, BOOT), 0);
        assert_stored(store, job);

        job->started_usec = job->submitted_usec + 5;
        job->invocation_id = INVOCATION;
        assert_int_equal(store_set_started(store, job->id, job->started_usec, INVOCATION), 0);
        assert_stored(store, job);

        job->status = JOB_ERROR;
        job->result = JOB_RESULT_CORE_DUMP;
        job->exit_status = 11;
        job->finished_usec = job->started_usec + 7;
        job->progress = 0.25;
        job->cpu_usage_nsec = 123456789;
        job->memory_peak = UINT64_C(1) << 40;
        set_text(&job->info, "Killed by signal SIGSEGV (core dumped) (last: 25% ✓)");
        assert_int_equal(store_set_finished(store, job), 0);
        assert_stored(store, job);
        store_reopen(*state);
        assert_stored(store_of(state), job);
}

/* Its start may never have been recorded, because it ended first. */
static void test_the_end_tells_of_the_start_as_well(void **state) {
        uint64_t id = insert_job_with_status(store_of(state), 1001, "alice", JOB_RUNNING);
        _cleanup_(job_freep) Job *job = get_job(store_of(state), id);

        job->status = JOB_COMPLETED;
        job->result = JOB_RESULT_SUCCESS;
        job->started_usec = 5;
        job->finished_usec = 6;
        job->invocation_id = INVOCATION;
        assert_int_equal(store_set_finished(store_of(state), job), 0);
        assert_stored(store_of(state), job);
}

static void test_every_result(void **state) {
        for (int result = JOB_RESULT_SUCCESS; result < _JOB_RESULT_MAX; result++) {
                uint64_t id = insert_job_with_status(store_of(state), 1001, "alice", JOB_RUNNING);
                _cleanup_(job_freep) Job *job = NULL;

                end_job(store_of(state), id, (JobResult) result);
                job = get_job(store_of(state), id);
                assert_int_equal(job->result, result);
                assert_int_equal(job->status, job_result_to_status((JobResult) result));
        }
}

/* SQLite's numbers have a sign. */
static void test_numbers_that_are_too_large(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(4294967294U, "large"), *stored = NULL;

        job->memory_max = UINT64_MAX;
        assert_int_equal(store_insert(store_of(state), job), 0);
        stored = get_job(store_of(state), job->id);
        assert_int_equal(stored->memory_max, INT64_MAX);
        assert_int_equal(stored->uid, 4294967294U);
}

static void test_a_long_command(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");
        _cleanup_free_ char *argument = malloc(128 * 1024);

        assert_non_null(argument);
        memset(argument, 'x', 128 * 1024 - 1);
        argument[128 * 1024 - 1] = '\0';
        assert_int_equal(strv_extend(&job->command, argument), 0);
        for (size_t i = 0; i < 4000; i++)
                assert_int_equal(strv_extend(&job->command, ""), 0);
        assert_int_equal(store_insert(store_of(state), job), 0);
        assert_stored(store_of(state), job);
}

static void test_no_such_job(void **state) {
        Job *job = NULL;

        assert_int_equal(store_get(store_of(state), 1, &job), -ENOENT);
        assert_int_equal(store_get(store_of(state), 0, &job), -ENOENT);
        assert_int_equal(store_get(store_of(state), INT64_MAX, &job), -ENOENT);
        assert_null(job);
}

/* What a later version may write into a row, or a bad disk. */
static void test_values_that_are_not_known(void **state) {
        StoreFixture *fixture = *state;
        uint64_t id = insert_job_with_status(fixture->store, 1001, "alice", JOB_COMPLETED);
        _cleanup_(job_freep) Job *job = NULL;

        sql_run(fixture->path, "UPDATE jobs SET status = 77, result = 88, origin = 99, boot_id = X'0102'");
        job = get_job(fixture->store, id);
        assert_int_equal(job->status, JOB_ERROR);
        assert_int_equal(job->result, JOB_RESULT_LOST);
        assert_int_equal(job->origin, JOB_ORIGIN_BUS);
        assert_true(sd_id128_is_null(job->boot_id));
}

static void test_a_damaged_command(void **state) {
        StoreFixture *fixture = *state;
        uint64_t id = insert_job(fixture->store, 1001, "alice");
        Job *job = NULL;

        sql_run(fixture->path, "UPDATE jobs SET command = X'2F62696E'"); /* without its NUL */
        assert_int_equal(store_get(fixture->store, id, &job), -EBADMSG);
        assert_null(job);
}

static void test_secrets_are_there_until_the_end(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice"), *stored = NULL;
        _cleanup_strv_free_ char **secrets = NULL, **wiped = NULL;
        Store *store = store_of(state);

        assert_int_equal(strv_extend(&job->secrets, "password=a=b\n"), 0);
        assert_int_equal(store_insert(store, job), 0);
        assert_int_equal(store_get_secrets(store, job->id, &secrets), 0);
        assert_int_equal(strv_length(secrets), 1);
        assert_string_equal(secrets[0], "password=a=b\n");
        stored = get_job(store, job->id);
        assert_null(stored->secrets);
        assert_int_equal(stored->stored_bytes, job->stored_bytes);

        job->status = JOB_CANCELLED;
        assert_int_equal(store_set_finished(store, job), 0);
        assert_int_equal(store_get_secrets(store, job->id, &wiped), 0);
        assert_int_equal(strv_length(wiped), 0);
        assert_int_equal(store_get_secrets(store, 77, &wiped), -ENOENT);
}

static uint64_t input_bytes_of(Store *store, uid_t uid) {
        uint64_t bytes;

        assert_int_equal(store_get_input_bytes(store, uid, &bytes), 0);
        return bytes;
}

static void test_inputs_count_until_the_end(void **state) {
        const sd_id128_t inputs = SD_ID128_MAKE(00, 11, 22, 33, 44, 55, 66, 77, 88, 99, aa, bb, cc, dd, ee, ff);
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice"), *other = sample_job(1001, "alice"), *stored = NULL;
        Store *store = store_of(state);

        other->input_bytes = 70;
        assert_int_equal(sd_id128_randomize(&other->inputs), 0);
        assert_int_equal(store_insert(store, other), 0);
        assert_int_equal(store_has_inputs(store, inputs), 0);
        job->inputs = inputs;
        job->input_bytes = 700;
        assert_int_equal(store_insert(store, job), 0);
        assert_int_equal(store_has_inputs(store, inputs), 1);
        assert_int_equal(input_bytes_of(store, 1001), 770);
        assert_int_equal(input_bytes_of(store, 1002), 0);

        job->status = JOB_CANCELLED;
        assert_int_equal(store_set_finished(store, job), 0);
        assert_int_equal(store_has_inputs(store, inputs), 0);
        assert_int_equal(input_bytes_of(store, 1001), 70);
        stored = get_job(store, job->id);
        assert_true(sd_id128_equal(stored->inputs, inputs)); /* so it is known that it cannot run again */
}

static void test_the_folder_of_credentials_is_that_of_the_try(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice"), *first = NULL, *second = NULL;
        Store *store = store_of(state);

        assert_int_equal(strv_extend(&job->command, "--key=" CREDENTIAL_FOLDER_PLACE "key"), 0);
        assert_int_equal(store_insert(store, job), 0);
        first = get_job(store, job->id);
        assert_string_equal(first->command[strv_length(first->command) - 1],
                        "--key=/run/credentials/jobsd-1.service/key");
        assert_int_equal(store_set_starting(store, job->id, "jobsd-1.service", BOOT), 0);
        assert_int_equal(store_set_waiting(store, job, 1), 0);
        second = get_job(store, job->id);
        assert_string_equal(second->command[strv_length(second->command) - 1],
                        "--key=/run/credentials/jobsd-1-2.service/key");
}

/* ---- which way a status goes ---- */

static int set_starting(Store *store, uint64_t id) {
        return store_set_starting(store, id, "jobsd-1.service", BOOT);
}

static int set_started(Store *store, uint64_t id) {
        return store_set_started(store, id, 1, INVOCATION);
}

static int set_finished(Store *store, uint64_t id) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");

        job->id = id;
        job->status = JOB_CANCELLED;
        job->result = JOB_RESULT_CANCELLED;
        return store_set_finished(store, job);
}

typedef int (*transition)(Store *store, uint64_t id);

/* Which changes a job of each status takes. Every other one is -ENOENT, and changes nothing. */
static const struct {
        transition change;
        bool from[_JOB_STATUS_MAX];
        int to; /* -1: it is gone */
} transitions[] = {
        { set_starting, { [JOB_QUEUED] = true }, JOB_RUNNING },
        { set_started, { [JOB_RUNNING] = true }, JOB_RUNNING },
        { store_set_queued, { [JOB_RUNNING] = true }, JOB_QUEUED },
        { set_finished, { [JOB_QUEUED] = true, [JOB_RUNNING] = true }, JOB_CANCELLED },
        { store_delete_ended, { [JOB_COMPLETED] = true, [JOB_ERROR] = true, [JOB_CANCELLED] = true }, -1 },
};

static void check_transition(Store *store, size_t i, JobStatus from) {
        uint64_t id = insert_job_with_status(store, 1001, "alice", from);
        _cleanup_(job_freep) Job *before = get_job(store, id), *after = NULL;
        int r = transitions[i].change(store, id);

        if (!transitions[i].from[from]) {
                assert_int_equal(r, -ENOENT);
                assert_stored(store, before);
        } else {
                assert_int_equal(r, 0);
                assert_int_equal(store_get(store, id, &after), transitions[i].to < 0 ? -ENOENT : 0);
                assert_true(!after || (int) after->status == transitions[i].to);
        }
}

static void test_every_change_from_every_status(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(transitions); i++)
                for (int from = 0; from < _JOB_STATUS_MAX; from++)
                        check_transition(store_of(state), i, (JobStatus) from);
}

static void test_changes_of_a_job_that_is_not_there(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(transitions); i++)
                assert_int_equal(transitions[i].change(store_of(state), 4711), -ENOENT);
}

/* Its next start is a first one. */
static void test_back_in_the_queue_it_has_no_unit(void **state) {
        uint64_t id = insert_job_with_status(store_of(state), 1001, "alice", JOB_RUNNING);
        _cleanup_(job_freep) Job *job = NULL;

        assert_int_equal(store_set_queued(store_of(state), id), 0);
        job = get_job(store_of(state), id);
        assert_null(job->unit);
        assert_true(sd_id128_is_null(job->boot_id));
        assert_int_equal(store_set_starting(store_of(state), id, "jobsd-1.service", BOOT), 0);
}

static void test_a_change_is_of_one_job(void **state) {
        Store *store = store_of(state);
        uint64_t first = insert_job(store, 1001, "alice"), second = insert_job(store, 1001, "alice");

        start_job(store, second);
        end_job(store, second, JOB_RESULT_SUCCESS);
        assert_int_equal(store_delete_ended(store, second), 0);
        assert_int_equal(status_of(store, first), JOB_QUEUED);
}

/* ---- ids ---- */

static void test_ids_grow_by_one(void **state) {
        for (uint64_t id = 1; id <= 20; id++)
                assert_int_equal(insert_job(store_of(state), 1001, "alice"), id);
}

static void test_ids_are_never_used_again(void **state) {
        for (int i = 0; i < 3; i++)
                (void) insert_job_with_status(store_of(state), 1001, "alice", JOB_COMPLETED);
        for (uint64_t id = 1; id <= 3; id++)
                assert_int_equal(store_delete_ended(store_of(state), id), 0);
        store_reopen(*state);
        assert_int_equal(insert_job(store_of(state), 1001, "alice"), 4);
}

/* What somebody cleared is not to be found in the file either. */
static void test_what_is_deleted_is_overwritten(void **state) {
        static const char secret[] = "--password=correct-horse-battery-staple";
        StoreFixture *fixture = *state;
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");
        _cleanup_free_ char *bytes = NULL;
        size_t size;

        assert_int_equal(strv_extend(&job->command, secret), 0);
        assert_int_equal(store_insert(fixture->store, job), 0);
        end_job(fixture->store, job->id, JOB_RESULT_CANCELLED);
        assert_int_equal(store_delete_ended(fixture->store, job->id), 0);
        store_reopen(fixture); /* the write-ahead log is gone with the last connection */
        bytes = file_read(fixture->path, &size);
        assert_null(memmem(bytes, size, secret, strlen(secret)));
}

/* ---- transactions ---- */

static void test_a_commit_keeps_everything(void **state) {
        StoreFixture *fixture = *state;

        assert_false(store_in_transaction(fixture->store));
        assert_int_equal(store_begin(fixture->store), 0);
        assert_true(store_in_transaction(fixture->store));
        for (int i = 0; i < 10; i++)
                (void) insert_job(fixture->store, 1001, "alice");
        assert_int_equal(sql_number(fixture->path, "SELECT count(*) FROM jobs"), 0);
        assert_int_equal(store_commit(fixture->store), 0);
        assert_false(store_in_transaction(fixture->store));
        assert_int_equal(sql_number(fixture->path, "SELECT count(*) FROM jobs"), 10);
}

static void test_a_rollback_leaves_nothing(void **state) {
        Store *store = store_of(state);
        uint64_t kept = insert_job(store, 1001, "alice"), ended;
        Job *job = NULL;

        ended = insert_job_with_status(store, 1001, "alice", JOB_COMPLETED);
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(insert_job(store, 1001, "alice"), 3);
        start_job(store, kept);
        assert_int_equal(store_delete_ended(store, ended), 0);
        store_rollback(store);

        assert_false(store_in_transaction(store));
        assert_int_equal(store_get(store, 3, &job), -ENOENT);
        assert_int_equal(status_of(store, kept), JOB_QUEUED);
        assert_int_equal(status_of(store, ended), JOB_COMPLETED);
        store_rollback(store); /* without a transaction: nothing to be done */
}

static void test_what_is_not_committed_is_gone_after_a_restart(void **state) {
        Job *job = NULL;

        assert_int_equal(store_begin(store_of(state)), 0);
        assert_int_equal(insert_job(store_of(state), 1001, "alice"), 1);
        store_reopen(*state);
        assert_int_equal(store_get(store_of(state), 1, &job), -ENOENT);
}

/* Somebody has the database open, with sqlite3(1) for example: jobsd does not wait for him. */
static void test_another_writer(void **state) {
        StoreFixture *fixture = *state;
        _cleanup_(store_freep) Store *other = NULL;
        _cleanup_free_ char *message = NULL;

        assert_int_equal(store_open(fixture->path, &other, &message), 0);
        assert_int_equal(store_begin(other), 0);
        assert_int_equal(store_begin(fixture->store), -EBUSY);
        assert_false(store_in_transaction(fixture->store));
        store_rollback(other);
        assert_int_equal(store_begin(fixture->store), 0);
        assert_int_equal(store_commit(fixture->store), 0);
}

static void set_file_size_limit(rlim_t bytes) {
        struct rlimit limit;

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that takes no more, as far as a test can make one. */
static void test_a_commit_that_fails(void **state) {
        StoreFixture *fixture = *state;
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");
        int r;

        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(insert_job(fixture->store, 1001, "alice"), 1);
        assert_int_equal(store_begin(fixture->store), 0);
        assert_int_equal(store_insert(fixture->store, job), 0);
        set_file_size_limit(4096);
        r = store_commit(fixture->store);
        set_file_size_limit(RLIM_INFINITY);
        assert_int_equal(r, -EIO);
        assert_false(store_in_transaction(fixture->store));
        assert_int_equal(sql_number(fixture->path, "SELECT count(*) FROM jobs"), 1);
        assert_int_equal(insert_job(fixture->store, 1001, "alice"), 2);
        store_reopen(fixture);
        assert_int_equal(sql_number(fixture->path, "SELECT count(*) FROM jobs"), 2);
}

/* ---- the queue, and what runs ---- */

static uint64_t next_of_type(Store *store, uid_t uid, const char *type, uint64_t after, uint64_t due_usec) {
        _cleanup_(job_freep) Job *job = NULL;
        int r = store_get_next_queued(store, uid, type, after, due_usec, &job);

        assert_true(r == 0 || r == -ENOENT);
        assert_true(r < 0 || (job->uid == uid && job->status == JOB_QUEUED && job->command));
        return r < 0 ? 0 : job->id;
}

static uint64_t next_of(Store *store, uid_t uid) {
        return next_of_type(store, uid, NULL, 0, 0);
}

static void test_first_in_first_out_for_each_user(void **state) {
        static const uid_t uids[] = { 1001, 1002, 1001, 1002, 1001 };
        Store *store = store_of(state);

        for (size_t i = 0; i < ELEMENTSOF(uids); i++)
                (void) insert_job(store, uids[i], "somebody");
        assert_int_equal(next_of(store, 1001), 1);
        assert_int_equal(next_of(store, 1001), 1); /* asking changes nothing */
        assert_int_equal(next_of(store, 1002), 2);
        start_job(store, 1);
        assert_int_equal(next_of(store, 1001), 3);
        assert_int_equal(set_finished(store, 3), 0); /* cancelled while it waited */
        assert_int_equal(next_of(store, 1001), 5);
        assert_int_equal(store_set_queued(store, 1), 0);
        assert_int_equal(next_of(store, 1001), 1); /* back in its place */
        assert_int_equal(next_of(store, 1003), 0);
        assert_int_equal(next_of(store, 0), 0);
}

typedef struct Counts {
        uid_t uids[8];
        uint64_t counts[8];
        bool has_type[8];
        size_t n;
} Counts;

static int note_count(uid_t uid, const char *type, uint64_t count, uint64_t bytes, void *userdata) {
        Counts *counts = userdata;

        assert_true(counts->n < ELEMENTSOF(counts->uids));
        assert_true(!type || strcmp(type, "import") == 0);
        counts->has_type[counts->n] = type;
        counts->uids[counts->n] = uid;
        counts->counts[counts->n++] = count;
        return 0;
}

static void test_queue_counts(void **state) {
        Store *store = store_of(state);
        Counts counts = {};

        assert_int_equal(store_foreach_queue(store, 0, note_count, &counts), 0);
        assert_int_equal(counts.n, 0);
        for (int i = 0; i < 12; i++)
                (void) insert_job_with_status(store, i < 7 ? 1001 : 1002, "somebody",
                                i % 2 == 0 ? JOB_QUEUED : (JobStatus) (i / 2 % _JOB_STATUS_MAX));
        (void) insert_job_with_status(store, 1003, "nobody waits", JOB_RUNNING);
        assert_int_equal(store_foreach_queue(store, 0, note_count, &counts), 0);
        assert_int_equal(counts.n, 2);
        assert_int_equal(counts.uids[0], 1001);
        assert_int_equal(counts.counts[0], 5); /* 0, 1, 2, 4, 6 */
        assert_int_equal(counts.uids[1], 1002);
        assert_int_equal(counts.counts[1], 3); /* 8, 10, 11 */
}

static uint64_t insert_import(Store *store, uid_t uid) {
        _cleanup_(job_freep) Job *job = sample_job(uid, "somebody");

        set_text(&job->type, "import");
        assert_int_equal(store_insert(store, job), 0);
        return job->id;
}

static void test_a_cancellation_is_kept(void **state) {
        _cleanup_(job_freep) Job *job = NULL;
        Store *store = store_of(state);

        (void) insert_job(store, 1001, "somebody");
        assert_int_equal(store_set_cancelled(store, 1), -ENOENT); /* it only waits */
        start_job(store, 1);
        assert_int_equal(store_set_cancelled(store, 1), 0);
        job = get_job(store, 1);
        assert_true(job->cancelled);
        assert_int_equal(job->status, JOB_RUNNING);
}

static void test_each_type_has_its_lane(void **state) {
        Store *store = store_of(state);
        Counts counts = {};

        (void) insert_import(store, 1001);
        (void) insert_job(store, 1001, "somebody");
        (void) insert_import(store, 1001);
        assert_int_equal(next_of_type(store, 1001, "import", 0, 0), 1);
        assert_int_equal(next_of_type(store, 1001, "import", 1, 0), 3);
        assert_int_equal(next_of_type(store, 1001, "import", 3, 0), 0);
        assert_int_equal(next_of(store, 1001), 2);
        assert_int_equal(next_of_type(store, 1001, "other", 0, 0), 0);
        assert_int_equal(store_foreach_queue(store, 0, note_count, &counts), 0);
        assert_int_equal(counts.n, 2);
        assert_false(counts.has_type[0]);
        assert_int_equal(counts.counts[0], 1);
        assert_true(counts.has_type[1]);
        assert_int_equal(counts.counts[1], 2);
}

static void test_nobody_waits_longer_than_the_type_says_when_the_clock_was_set(void **state) {
        _cleanup_(job_freep) Job *due = NULL, *waiting = NULL;
        Store *store = store_of(state);

        (void) insert_import(store, 1001);
        (void) insert_import(store, 1001);
        start_job(store, 1);
        start_job(store, 2);
        due = get_job(store, 1);
        waiting = get_job(store, 2);
        assert_int_equal(store_set_waiting(store, due, 90000), 0);
        assert_int_equal(store_set_waiting(store, waiting, UINT64_C(1) << 60), 0);

        assert_int_equal(store_limit_waiting(store, 95000, 100), 0); /* back */
        due = job_free(due);
        due = get_job(store, 1);
        assert_int_equal(due->next_try_usec, 1);
        waiting = job_free(waiting);
        waiting = get_job(store, 2);
        assert_int_equal(waiting->next_try_usec, 100 + waiting->retry_usec);

        assert_int_equal(store_limit_waiting(store, 100, 1000), 0); /* forward */
        assert_int_equal(next_of_type(store, 1001, "import", 1, 100 + waiting->retry_usec), 2);
}

static void test_a_further_try_waits_for_its_time(void **state) {
        _cleanup_(job_freep) Job *job = NULL;
        Store *store = store_of(state);
        Counts counts = {};
        uint64_t next;

        (void) insert_import(store, 1001);
        assert_int_equal(store_get_next_due(store, 0, &next), 0);
        assert_int_equal(next, 0);
        start_job(store, 1);
        job = get_job(store, 1);
        set_text(&job->info, "Exited with status 1");
        job->cpu_usage_nsec = 5;
        job->memory_peak = 6;
        job->retries++;
        assert_int_equal(store_set_waiting(store, job, 1000), 0);
        assert_int_equal(store_set_waiting(store, job, 1000), -ENOENT); /* it does not run any more */

        job = job_free(job);
        job = get_job(store, 1);
        assert_int_equal(job->status, JOB_QUEUED);
        assert_int_equal(job->attempt, 2);
        assert_int_equal(job->next_try_usec, 1000);
        assert_string_equal(job->info, "Exited with status 1");
        assert_int_equal(job->cpu_usage_nsec, 5);
        assert_int_equal(job->memory_peak, 6);
        assert_int_equal(job->retries, 1);
        assert_int_equal(job->started_usec, 0);
        assert_null(job->unit);

        assert_int_equal(next_of_type(store, 1001, "import", 0, 999), 0);
        assert_int_equal(next_of_type(store, 1001, "import", 0, 1000), 1);
        assert_int_equal(store_foreach_queue(store, 999, note_count, &counts), 0);
        assert_int_equal(counts.n, 0);
        assert_int_equal(store_foreach_due(store, 0, 999, note_count, &counts), 0);
        assert_int_equal(counts.n, 0);
        assert_int_equal(store_foreach_due(store, 999, 1000, note_count, &counts), 0);
        assert_int_equal(counts.n, 1);
        assert_int_equal(store_foreach_due(store, 1000, 2000, note_count, &counts), 0);
        assert_int_equal(counts.n, 1);
        assert_int_equal(store_get_next_due(store, 0, &next), 0);
        assert_int_equal(next, 1000);
        assert_int_equal(store_get_next_due(store, 1000, &next), 0);
        assert_int_equal(next, 0);

        start_job(store, 1); /* and then its time is over */
        job = job_free(job);
        job = get_job(store, 1);
        assert_int_equal(job->next_try_usec, 0);
        assert_int_equal(job->attempt, 2);
}

typedef struct Ids {
        uint64_t ids[64];
        size_t n;
        int error; /* what the callback returns at the second */
} Ids;

static int note_id(const Job *job, void *userdata) {
        Ids *ids = userdata;

        assert_true(ids->n < ELEMENTSOF(ids->ids));
        ids->ids[ids->n++] = job->id;
        return ids->n == 2 ? ids->error : 0;
}

static int note_running(const Job *job, void *userdata) {
        assert_int_equal(job->status, JOB_RUNNING);
        assert_string_equal(job->command[0], "/bin/true");
        assert_non_null(job->unit);
        return note_id(job, userdata);
}

static void test_running_jobs(void **state) {
        Store *store = store_of(state);
        Ids ids = {};

        for (int i = 0; i < 10; i++)
                (void) insert_job_with_status(
                                store, 1001 + (uid_t) i, "somebody", (JobStatus) (i % _JOB_STATUS_MAX));
        assert_int_equal(store_foreach_running(store, note_running, &ids), 0);
        assert_int_equal(ids.n, 2);
        assert_int_equal(ids.ids[0], 2);
        assert_int_equal(ids.ids[1], 7);
}

static void test_an_error_of_the_callback_ends_it(void **state) {
        Store *store = store_of(state);
        Ids ids = { .error = -ECANCELED };

        for (int i = 0; i < 5; i++)
                (void) insert_job_with_status(store, 1001, "alice", JOB_RUNNING);
        assert_int_equal(store_foreach_running(store, note_running, &ids), -ECANCELED);
        assert_int_equal(ids.n, 2);
}

/* ---- the oldest ---- */

/* Five that ended at 50, 40, 30, 20 and 10, and two that have not. */
static void insert_ended_jobs(Store *store) {
        for (uint64_t i = 0; i < 5; i++) {
                uint64_t id = insert_job(store, 1001, "alice");
                _cleanup_(job_freep) Job *job = get_job(store, id);

                job->status = JOB_COMPLETED + i % 3;
                job->result = JOB_RESULT_SUCCESS;
                job->finished_usec = 50 - 10 * i;
                assert_int_equal(store_set_finished(store, job), 0);
        }
        (void) insert_job_with_status(store, 1001, "alice", JOB_QUEUED);
        (void) insert_job_with_status(store, 1001, "alice", JOB_RUNNING);
}

static void check_oldest(Store *store, uint64_t before, unsigned limit, const uint64_t *wanted, size_t n) {
        Ids ids = {};

        assert_int_equal(store_foreach_oldest(store, before, limit, note_id, &ids), 0);
        assert_int_equal(ids.n, n);
        for (size_t i = 0; i < n; i++)
                assert_int_equal(ids.ids[i], wanted[i]);
}

static void test_the_oldest_by_their_end(void **state) {
        static const uint64_t order[] = { 5, 4, 3, 2, 1 };
        Store *store = store_of(state);

        insert_ended_jobs(store);
        check_oldest(store, UINT64_MAX, 100, order, 5);
        check_oldest(store, UINT64_MAX, 2, order, 2);
        check_oldest(store, 31, 100, order, 3);
        check_oldest(store, 30, 100, order, 2); /* before, not at */
        check_oldest(store, 10, 100, order, 0);
        check_oldest(store, 0, 100, order, 0);
}

static void test_count_of_ended_jobs(void **state) {
        Store *store = store_of(state);
        uint64_t n = 4711;

        assert_int_equal(store_count_ended(store, &n), 0);
        assert_int_equal(n, 0);
        insert_ended_jobs(store);
        assert_int_equal(store_count_ended(store, &n), 0);
        assert_int_equal(n, 5);
        assert_int_equal(store_delete_ended(store, 3), 0);
        assert_int_equal(store_count_ended(store, &n), 0);
        assert_int_equal(n, 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_all_fields_of_a_submission),
                TEST(test_all_fields_are_there_after_a_restart),
                TEST(test_fields_that_are_not_set),
                TEST(test_a_whole_life),
                TEST(test_the_end_tells_of_the_start_as_well),
                TEST(test_every_result),
                TEST(test_numbers_that_are_too_large),
                TEST(test_a_long_command),
                TEST(test_no_such_job),
                TEST(test_values_that_are_not_known),
                TEST(test_a_damaged_command),
                TEST(test_secrets_are_there_until_the_end),
                TEST(test_inputs_count_until_the_end),
                TEST(test_the_folder_of_credentials_is_that_of_the_try),
                TEST(test_every_change_from_every_status),
                TEST(test_changes_of_a_job_that_is_not_there),
                TEST(test_back_in_the_queue_it_has_no_unit),
                TEST(test_a_change_is_of_one_job),
                TEST(test_ids_grow_by_one),
                TEST(test_ids_are_never_used_again),
                TEST(test_what_is_deleted_is_overwritten),
                TEST(test_a_commit_keeps_everything),
                TEST(test_a_rollback_leaves_nothing),
                TEST(test_what_is_not_committed_is_gone_after_a_restart),
                TEST(test_another_writer),
                TEST(test_a_commit_that_fails),
                TEST(test_first_in_first_out_for_each_user),
                TEST(test_queue_counts),
                TEST(test_a_cancellation_is_kept),
                TEST(test_each_type_has_its_lane),
                TEST(test_nobody_waits_longer_than_the_type_says_when_the_clock_was_set),
                TEST(test_a_further_try_waits_for_its_time),
                TEST(test_running_jobs),
                TEST(test_an_error_of_the_callback_ends_it),
                TEST(test_the_oldest_by_their_end),
                TEST(test_count_of_ended_jobs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
