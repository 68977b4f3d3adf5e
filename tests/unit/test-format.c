/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "format.h"
#include "parse.h"

static void check_text(char *text, const char *expected) {
        assert_string_equal(text, expected);
        free(text);
}

static void test_timestamp(void **state) {
        const uint64_t usec = UINT64_C(1795516215) * USEC_PER_SEC + 999999;
        char *text;

        assert_int_equal(setenv("TZ", "UTC0", true), 0);
        tzset();
        assert_int_equal(format_timestamp(usec, TIMESTAMP_MINUTES, &text), 0);
        check_text(text, "2026-11-24 10:30");
        assert_int_equal(format_timestamp(usec, TIMESTAMP_SECONDS, &text), 0);
        check_text(text, "2026-11-24 10:30:15");
        assert_int_equal(format_timestamp(usec, TIMESTAMP_FULL, &text), 0);
        check_text(text, "Tue 2026-11-24 10:30:15 UTC");
        assert_int_equal(format_timestamp(0, TIMESTAMP_FULL, &text), 0);
        check_text(text, "");
        assert_int_equal(format_timestamp(UINT64_MAX, TIMESTAMP_FULL, &text), 0);
        free(text); /* whatever it is */
}

static void test_timespan(void **state) {
        static const struct {
                uint64_t usec;
                const char *short_text, *exact_text;
        } samples[] = {
                { 0, "0s", "0s" },
                { 1, "1us", "1us" },
                { 999, "999us", "999us" },
                { 20500, "20ms", "20ms 500us" },
                { 1500000, "1.5s", "1s 500ms" },
                { 9999999, "9.9s", "9s 999ms 999us" },
                { 59999999, "59s", "59s 999ms 999us" },
                { 60000000, "1min", "1min" },
                { UINT64_C(5405000000), "1h 30min", "1h 30min 5s" },
                { UINT64_C(7205000000), "2h", "2h 5s" },
                { UINT64_C(200000000000), "2d 7h", "2d 7h 33min 20s" },
                { UINT64_MAX - 1, "213503982d 8h", "213503982d 8h 1min 49s 551ms 614us" },
                { UINT64_MAX, "infinity", "infinity" },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                uint64_t usec;
                char *text;

                assert_int_equal(format_timespan(samples[i].usec, TIMESPAN_SHORT, &text), 0);
                check_text(text, samples[i].short_text);
                assert_int_equal(format_timespan(samples[i].usec, TIMESPAN_EXACT, &text), 0);
                assert_int_equal(parse_timespan(text, &usec), 0);
                assert_int_equal(usec, samples[i].usec);
                check_text(text, samples[i].exact_text);
        }
}

static void test_size(void **state) {
        char *text;

        assert_int_equal(format_size(0, &text), 0);
        check_text(text, "0B");
        assert_int_equal(format_size(1023, &text), 0);
        check_text(text, "1023B");
        assert_int_equal(format_size(1536, &text), 0);
        check_text(text, "1.5K");
        assert_int_equal(format_size(UINT64_C(2) << 30, &text), 0);
        check_text(text, "2.0G");
        assert_int_equal(format_size(UINT64_MAX, &text), 0);
        check_text(text, "16.0E");
}

static void test_cpu_quota(void **state) {
        char *text;

        assert_int_equal(format_cpu_quota(1500000, &text), 0);
        check_text(text, "150%");
        assert_int_equal(format_cpu_quota(1000, &text), 0);
        check_text(text, "0.1%");
}

static void check_command(char *const *argv, const char *expected) {
        char *text;

        assert_int_equal(format_command(argv, &text), 0);
        check_text(text, expected);
}

/* bash reads back what stands here, and no byte of it steers a terminal. */
static void test_command(void **state) {
        char *plain[] = { (char *) "/usr/bin/tar", (char *) "--file=a.tar", (char *) "x,y@z:1%", NULL };
        char *spaces[] = { (char *) "sh", (char *) "-c", (char *) "echo $HOME \"%n\" \\ *", (char *) "",
                NULL };
        char *quotes[] = { (char *) "it's", (char *) "a\\'b", NULL };
        char *controls[] = { (char *) "a\nb\tc", (char *) "\033[31m", (char *) "\xc2\x9b", NULL };
        char *text[] = { (char *) "äöü", (char *) "\xff", (char *) "ä\xff", NULL };

        check_command(NULL, "");
        check_command(plain, "/usr/bin/tar --file=a.tar x,y@z:1%");
        check_command(spaces, "sh -c 'echo $HOME \"%n\" \\ *' ''");
        check_command(quotes, "$'it\\'s' $'a\\\\\\'b'");
        check_command(controls, "$'a\\nb\\tc' $'\\x1b[31m' $'\\xc2\\x9b'");
        check_command(text, "'äöü' $'\\xff' $'\\xc3\\xa4\\xff'");
}

static void test_one_line(void **state) {
        char *text;

        assert_int_equal(format_one_line("äöü 45 %", &text), 0);
        check_text(text, "äöü 45 %");
        assert_int_equal(format_one_line("a\nb\033[31m\xc2\x9b\x7f", &text), 0);
        check_text(text, "a?b?[31m???");
}

static void check_info(JobStatus status, double progress, const char *info, const char *expected) {
        Job job = { .status = status, .progress = progress, .info = (char *) info };
        char *text;

        assert_int_equal(format_info(&job, &text), 0);
        check_text(text, expected);
}

static void test_info(void **state) {
        check_info(JOB_RUNNING, -1, NULL, "");
        check_info(JOB_RUNNING, -1, "reading", "reading");
        check_info(JOB_RUNNING, 0.45, NULL, "45%");
        check_info(JOB_RUNNING, 0.45, "reading", "45% reading");
        check_info(JOB_RUNNING, 0.45, "45% reading", "45% reading");
        check_info(JOB_ERROR, 0.45, "disk full", "disk full");
        check_info(JOB_COMPLETED, 1, NULL, "");
}

static void check_user(uid_t uid, const char *user, bool in_short, const char *expected) {
        Job job = { .uid = uid, .user = (char *) user };
        char *text;

        assert_int_equal(format_user(&job, 999, in_short, &text), 0);
        check_text(text, expected);
}

/* No person stands behind root and the other system accounts. */
static void test_user(void **state) {
        check_user(1000, "alice", false, "alice");
        check_user(1000, "alice", true, "alice");
        check_user(0, "root", false, "root (command-line task)");
        check_user(0, "root", true, "root (task)");
        check_user(999, "backup", true, "backup (task)");
}

static void check_result(JobResult result, int exit_status, const char *expected) {
        Job job = { .result = result, .exit_status = exit_status };
        char *text;

        assert_int_equal(format_result(&job, &text), 0);
        check_text(text, expected);
}

static void test_result(void **state) {
        check_result(JOB_RESULT_NONE, 0, "");
        check_result(JOB_RESULT_SUCCESS, 0, "");
        check_result(JOB_RESULT_EXIT_CODE, 3, "exit status 3");
        check_result(JOB_RESULT_SIGNAL, SIGSEGV, "signal 11/SEGV");
        check_result(JOB_RESULT_CORE_DUMP, SIGABRT, "signal 6/ABRT, core dumped");
        check_result(JOB_RESULT_SIGNAL, 64, "signal 64");
}

static void test_progress(void **state) {
        static const struct {
                double progress;
                const char *text;
        } samples[] = {
                { 0, "----" },
                { 0.5, "##--" },
                { 0.99, "###-" },
                { 1, "####" },
                { 1.5, "####" },
        };
        char *text;

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                assert_int_equal(format_progress(samples[i].progress, 4, false, &text), 0);
                check_text(text, samples[i].text);
        }
        assert_int_equal(format_progress(0.5, 4, true, &text), 0);
        check_text(text, "██░░");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_timestamp),
                cmocka_unit_test(test_timespan),
                cmocka_unit_test(test_size),
                cmocka_unit_test(test_cpu_quota),
                cmocka_unit_test(test_command),
                cmocka_unit_test(test_one_line),
                cmocka_unit_test(test_info),
                cmocka_unit_test(test_user),
                cmocka_unit_test(test_result),
                cmocka_unit_test(test_progress),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
