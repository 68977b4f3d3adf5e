/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is sent to journald arrives, in order, also when its socket is closed and made anew. The test is
 * journald: it binds the socket, and reads from it. */

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "fixture.h"
#include "journal.h"

static Journal journal;
static char *folder, *path;

static int setup(void **state) {
        memset(&journal, 0, sizeof(journal));
        folder = folder_new();
        path = path_in(folder, "socket");
        return 0;
}

static int teardown(void **state) {
        close_fd(journal.fd);
        free(path);
        folder_free(folder);
        return 0;
}

static int listen_anew(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
        strcpy(address.sun_path, path);
        (void) unlink(path);
        assert_return_code(bind(fd, (struct sockaddr *) &address, sizeof(address)), errno);
        return fd;
}

static void send_text(const char *text) {
        Entry entry = { .size = strlen(text) };

        memcpy(entry.data, text, entry.size);
        journal_send(&journal, &entry);
}

static void check_received(int fd, const char *text) {
        char buffer[100];
        ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

        assert_int_equal(n, strlen(text));
        assert_memory_equal(buffer, text, (size_t) n);
}

static void check_nothing_more(int fd) {
        char byte;

        assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
        assert_int_equal(errno, EAGAIN);
}

static void test_in_order(void **state) {
        _cleanup_close_ int fd = listen_anew();

        journal_open(&journal, path);
        send_text("one");
        send_text("two");
        check_received(fd, "one");
        check_received(fd, "two");
        journal_finish(&journal); /* tries with an entry of no fields whether the socket is open */
        check_received(fd, "\n");
        check_nothing_more(fd);
}

/* Also what was read: who knows by whom. */
static void test_what_was_in_a_closed_socket_is_sent_again(void **state) {
        _cleanup_close_ int fd = listen_anew(), again = -EBADF;

        journal_open(&journal, path);
        send_text("one");
        check_received(fd, "one");
        send_text("two");
        check_received(fd, "two");
        send_text("three");
        send_text("four");
        check_received(fd, "three");
        close_fd(TAKE_FD(fd));
        again = listen_anew();
        send_text("five");
        check_received(again, "one");
        check_received(again, "two");
        check_received(again, "three");
        check_received(again, "four");
        check_received(again, "five");
        check_nothing_more(again);
}

/* A process that reads so many datagrams, which have to begin with these letters. */
static pid_t start_reader(int fd, const char *letters) {
        static char buffer[ENTRY_BYTES_MAX];
        pid_t pid = fork();

        assert_return_code(pid, errno);
        if (pid > 0)
                return pid;
        for (; *letters; letters++)
                if (recv(fd, buffer, sizeof(buffer), 0) <= 0 || buffer[0] != *letters)
                        _exit(1);
        _exit(0);
}

static void check_reader(pid_t pid) {
        int status;

        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

/* Nothing is left to be sent that would meet the closed socket. */
static void test_the_last_ones_are_sent_again(void **state) {
        _cleanup_close_ int fd = listen_anew(), again = -EBADF;
        pid_t reader;

        journal_open(&journal, path);
        send_text("one");
        send_text("end");
        close_fd(TAKE_FD(fd));
        again = listen_anew();
        reader = start_reader(again, "oe\n");
        journal_finish(&journal);
        check_reader(reader);
}

static void test_a_socket_that_is_not_there_is_waited_for(void **state) {
        pid_t reader = fork();

        assert_return_code(reader, errno);
        if (reader == 0) {
                char byte;

                _exit(recv(listen_anew(), &byte, 1, 0) == 1 && byte == 'o' ? 0 : 1);
        }
        journal_open(&journal, path);
        send_text("one");
        check_reader(reader);
}

/* As many as can be unread, and then some. */
static void test_large_ones_are_kept(void **state) {
        static Entry entry = { .size = 50000 };
        _cleanup_close_ int fd = listen_anew(), again = -EBADF;
        pid_t reader;

        journal_open(&journal, path);
        for (const char *letter = "abcdefghijkl"; *letter; letter++) {
                memset(entry.data, *letter, entry.size);
                if (*letter < 'i') { /* more than there is room for, but read */
                        pid_t pid = start_reader(fd, (const char[]){ *letter, '\0' });

                        journal_send(&journal, &entry);
                        check_reader(pid);
                } else
                        journal_send(&journal, &entry);
        }
        close_fd(TAKE_FD(fd));
        again = listen_anew();
        reader = start_reader(again, "efghijkl\n");
        journal_finish(&journal);
        check_reader(reader);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_in_order, setup, teardown),
                cmocka_unit_test_setup_teardown(
                                test_what_was_in_a_closed_socket_is_sent_again, setup, teardown),
                cmocka_unit_test_setup_teardown(test_the_last_ones_are_sent_again, setup, teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_socket_that_is_not_there_is_waited_for, setup, teardown),
                cmocka_unit_test_setup_teardown(test_large_ones_are_kept, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
