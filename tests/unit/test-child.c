/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A command is started as systemd would start it, and whoever starts it ends as it ends. Each runner is a
 * process of its own: it takes the signals over. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "child.h"
#include "fixture.h"

typedef struct Outcome {
        char output[1000]; /* of the command, and behind it what is told of its end */
        int status;        /* wait(2)'s, of the runner */
} Outcome;

static char script_pid[] = "SYSTEMD_EXEC_PID=1";

static _Noreturn void run(const char *program, const char *script, int fd) {
        char *command[] = { (char *) program, (char *) "-c", (char *) script, NULL };
        char *environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) "JOURNAL_STREAM=1:2", script_pid,
                (char *) "NOTIFY_SOCKET=/run/old",
                (char *) "A=b", NULL };
        char text[64];
        Child child;

        child_start(&child, command, environment, "NOTIFY_SOCKET=@new", fd);
        child_wait(&child);
        child_describe(&child, text, sizeof(text));
        if (write(fd, text, strlen(text)) < 0)
                _exit(99);
        child_end_alike(&child);
}

static Outcome run_program(const char *program, const char *script) {
        Outcome outcome = {};
        size_t n = 0;
        ssize_t k;
        int fds[2];
        pid_t pid;

        assert_return_code(pipe2(fds, O_CLOEXEC), errno);
        pid = fork();
        assert_return_code(pid, errno);
        if (pid == 0)
                run(program, script, fds[1]);
        close_fd(fds[1]);
        while ((k = read(fds[0], outcome.output + n, sizeof(outcome.output) - 1 - n)) > 0)
                n += (size_t) k;
        close_fd(fds[0]);
        assert_int_equal(waitpid(pid, &outcome.status, 0), pid);
        return outcome;
}

static Outcome run_script(const char *script) {
        return run_program("/bin/sh", script);
}

static void test_exit_statuses(void **state) {
        static const int statuses[] = { 0, 1, 127, 203, 255 };

        for (size_t i = 0; i < ELEMENTSOF(statuses); i++) {
                char script[32], wanted[32];
                Outcome outcome;

                snprintf(script, sizeof(script), "exit %d", statuses[i]);
                snprintf(wanted, sizeof(wanted), "exited %d", statuses[i]);
                outcome = run_script(script);
                assert_string_equal(outcome.output, wanted);
                assert_true(WIFEXITED(outcome.status));
                assert_int_equal(WEXITSTATUS(outcome.status), statuses[i]);
        }
}

static void test_signals(void **state) {
        static const int signals[] = { SIGHUP, SIGTERM, SIGKILL, SIGPIPE, SIGUSR1, SIGSEGV };

        for (size_t i = 0; i < ELEMENTSOF(signals); i++) {
                char script[64], wanted[32];
                Outcome outcome;

                snprintf(script, sizeof(script), "ulimit -c 0; kill -%d $$", signals[i]);
                snprintf(wanted, sizeof(wanted), "killed %d", signals[i]);
                outcome = run_script(script);
                assert_string_equal(outcome.output, wanted);
                assert_true(WIFSIGNALED(outcome.status));
                assert_int_equal(WTERMSIG(outcome.status), signals[i]);
                assert_false(WCOREDUMP(outcome.status));
        }
}

static void test_both_outputs_and_a_session_of_its_own(void **state) {
        Outcome outcome = run_script("echo out; echo err >&2; test $(ps -o sid= -p $$) = $$ && echo leader");

        assert_string_equal(outcome.output, "out\nerr\nleader\nexited 0");
}

static void test_the_environment(void **state) {
        Outcome outcome = run_script(
                        "test $SYSTEMD_EXEC_PID = $$ && echo own; echo ${JOURNAL_STREAM-none} $NOTIFY_SOCKET $A");

        assert_string_equal(outcome.output, "own\nnone @new b\nexited 0");
}

/* As a shell would have them: neither ignored nor blocked. */
static void test_the_signals_of_the_command(void **state) {
        Outcome outcome;

        (void) signal(SIGPIPE, SIG_IGN); /* as systemd has it */
        outcome = run_script("grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d ' \\t\\n'");
        (void) signal(SIGPIPE, SIG_DFL);
        assert_string_equal(outcome.output, "SigBlk:0000000000000000SigIgn:0000000000000000exited 0");
}

static void check_failure(const char *program, int error) {
        Outcome outcome = run_program(program, "");
        char wanted[32];

        snprintf(wanted, sizeof(wanted), "failed %d", error);
        assert_string_equal(outcome.output, wanted);
        assert_true(WIFEXITED(outcome.status));
        assert_int_equal(WEXITSTATUS(outcome.status), EXIT_NOT_EXECUTED);
}

static void check_script(const char *text, const char *wanted) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "script");

        file_write(path, text, strlen(text));
        assert_return_code(chmod(path, 0755), errno);
        assert_string_equal(run_program(path, "").output, wanted);
}

static void test_an_interpreter_that_is_not_there(void **state) {
        check_script("#!/no/such\n", "failed 2 /no/such");
        check_script("#! /no/such with arguments\n", "failed 2 /no/such");
        check_script("#!/bin/sh\r\necho x\r\n", "failed 2 /bin/sh\\r");
        check_script("#!/no/\001\303\274", "failed 2 /no/???");
        check_script("echo x\n", "failed 8"); /* ENOEXEC */
}

static void test_what_cannot_be_executed(void **state) {
        check_failure("/nonexistent/program", ENOENT);
        check_failure("/etc/passwd", EACCES);
        check_failure("/usr", EISDIR);
        check_failure("/etc/passwd/x", ENOTDIR);
}

/* Signals to all processes of a unit are the command's matter. */
static void test_the_runner_outlives_signals(void **state) {
        Outcome outcome = run_script(
                        "for s in HUP INT QUIT TERM USR1 USR2 PIPE ALRM; do kill -$s $PPID; done; exit 7");

        assert_string_equal(outcome.output, "exited 7");
        assert_int_equal(WEXITSTATUS(outcome.status), 7);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_exit_statuses),
                cmocka_unit_test(test_signals),
                cmocka_unit_test(test_both_outputs_and_a_session_of_its_own),
                cmocka_unit_test(test_the_environment),
                cmocka_unit_test(test_the_signals_of_the_command),
                cmocka_unit_test(test_what_cannot_be_executed),
                cmocka_unit_test(test_an_interpreter_that_is_not_there),
                cmocka_unit_test(test_the_runner_outlives_signals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
