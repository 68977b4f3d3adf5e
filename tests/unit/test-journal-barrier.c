/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The other end of a pair of sockets is journald. */

#include <sys/socket.h>
#include <sys/wait.h>

#include "fixture.h"
#include "journal-barrier.h"

static void make_pair(int fds[2]) {
        assert_return_code(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), errno);
}

static void test_who_does_not_read(void **state) {
        int fds[2];

        make_pair(fds);
        assert_int_equal(journal_barrier_wait_sync(fds[0], 5 * USEC_PER_MSEC), -ETIMEDOUT);
        close_fd(fds[0]);
        close_fd(fds[1]);
}

static void test_who_is_gone(void **state) {
        int fds[2];

        make_pair(fds);
        close_fd(fds[1]);
        assert_int_equal(journal_barrier_wait_sync(fds[0], 60 * USEC_PER_SEC), -ECONNREFUSED);
        close_fd(fds[0]);
}

/* What was sent before is read before. */
static void test_who_reads(void **state) {
        int fds[2], status;
        pid_t pid;

        make_pair(fds);
        for (int i = 0; i < 3; i++)
                assert_int_equal(send(fds[0], "x", 1, 0), 1);
        pid = fork();
        assert_return_code(pid, errno);
        if (pid == 0) {
                char byte = 0;

                while (byte != '\n')
                        (void) !recv(fds[1], &byte, 1, 0);
                _exit(0);
        }
        assert_int_equal(journal_barrier_wait_sync(fds[0], 60 * USEC_PER_SEC), 0);
        assert_int_equal(recv(fds[1], &status, 1, MSG_DONTWAIT), -1);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        close_fd(fds[0]);
        close_fd(fds[1]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_who_does_not_read),
                cmocka_unit_test(test_who_is_gone),
                cmocka_unit_test(test_who_reads),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
