/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fixture.h"

/* The tables as the documentation has them: every name both ways, and in this order. */

static void test_status_names(void **state) {
        static const char *const names[] = { "queued", "running", "completed", "error", "cancelled" };
        static const char *const labels[] = { "Queued", "Running", "Completed", "Error", "Cancelled" };

        assert_int_equal(ELEMENTSOF(names), _JOB_STATUS_MAX);
        for (int i = 0; i < _JOB_STATUS_MAX; i++) {
                assert_string_equal(job_status_to_string((JobStatus) i), names[i]);
                assert_int_equal(job_status_from_string(names[i]), i);
                assert_string_equal(job_status_to_label((JobStatus) i), labels[i]);
        }
}

static void test_result_names(void **state) {
        static const char *const names[] = { "", "success", "exit-code", "signal", "core-dump", "timeout",
                "oom-kill", "watchdog", "resources", "start-failed", "cancelled", "interrupted", "lost" };

        assert_int_equal(ELEMENTSOF(names), _JOB_RESULT_MAX);
        for (int i = 0; i < _JOB_RESULT_MAX; i++) {
                assert_string_equal(job_result_to_string((JobResult) i), names[i]);
                assert_int_equal(job_result_from_string(names[i]), i);
        }
}

/* Both are stored as numbers: a number that changes makes another history of the one that is there. */
static void test_stored_numbers(void **state) {
        assert_int_equal(JOB_QUEUED, 0);
        assert_int_equal(JOB_RUNNING, 1);
        assert_int_equal(JOB_COMPLETED, 2);
        assert_int_equal(JOB_ERROR, 3);
        assert_int_equal(JOB_CANCELLED, 4);
        assert_int_equal(JOB_RESULT_NONE, 0);
        assert_int_equal(JOB_RESULT_LOST, 12);
        assert_int_equal(JOB_ORIGIN_BUS, 0);
        assert_int_equal(JOB_ORIGIN_COMMAND_LINE, 1);
        assert_int_equal(JOB_ORIGIN_WEB, 2);
        assert_int_equal(JOB_ORIGIN_GEARMAN, 3);
}

static void test_origin_names(void **state) {
        static const char *const names[] = { "bus", "command-line", "web", "gearman" };

        assert_int_equal(ELEMENTSOF(names), _JOB_ORIGIN_MAX);
        for (int i = 0; i < _JOB_ORIGIN_MAX; i++) {
                assert_string_equal(job_origin_to_string((JobOrigin) i), names[i]);
                assert_int_equal(job_origin_from_string(names[i]), i);
        }
}

static void test_unknown_names(void **state) {
        static const char *const unknown[] = { "Queued", " queued", "queued ", "queue", "exit code",
                "web2" };

        for (size_t i = 0; i < ELEMENTSOF(unknown); i++) {
                assert_int_equal(job_status_from_string(unknown[i]), _JOB_STATUS_INVALID);
                assert_int_equal(job_result_from_string(unknown[i]), _JOB_RESULT_INVALID);
                assert_int_equal(job_origin_from_string(unknown[i]), _JOB_ORIGIN_INVALID);
        }
        assert_int_equal(job_status_from_string(NULL), -EINVAL);
        assert_int_equal(job_status_from_string(""), -EINVAL);
        assert_int_equal(job_result_from_string(NULL), -EINVAL);
        assert_int_equal(job_origin_from_string(NULL), -EINVAL);
}

static void test_numbers_without_a_name(void **state) {
        static const int numbers[] = { -1, -22, 13, 1000 };

        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                assert_null(job_status_to_string((JobStatus) numbers[i]));
                assert_null(job_status_to_label((JobStatus) numbers[i]));
                assert_null(job_result_to_string((JobResult) numbers[i]));
                assert_null(job_origin_to_string((JobOrigin) numbers[i]));
        }
}

static void test_results_and_statuses(void **state) {
        for (int i = 0; i < _JOB_RESULT_MAX; i++) {
                JobStatus wanted = i == JOB_RESULT_NONE     ? JOB_RUNNING
                                : i == JOB_RESULT_SUCCESS   ? JOB_COMPLETED
                                : i == JOB_RESULT_CANCELLED ? JOB_CANCELLED
                                                            : JOB_ERROR;

                assert_int_equal(job_result_to_status((JobResult) i), wanted);
        }
}

static void test_active_statuses(void **state) {
        for (int i = 0; i < _JOB_STATUS_MAX; i++)
                assert_int_equal(job_status_is_active((JobStatus) i), i == JOB_QUEUED || i == JOB_RUNNING);
}

static void test_system_users(void **state) {
        static const uid_t bounds[] = { 1, 799, 999, 1999, 60000 };
        static const uid_t systems[] = { 0, 1, 61184, 65519, 65534 };
        static const uid_t people[] = { 60001, 61183, 65520, 65533, 65536, 524288, 4294967294U };

        for (size_t i = 0; i < ELEMENTSOF(bounds); i++) {
                assert_true(uid_is_system(bounds[i], bounds[i]));
                assert_false(uid_is_system(bounds[i] + 1, bounds[i]));
                for (size_t k = 0; k < ELEMENTSOF(systems); k++)
                        assert_true(uid_is_system(systems[k], bounds[i]));
                for (size_t k = 0; k < ELEMENTSOF(people); k++)
                        assert_false(uid_is_system(people[k], bounds[i]));
        }
}

typedef struct Sample {
        uint64_t id;
        const char *text;
} Sample;

static void check_both_ways(const Sample *samples, size_t n, int (*to)(uint64_t, char **),
                int (*from)(const char *, uint64_t *)) {
        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *text = NULL;
                uint64_t id = 0;

                assert_int_equal(to(samples[i].id, &text), 0);
                assert_string_equal(text, samples[i].text);
                assert_int_equal(from(text, &id), 0);
                assert_int_equal(id, samples[i].id);
        }
}

static void check_refused(const char *const *texts, size_t n, int (*from)(const char *, uint64_t *)) {
        for (size_t i = 0; i < n; i++) {
                uint64_t id = 4711;

                if (from(texts[i], &id) >= 0 || id != 4711)
                        fail_msg("\"%s\" was taken for %llu", texts[i], (unsigned long long) id);
        }
}

static int first_unit_name(uint64_t id, char **ret) {
        return job_unit_name(id, 1, ret);
}

static int third_unit_name(uint64_t id, char **ret) {
        return job_unit_name(id, 3, ret);
}

static void test_unit_names(void **state) {
        static const Sample samples[] = {
                { 1, "jobsd-1.service" },
                { 12, "jobsd-12.service" },
                { INT64_MAX, "jobsd-9223372036854775807.service" },
        };
        static const char *const others[] = { "", "jobsd.service", "jobsd-.service", "jobsd-0.service",
                "jobsd-01.service", "jobsd-012.service", "jobsd-12", "jobsd-12.service ",
                "jobsd-12.services", "jobsd-12.scope", "jobsd--12.service", "jobsd-+12.service",
                "jobsd-12a.service", "jobsd-a.service", "Jobsd-12.service", "xjobsd-12.service",
                "jobsd-12-1.service", "jobsd-12-0.service", "jobsd-12-02.service", "jobsd-12-.service",
                "jobsd-12-2-3.service", "jobsd-12--2.service", "jobsd- 12.service",
                "jobsd-9223372036854775808.service", "jobsd-18446744073709551616.service",
                "jobsd-99999999999999999999999999999999.service", "jobs.slice", ".service" };

        static const Sample further[] = { { 1, "jobsd-1-3.service" },
                { INT64_MAX, "jobsd-9223372036854775807-3.service" } };

        check_both_ways(samples, ELEMENTSOF(samples), first_unit_name, job_unit_name_to_id);
        check_both_ways(further, ELEMENTSOF(further), third_unit_name, job_unit_name_to_id);
        check_refused(others, ELEMENTSOF(others), job_unit_name_to_id);
}

static void test_paths(void **state) {
        static const Sample samples[] = {
                { 1, "/org/jobsd1/job/1" },
                { 4294967296, "/org/jobsd1/job/4294967296" },
                { INT64_MAX, "/org/jobsd1/job/9223372036854775807" },
        };
        static const char *const others[] = { "", "/", "/org/jobsd1", "/org/jobsd1/job", "/org/jobsd1/job/",
                "/org/jobsd1/job/0", "/org/jobsd1/job/01", "/org/jobsd1/job/12/", "/org/jobsd1/job/12/13",
                "/org/jobsd1/job/_12", "/org/jobsd1/job/x", "/org/jobsd1/jobs/12", "/org/jobsd2/job/12",
                "/org/jobsd1/job/9223372036854775808", "/org/jobsd1/job/99999999999999999999999" };

        check_both_ways(samples, ELEMENTSOF(samples), job_path, job_path_to_id);
        check_refused(others, ELEMENTSOF(others), job_path_to_id);
}

static void test_a_new_job(void **state) {
        Job *job;

        assert_int_equal(job_new(&job), 0);
        assert_int_equal(job->status, JOB_QUEUED);
        assert_int_equal(job->result, JOB_RESULT_NONE);
        assert_int_equal(job->attempt, 1);
        assert_true(job->progress < 0);
        assert_null(job_free(job));
        assert_null(job_free(NULL));
}

/* All that was submitted is the same; what became of the old job is not. */
static void test_a_retry(void **state) {
        _cleanup_(job_freep) Job *old = sample_job(1001, "alice"), *wanted = sample_job(1001, "alice");
        _cleanup_(job_freep) Job *retry = NULL;

        wanted->origin = old->origin = JOB_ORIGIN_WEB;
        wanted->timeout_usec = old->timeout_usec = 1;
        wanted->memory_max = old->memory_max = 2;
        wanted->cpu_quota_usec = old->cpu_quota_usec = 3;
        wanted->tasks_max = old->tasks_max = 4;
        wanted->umask = old->umask = 0077;
        wanted->output_max = old->output_max = 5;
        wanted->output_grace_usec = old->output_grace_usec = 6000;
        wanted->nice = old->nice = 5;
        wanted->submitted_usec = 0;
        wanted->retry_of = old->id = 12;
        old->retry_of = 7;
        old->attempt = 3;
        old->status = JOB_ERROR;
        old->result = JOB_RESULT_SIGNAL;
        old->exit_status = 9;
        old->finished_usec = old->started_usec = 1;
        set_text(&old->info, "Killed");
        set_text(&old->unit, "jobsd-12.service");
        assert_int_equal(job_new_retry(old, &retry), 0);
        assert_jobs_equal(retry, wanted);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_status_names),
                cmocka_unit_test(test_result_names),
                cmocka_unit_test(test_stored_numbers),
                cmocka_unit_test(test_origin_names),
                cmocka_unit_test(test_unknown_names),
                cmocka_unit_test(test_numbers_without_a_name),
                cmocka_unit_test(test_results_and_statuses),
                cmocka_unit_test(test_active_statuses),
                cmocka_unit_test(test_system_users),
                cmocka_unit_test(test_unit_names),
                cmocka_unit_test(test_paths),
                cmocka_unit_test(test_a_new_job),
                cmocka_unit_test(test_a_retry),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
