/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Of what a command says, PID 1 is told what is about the job. The test is both of them. */

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "notify.h"

static Notify notify;
static char *folder, *path;
static int pid1;

static int setup(void **state) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        folder = folder_new();
        path = path_in(folder, "notify");
        assert_true(strlen(path) < sizeof(address.sun_path));
        strcpy(address.sun_path, path);
        pid1 = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_return_code(pid1, errno);
        assert_return_code(bind(pid1, (struct sockaddr *) &address, sizeof(address)), errno);
        assert_return_code(setenv("NOTIFY_SOCKET", path, true), errno);
        notify_open(&notify);
        return 0;
}

static int teardown(void **state) {
        close_fd(notify.fd);
        close_fd(pid1);
        free(path);
        folder_free(folder);
        return 0;
}

/* As the command, with a descriptor or -1. */
static void say(const char *message, int fd) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        const char *name = strchr(notify.assignment, '@');
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct iovec iov = { (char *) message, strlen(message) };
        struct msghdr msg = { .msg_name = &address, .msg_iov = &iov, .msg_iovlen = 1 };
        int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        assert_non_null(name);
        strcpy(address.sun_path, name);
        address.sun_path[0] = 0;
        msg.msg_namelen = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(name));
        if (fd >= 0) {
                control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
                memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
                msg.msg_control = &control;
                msg.msg_controllen = sizeof(control);
        }
        assert_int_equal(sendmsg(sender, &msg, 0), strlen(message));
        close_fd(sender);
}

static void check_told(const char *message) {
        char buffer[5000] = "";
        ssize_t n = recv(pid1, buffer, sizeof(buffer) - 1, MSG_DONTWAIT);

        assert_int_equal(n, strlen(message));
        assert_string_equal(buffer, message);
}

static void check_nothing_told(void) {
        char byte;

        assert_int_equal(recv(pid1, &byte, 1, MSG_DONTWAIT), -1);
        assert_int_equal(errno, EAGAIN);
}

static void test_what_is_about_the_job_is_handed_on(void **state) {
        say("STATUS=45% of it", -1);
        say("WATCHDOG=1\n", -1);
        notify_dispatch(&notify);
        check_told("STATUS=45% of it\n");
        check_told("WATCHDOG=1\n");
        check_nothing_told();
}

static void test_what_is_about_the_unit_is_not(void **state) {
        say("READY=1", -1);
        say("STOPPING=1\nSTATUS=shutting down\nMAINPID=1\nERRNO=2", -1);
        say("XSTATUS=x\n\n=\nSTATUS", -1);
        say("FDSTORE=1", -1);
        notify_dispatch(&notify);
        check_told("STATUS=shutting down\n");
        check_nothing_told();
}

/* Who waits for the descriptor to be closed does not wait for ever; and there is an end of them here. */
static void test_descriptors_are_closed(void **state) {
        for (unsigned i = 0; i < 2000; i++) {
                int fds[2];
                char byte;

                assert_return_code(pipe2(fds, O_CLOEXEC), errno);
                say("BARRIER=1", fds[1]);
                close_fd(fds[1]);
                notify_dispatch(&notify);
                assert_int_equal(read(fds[0], &byte, 1), 0);
                close_fd(fds[0]);
        }
        check_nothing_told();
}

static void test_a_message_that_is_too_long_is_none(void **state) {
        char message[5000];

        memset(message, 'x', sizeof(message));
        memcpy(message, "STATUS=", 7);
        message[4096] = 0;
        say(message, -1);
        message[4096] = 'x';
        message[4097] = 0;
        say(message, -1);
        notify_dispatch(&notify);
        message[4096] = '\n';
        check_told(message);
        check_nothing_told();
}

static void test_who_is_nobody_of_the_job_is_not_heard(void **state) {
        int status;
        pid_t pid;

        if (getuid() != 0)
                skip();
        pid = fork();
        if (pid == 0) { /* of this process's group, but another user's */
                if (setuid(65534) < 0)
                        _exit(1);
                say("STATUS=by a child", -1);
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid); /* and is gone now, so that nobody knows the group */
        assert_int_equal(status, 0);
        notify_dispatch(&notify);
        check_nothing_told();
}

static void test_without_a_socket_nobody_listens(void **state) {
        Notify none;

        unsetenv("NOTIFY_SOCKET");
        notify_open(&none);
        assert_int_equal(none.fd, -1);
        assert_string_equal(none.assignment, "");
        notify_dispatch(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_is_about_the_job_is_handed_on),
                TEST(test_what_is_about_the_unit_is_not),
                TEST(test_descriptors_are_closed),
                TEST(test_a_message_that_is_too_long_is_none),
                TEST(test_who_is_nobody_of_the_job_is_not_heard),
                TEST(test_without_a_socket_nobody_listens),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
