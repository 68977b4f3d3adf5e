/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "fixture.h"
#include "parse.h"
#include "status-text.h"

/* ---- what a job says ---- */

static void check_said(const char *text, const char *info, double progress) {
        _cleanup_free_ char *parsed = NULL;
        double p = -1;

        assert_int_equal(status_text_parse(text, &parsed, &p), 0);
        assert_string_equal(parsed, info);
        if (fabs(p - progress) > 1e-9)
                fail_msg("\"%s\": progress %f, not %f", text, p, progress);
}

static void test_progress(void **state) {
        check_said("0%", "0%", 0);
        check_said("45%", "45%", 0.45);
        check_said("45% of the files", "45% of the files", 0.45);
        check_said("5.5% done", "5.5% done", 0.055);
        check_said("99.999%", "99.999%", 0.99999);
        check_said("33.33333333333333333333%", "33.33333333333333333333%", 1.0 / 3);
        check_said("100%", "100%", 1);
        check_said("007%", "007%", 0.07);
}

static void test_what_is_no_progress(void **state) {
        static const char *const texts[] = { "", "done", "45", "45 %", " 45%", "-5%", "+5%", "101%",
                "100.5%", "1000%", "%", ".5%", "x 45%", "0x10%", "1e1%", "٤٥%" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                check_said(texts[i], texts[i], -1);
}

static void test_progress_stays_when_a_text_has_none(void **state) {
        _cleanup_free_ char *info = NULL;
        double progress = 0.3;

        assert_int_equal(status_text_parse("unpacking", &info, &progress), 0);
        assert_true(progress == 0.3);
}

static void test_control_characters(void **state) {
        check_said("a\tb\nc", "a b c", -1);
        check_said("\033[31mred\033[0m", " [31mred [0m", -1);
        check_said("\x7f", " ", -1);
}

/* Terminals take these, too: CSI is ESC [ in one character. */
static void test_control_characters_of_two_bytes(void **state) {
        _cleanup_free_ char *info = NULL;
        double progress = -1;

        assert_int_equal(status_text_parse("a\xc2\x9b"
                                           "31mred\xc2\x85",
                                         &info, &progress),
                        0);
        assert_true(text_is_one_line(info));
}

static void test_text_that_is_not_utf8(void **state) {
        char *info = NULL;
        double progress = 0.3;

        assert_int_equal(status_text_parse("\xff", &info, &progress), -EINVAL);
        assert_int_equal(status_text_parse("50% \xc3", &info, &progress), -EINVAL);
        assert_null(info);
        assert_true(progress == 0.3);
}

/* A text of n bytes, ended by a character of so many, is cut to wanted bytes. */
static void check_cut(size_t n, const char *last, size_t wanted) {
        _cleanup_free_ char *text = calloc(1, n + 1), *info = NULL;
        double progress = -1;

        assert_non_null(text);
        memset(text, 'x', n);
        memcpy(text + n - strlen(last), last, strlen(last));
        assert_int_equal(status_text_parse(text, &info, &progress), 0);
        assert_int_equal(strlen(info), wanted);
        assert_memory_equal(info, text, wanted);
        assert_true(utf8_is_valid(info));
}

static void test_long_texts_are_cut_between_characters(void **state) {
        check_cut(511, "x", 511);
        check_cut(512, "x", 512);
        check_cut(513, "x", 512);
        check_cut(4096, "x", 512);
        check_cut(512, "ä", 512);
        check_cut(513, "ä", 511);
        check_cut(514, "ä", 512);
        check_cut(513, "€", 510);
        check_cut(514, "€", 511);
        check_cut(513, "😀", 509);
        check_cut(515, "😀", 511);
        check_cut(516, "😀", 512);
}

/* ---- how it ended ---- */

static Job *ended_job(JobResult result, int exit_status) {
        Job *job = sample_job(1001, "alice");

        job->result = result;
        job->exit_status = exit_status;
        job->timeout_usec = 90 * 60 * USEC_PER_SEC;
        job->memory_max = UINT64_C(512) << 20;
        return job;
}

static void check_end(JobResult result, int exit_status, const char *said, const char *wanted) {
        _cleanup_(job_freep) Job *job = ended_job(result, exit_status);
        _cleanup_free_ char *info = NULL;

        assert_int_equal(status_text_of_end(job, NULL, said, &info), 0);
        if (!wanted)
                assert_null(info);
        else
                assert_string_equal(info, wanted);
}

static void test_every_end(void **state) {
        check_end(JOB_RESULT_SUCCESS, 0, NULL, NULL);
        check_end(JOB_RESULT_EXIT_CODE, 3, NULL, "Exited with status 3");
        check_end(JOB_RESULT_SIGNAL, SIGKILL, NULL, "Killed by signal SIGKILL");
        check_end(JOB_RESULT_SIGNAL, 62, NULL, "Killed by signal 62"); /* a real-time one */
        check_end(JOB_RESULT_CORE_DUMP, SIGSEGV, NULL, "Killed by signal SIGSEGV (core dumped)");
        check_end(JOB_RESULT_TIMEOUT, SIGTERM, NULL, "Stopped after 1 h 30 min (time limit)");
        check_end(JOB_RESULT_OOM_KILL, SIGKILL, NULL, "Out of memory: limit 512 M");
        check_end(JOB_RESULT_WATCHDOG, SIGABRT, NULL, "Stopped: it did not answer its watchdog");
        check_end(JOB_RESULT_RESOURCES, 0, NULL, "Could not start: the machine's resources did not suffice");
        check_end(JOB_RESULT_CANCELLED, SIGTERM, NULL, "Cancelled: somebody stopped its unit");
        check_end(JOB_RESULT_INTERRUPTED, 0, NULL, "Interrupted: the machine went down");
        check_end(JOB_RESULT_LOST, 0, NULL, "Lost: nothing is known of its end");
}

/* Every result but success says something. */
static void test_no_end_is_without_a_word(void **state) {
        for (int result = JOB_RESULT_EXIT_CODE; result < _JOB_RESULT_MAX; result++) {
                _cleanup_(job_freep) Job *job = ended_job((JobResult) result, 1);
                _cleanup_free_ char *info = NULL;

                assert_int_equal(status_text_of_end(job, NULL, NULL, &info), 0);
                assert_non_null(info);
                assert_true(text_is_one_line(info));
        }
}

static void test_who_has_cancelled(void **state) {
        _cleanup_(job_freep) Job *job = ended_job(JOB_RESULT_CANCELLED, SIGTERM);
        _cleanup_free_ char *info = NULL;

        job->cancelled = true;
        assert_int_equal(status_text_of_end(job, NULL, NULL, &info), 0);
        assert_string_equal(info, "Cancelled");
}

static void test_why_is_more_than_the_result(void **state) {
        _cleanup_(job_freep) Job *job = ended_job(JOB_RESULT_INTERRUPTED, 0);
        _cleanup_free_ char *info = NULL;

        assert_int_equal(status_text_of_end(job, "Gone", "45%", &info), 0);
        assert_string_equal(info, "Gone (last: 45%)");
}

static void test_its_last_words(void **state) {
        check_end(JOB_RESULT_SUCCESS, 0, "100% 12 files", "100% 12 files");
        check_end(JOB_RESULT_SUCCESS, 0, "", "");
        check_end(JOB_RESULT_EXIT_CODE, 1, "45% of the files",
                        "Exited with status 1 (last: 45% of the files)");
        check_end(JOB_RESULT_EXIT_CODE, 1, "", "Exited with status 1");
        check_end(JOB_RESULT_CANCELLED, 0, "45%", "Cancelled: somebody stopped its unit (last: 45%)");
}

static void check_limits(
                uint64_t timeout_usec, uint64_t memory_max, const char *timeout, const char *memory) {
        _cleanup_(job_freep) Job *job = ended_job(JOB_RESULT_TIMEOUT, 0);
        _cleanup_free_ char *time_text = NULL, *memory_text = NULL;

        job->timeout_usec = timeout_usec;
        job->memory_max = memory_max;
        assert_int_equal(status_text_of_end(job, NULL, NULL, &time_text), 0);
        assert_string_equal(time_text, timeout);
        job->result = JOB_RESULT_OOM_KILL;
        assert_int_equal(status_text_of_end(job, NULL, NULL, &memory_text), 0);
        assert_string_equal(memory_text, memory);
}

static void test_limits_as_people_read_them(void **state) {
        check_limits(250 * USEC_PER_MSEC, 0, "Stopped after 250 ms (time limit)", "Out of memory");
        check_limits(1, 1, "Stopped after 1 µs (time limit)", "Out of memory: limit 1 B");
        check_limits(1500 * USEC_PER_MSEC, 1024, "Stopped after 1 s 500 ms (time limit)",
                        "Out of memory: limit 1 K");
        check_limits(90 * USEC_PER_SEC, 1536, "Stopped after 1 min 30 s (time limit)",
                        "Out of memory: limit 1536 B");
        check_limits(86400 * USEC_PER_SEC, UINT64_C(3) << 29, "Stopped after 1 d (time limit)",
                        "Out of memory: limit 1536 M");
        check_limits(90000 * USEC_PER_SEC, UINT64_C(2) << 40, "Stopped after 1 d 1 h (time limit)",
                        "Out of memory: limit 2 T");
        check_limits(86405 * USEC_PER_SEC, UINT64_C(1) << 60, "Stopped after 1 d (time limit)",
                        "Out of memory: limit 1 E");
}

static void check_interpreter(int error, const char *interpreter, const char *wanted) {
        _cleanup_(job_freep) Job *job = ended_job(JOB_RESULT_START_FAILED, 203);
        _cleanup_free_ char *info = NULL;

        assert_int_equal(status_text_of_start_failure(job, error, interpreter, &info), 0);
        assert_string_equal(info, wanted);
}

static void test_scripts_that_could_not_be_executed(void **state) {
        check_interpreter(ENOENT, "/no/such", "Could not execute /bin/true: its interpreter /no/such is not there");
        check_interpreter(ENOENT, "/bin/sh\\r",
                        "Could not execute /bin/true: its interpreter /bin/sh\\r is not there, as its lines end with "
                        "CR LF");
        check_interpreter(ENOEXEC, "",
                        "Could not execute /bin/true: it is no program, and no script that begins with #!");
}

static void check_start_failure(int exit_status, int error, const char *wanted) {
        _cleanup_(job_freep) Job *job = ended_job(JOB_RESULT_START_FAILED, exit_status);
        _cleanup_free_ char *info = NULL;

        set_text(&job->working_directory, "/srv/missing");
        assert_int_equal(status_text_of_start_failure(job, error, "", &info), 0);
        assert_string_equal(info, wanted);
}

static void test_starts_that_failed(void **state) {
        check_start_failure(200, ENOENT,
                        "Could not start in the directory /srv/missing: No such file or directory");
        check_start_failure(203, ENOENT, "Could not execute /bin/true: No such file or directory");
        check_start_failure(203, EACCES, "Could not execute /bin/true: Permission denied");
        check_start_failure(217, ESRCH,
                        "Could not start as user alice: the account could not be looked up (No such process)");
        check_start_failure(216, EPERM, "Could not start as user alice: Operation not permitted");
        check_start_failure(226, EIO, "Could not start, step 226: Input/output error");
}

static void test_a_start_that_failed_at_home(void **state) {
        _cleanup_(job_freep) Job *job = ended_job(JOB_RESULT_START_FAILED, 200);
        _cleanup_free_ char *info = NULL;

        assert_int_equal(status_text_of_end(job, NULL, NULL, &info), 0);
        assert_string_equal(info, "Could not start in the home of user alice: see systemd.exec(5)");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_progress),
                cmocka_unit_test(test_what_is_no_progress),
                cmocka_unit_test(test_progress_stays_when_a_text_has_none),
                cmocka_unit_test(test_control_characters),
                cmocka_unit_test(test_control_characters_of_two_bytes),
                cmocka_unit_test(test_text_that_is_not_utf8),
                cmocka_unit_test(test_long_texts_are_cut_between_characters),
                cmocka_unit_test(test_every_end),
                cmocka_unit_test(test_no_end_is_without_a_word),
                cmocka_unit_test(test_who_has_cancelled),
                cmocka_unit_test(test_why_is_more_than_the_result),
                cmocka_unit_test(test_its_last_words),
                cmocka_unit_test(test_limits_as_people_read_them),
                cmocka_unit_test(test_starts_that_failed),
                cmocka_unit_test(test_scripts_that_could_not_be_executed),
                cmocka_unit_test(test_a_start_that_failed_at_home),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
