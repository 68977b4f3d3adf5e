/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job is put together from the records of its steps, in whatever order they come. */

#include <string.h>

#include "fixture.h"
#include "job-record.h"
#include "strv.h"

#define BOOT SD_ID128_MAKE(b0, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define INVOCATION SD_ID128_MAKE(c0, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define SUBMITTED UINT64_C(1795516215000000)

/* ---- fields ---- */

static Job *job_with_all_fields(void) {
        Job *job = sample_job(1001, "älice");

        job->command = strv_free(job->command); /* which no record has */
        job->id = 12;
        set_text(&job->name, "Größe = 漢字");
        set_text(&job->type, "import");
        job->submitter = 0;
        job->origin = JOB_ORIGIN_WEB;
        set_text(&job->related, "https://example.org/?a=1&b=2");
        set_text(&job->run_as, "archive");
        job->run_uid = 4294967294U;
        job->timeout_usec = UINT64_MAX;
        job->status = JOB_ERROR;
        job->result = JOB_RESULT_SIGNAL;
        job->exit_status = 9;
        set_text(&job->info, "45% of \"it\"; killed");
        job->progress = 1.0 / 3;
        set_text(&job->unit, "jobsd-12-3.service");
        job->invocation_id = INVOCATION;
        job->boot_id = BOOT;
        job->started_usec = SUBMITTED + 1;
        job->finished_usec = SUBMITTED + 2;
        job->attempt = 3;
        job->retry_of = 7;
        job->cpu_usage_nsec = 250000000;
        job->memory_peak = UINT64_C(1) << 40;
        return job;
}

static Job *read_back(char *const *record) {
        Job *job;

        assert_int_equal(job_new(&job), 0);
        for (; *record; record++) {
                _cleanup_free_ char *name = strdup(*record);
                char *value = strchr(name, '=');

                assert_non_null(value);
                *value = '\0';
                assert_int_equal(job_record_parse(job, name, value + 1), 0);
        }
        return job;
}

static void test_what_is_written_is_read_as_the_same(void **state) {
        _cleanup_(job_freep) Job *job = job_with_all_fields(), *read = NULL;
        _cleanup_strv_free_ char **record = NULL;

        assert_int_equal(job_record_format(job, &record), 0);
        read = read_back(record);
        assert_jobs_equal(read, job);
}

static void test_what_is_not_known_is_not_written(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(0, "root"), *read = NULL;
        _cleanup_strv_free_ char **record = NULL;

        job->command = strv_free(job->command);
        assert_int_equal(job_record_format(job, &record), 0);
        read = read_back(record);
        assert_jobs_equal(read, job);
}

static void test_neither_arguments_nor_environment_are_written(void **state) {
        _cleanup_(job_freep) Job *job = job_with_all_fields();
        _cleanup_strv_free_ char **record = NULL;
        _cleanup_free_ char *all = NULL;

        assert_int_equal(strv_extend(&job->command, "--password=xyzzy"), 0);
        assert_int_equal(strv_extend(&job->environment, "TOKEN=xyzzy"), 0);
        assert_int_equal(strv_extend(&job->parameters, "file=xyzzy"), 0);
        assert_int_equal(strv_extend(&job->secrets, "key=xyzzy"), 0);
        set_text(&job->working_directory, "/xyzzy");
        assert_int_equal(job_record_format(job, &record), 0);
        assert_int_equal(strv_join(record, "\n", &all), 0);
        assert_null(strstr(all, "xyzzy"));
}

static void test_what_no_jobsd_writes(void **state) {
        static const char *const fields[][2] = {
                { "MESSAGE", "Job 12" },
                { "JOBSD_ACTOR", "0" },
                { "JOBSD_ID", "twelve" },
                { "JOBSD_ID", "-1" },
                { "JOBSD_ID", "18446744073709551616" },
                { "JOBSD_UID", "4294967296" },
                { "JOBSD_NAME", "\xff" },
                { "JOBSD_STATUS", "Running" },
                { "JOBSD_RESULT", "Success" },
                { "JOBSD_ORIGIN", "moon" },
                { "JOBSD_EXIT_STATUS", "0x1" },
                { "JOBSD_PROGRESS", "2" },
                { "JOBSD_PROGRESS", "nan" },
                { "JOBSD_PROGRESS", "0.5 " },
                { "JOBSD_BOOT_ID", "b0" },
        };
        _cleanup_(job_freep) Job *job = job_with_all_fields(), *same = job_with_all_fields();

        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                assert_int_equal(job_record_parse(job, fields[i][0], fields[i][1]), -EINVAL);
        assert_jobs_equal(job, same);
}

static void test_message_ids(void **state) {
        for (JobEvent event = 0; event < _JOB_EVENT_MAX; event++)
                assert_int_equal(job_event_from_message_id(job_event_to_message_id(event)), event);
        assert_int_equal(job_event_from_message_id(""), _JOB_EVENT_INVALID);
}

/* ---- steps ---- */

typedef struct Step {
        JobEvent event;
        JobStatus status;
        JobResult result;
        unsigned attempt;
        uint64_t submitted_usec;
} Step;

static Job *record_of(const Step *step) {
        Job *job = sample_job(1001, "alice");

        job->command = strv_free(job->command);
        job->id = 1;
        job->submitted_usec = step->submitted_usec ?: SUBMITTED;
        job->status = step->status;
        job->result = step->result;
        job->attempt = step->attempt;
        if (step->event != JOB_EVENT_SUBMITTED) {
                set_text(&job->unit, "jobsd-1.service");
                job->started_usec = job->submitted_usec + step->attempt;
                job->boot_id = BOOT;
                job->invocation_id = INVOCATION;
        }
        return job;
}

static Job *fold(const Step *steps, size_t n, bool reversed) {
        Job *job = NULL;

        for (size_t i = 0; i < n; i++) {
                const Step *step = &steps[reversed ? n - 1 - i : i];

                job_record_fold(&job, step->event, record_of(step));
        }
        return job;
}

/* The same forwards and backwards. */
static void check(const Step *steps, size_t n, JobStatus status, JobResult result, unsigned attempt) {
        for (int reversed = 0; reversed <= 1; reversed++) {
                _cleanup_(job_freep) Job *job = fold(steps, n, reversed);

                assert_int_equal(job->status, status);
                if (!job_status_is_active(status))
                        assert_int_equal(job->result, result);
                assert_int_equal(job->attempt, attempt);
        }
}

static const Step life[] = {
        { JOB_EVENT_SUBMITTED, JOB_QUEUED, JOB_RESULT_NONE, 1, 0 },
        { JOB_EVENT_STARTED, JOB_RUNNING, JOB_RESULT_NONE, 1, 0 },
        { JOB_EVENT_RETRIED, JOB_ERROR, JOB_RESULT_EXIT_CODE, 1, 0 },
        { JOB_EVENT_STARTED, JOB_RUNNING, JOB_RESULT_NONE, 2, 0 },
        { JOB_EVENT_ENDED, JOB_COMPLETED, JOB_RESULT_SUCCESS, 2, 0 },
};

static void test_a_life_in_any_order(void **state) {
        check(life, 1, JOB_QUEUED, JOB_RESULT_NONE, 1);
        check(life, 2, JOB_RUNNING, JOB_RESULT_NONE, 1);
        check(life, 3, JOB_QUEUED, JOB_RESULT_NONE, 2);
        check(life, 4, JOB_RUNNING, JOB_RESULT_NONE, 2);
        check(life, 5, JOB_COMPLETED, JOB_RESULT_SUCCESS, 2);
}

/* The journal keeps the end of it longer than its begin. */
static void test_the_last_record_is_enough(void **state) {
        check(life + 4, 1, JOB_COMPLETED, JOB_RESULT_SUCCESS, 2);
}

static void test_what_waits_for_its_next_try_has_no_unit(void **state) {
        _cleanup_(job_freep) Job *job = fold(life, 3, false);

        assert_null(job->unit);
        assert_int_equal(job->started_usec, 0);
        assert_true(sd_id128_is_null(job->boot_id) && sd_id128_is_null(job->invocation_id));
}

static void test_a_cancellation_is_known_until_the_end(void **state) {
        static const Step steps[] = {
                { JOB_EVENT_STARTED, JOB_RUNNING, JOB_RESULT_NONE, 1, 0 },
                { JOB_EVENT_CANCEL_ASKED, JOB_RUNNING, JOB_RESULT_NONE, 1, 0 },
                { JOB_EVENT_ENDED, JOB_CANCELLED, JOB_RESULT_CANCELLED, 1, 0 },
        };
        _cleanup_(job_freep) Job *running = fold(steps, 2, false), *reversed = fold(steps, 2, true);

        assert_true(running->cancelled && reversed->cancelled);
        check(steps, 3, JOB_CANCELLED, JOB_RESULT_CANCELLED, 1);
}

/* A history that began anew has given the id to another. */
static void test_of_two_jobs_with_one_id_the_later_one_holds(void **state) {
        static const Step steps[] = {
                { JOB_EVENT_SUBMITTED, JOB_QUEUED, JOB_RESULT_NONE, 1, SUBMITTED },
                { JOB_EVENT_ENDED, JOB_ERROR, JOB_RESULT_EXIT_CODE, 1, SUBMITTED },
                { JOB_EVENT_SUBMITTED, JOB_QUEUED, JOB_RESULT_NONE, 1, SUBMITTED + 1 },
                { JOB_EVENT_STARTED, JOB_RUNNING, JOB_RESULT_NONE, 1, SUBMITTED + 1 },
        };

        check(steps, ELEMENTSOF(steps), JOB_RUNNING, JOB_RESULT_NONE, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_is_written_is_read_as_the_same),
                cmocka_unit_test(test_what_is_not_known_is_not_written),
                cmocka_unit_test(test_neither_arguments_nor_environment_are_written),
                cmocka_unit_test(test_what_no_jobsd_writes),
                cmocka_unit_test(test_message_ids),
                cmocka_unit_test(test_a_life_in_any_order),
                cmocka_unit_test(test_the_last_record_is_enough),
                cmocka_unit_test(test_what_waits_for_its_next_try_has_no_unit),
                cmocka_unit_test(test_a_cancellation_is_known_until_the_end),
                cmocka_unit_test(test_of_two_jobs_with_one_id_the_later_one_holds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
