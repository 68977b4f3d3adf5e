/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>

#include "controllers.h"
#include "fixture.h"

/* A job with all limits that need a controller. */
static Job *limited_job(void) {
        Job *job = sample_job(1000, "alice");

        job->memory_max = 1;
        job->cpu_quota_usec = 1000;
        job->tasks_max = 1;
        return job;
}

static void assert_lacks(const char *root, const Job *job, const char *wanted) {
        _cleanup_free_ char *lacking = NULL;

        assert_int_equal(controllers_find_lacking(root, job, &lacking), 0);
        if (wanted) {
                assert_non_null(lacking);
                assert_string_equal(lacking, wanted);
        } else
                assert_null(lacking);
}

/* On a machine whose file of controllers has this text. */
static void assert_lacks_with(const char *text, const Job *job, const char *wanted) {
        _cleanup_folder_ char *root = folder_new();
        _cleanup_free_ char *path = path_in(root, "cgroup.controllers");

        file_write(path, text, strlen(text));
        assert_lacks(root, job, wanted);
}

static void test_what_the_file_tells(void **state) {
        _cleanup_(job_freep) Job *job = limited_job();

        assert_lacks_with("cpuset cpu io memory hugetlb pids rdma misc\n", job, NULL);
        assert_lacks_with("pids memory cpu", job, NULL);
        assert_lacks_with("cpu pids\n", job, "MemoryMax= (memory)");
        assert_lacks_with("memory\n", job, "CPUQuota= (cpu), TasksMax= (pids)");
        assert_lacks_with("", job, "MemoryMax= (memory), CPUQuota= (cpu), TasksMax= (pids)");
        assert_lacks_with("\n", job, "MemoryMax= (memory), CPUQuota= (cpu), TasksMax= (pids)");
}

static void test_a_name_is_a_whole_word(void **state) {
        _cleanup_(job_freep) Job *job = limited_job();

        assert_lacks_with("cpuset cpuacct memory pids\n", job, "CPUQuota= (cpu)");
}

static void test_only_limits_of_the_job_count(void **state) {
        _cleanup_(job_freep) Job *job = sample_job(1000, "alice");

        job->memory_max = job->cpu_quota_usec = job->tasks_max = 0;
        job->timeout_usec = USEC_PER_SEC; /* PID 1's own doing, as is the next */
        job->nice = 5;
        assert_lacks_with("", job, NULL);
        job->tasks_max = 3;
        assert_lacks_with("", job, "TasksMax= (pids)");
        assert_lacks_with("pids\n", job, NULL);
}

static void test_before_the_unified_hierarchy(void **state) {
        _cleanup_folder_ char *root = folder_new();
        _cleanup_free_ char *memory = path_in(root, "memory"), *cpu = path_in(root, "cpu");
        _cleanup_(job_freep) Job *job = limited_job();

        assert_lacks(root, job, "MemoryMax= (memory), CPUQuota= (cpu), TasksMax= (pids)");
        assert_int_equal(mkdir(memory, 0755), 0);
        assert_int_equal(symlink("memory", cpu), 0);
        assert_lacks(root, job, "TasksMax= (pids)");
}

static void test_a_file_that_cannot_be_read(void **state) {
        _cleanup_folder_ char *root = folder_new();
        _cleanup_free_ char *path = path_in(root, "cgroup.controllers"), *lacking = NULL;
        _cleanup_(job_freep) Job *job = limited_job();

        assert_int_equal(symlink("cgroup.controllers", path), 0);
        assert_int_equal(controllers_find_lacking(root, job, &lacking), -ELOOP);
        assert_null(lacking);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_the_file_tells),
                cmocka_unit_test(test_a_name_is_a_whole_word),
                cmocka_unit_test(test_only_limits_of_the_job_count),
                cmocka_unit_test(test_before_the_unified_hierarchy),
                cmocka_unit_test(test_a_file_that_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
