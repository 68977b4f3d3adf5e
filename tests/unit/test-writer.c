/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What journald gets of an output: all of it, or its beginning and its end with their places. The test is
 * journald, and a child process is the writer, which waits for it. */

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "output-entry.h"
#include "parse.h"
#include "writer.h"

static Writer writer;

typedef struct Received {
        char *bytes;         /* by their places */
        bool *known;
        size_t size;
        uint64_t n_bytes, n_lines; /* of the last entry */
        bool began, ended;
} Received;

/* The value of a field; false without it. */
static bool find(const char *entry, size_t size, const char *field, const char **ret, size_t *ret_size) {
        const char *p = entry, *end = entry + size;

        while (p < end) {
                const char *name_end = memchr(p, '\n', (size_t) (end - p));
                uint64_t n;

                assert_non_null(name_end);
                assert_true(end - name_end > 9);
                memcpy(&n, name_end + 1, sizeof(n));
                n = le64toh(n);
                assert_true(n < (uint64_t) (end - name_end - 9));
                if ((size_t) (name_end - p) == strlen(field) && memcmp(p, field, strlen(field)) == 0) {
                        *ret = name_end + 9;
                        *ret_size = (size_t) n;
                        return true;
                }
                p = name_end + 9 + n + 1;
        }
        return false;
}

static uint64_t find_number(const char *entry, size_t size, const char *field) {
        char text[24] = "";
        const char *value;
        uint64_t number;
        size_t n;

        assert_true(find(entry, size, field, &value, &n));
        assert_true(n < sizeof(text));
        memcpy(text, value, n);
        assert_return_code(parse_uint64(text, &number), 0);
        return number;
}

static void receive_chunk(const char *entry, size_t size, const char *text, size_t n, Received *received) {
        uint64_t at = find_number(entry, size, OUTPUT_AT);
        const char *value;
        size_t n_value;

        assert_true(at + n <= received->size);
        memcpy(received->bytes + at, text, n);
        memset(received->known + at, true, n);
        if (find(entry, size, OUTPUT_PART, &value, &n_value))
                return;
        assert_true(at + n < received->size);
        received->bytes[at + n] = '\n';
        received->known[at + n] = true;
}

static void receive(const char *entry, size_t size, Received *received) {
        const char *value;
        size_t n;

        assert_false(received->ended);
        if (find(entry, size, OUTPUT_START, &value, &n)) {
                assert_false(received->began);
                received->began = true;
        } else if (find(entry, size, OUTPUT_END, &value, &n)) {
                received->n_bytes = find_number(entry, size, OUTPUT_BYTES);
                received->n_lines = find_number(entry, size, OUTPUT_LINES);
                received->ended = true;
        } else {
                assert_true(find(entry, size, OUTPUT_TEXT, &value, &n));
                receive_chunk(entry, size, value, n, received);
        }
}

static void write_all_of(int fd, const char *socket_path, uint64_t bytes_max) {
        writer_open(&writer, socket_path, "/bin/printer", bytes_max);
        while (writer_read(&writer, fd) > 0)
                writer_flush(&writer, false);
        writer_close(&writer, OUTPUT_EXITED " 0", false);
        _exit(0);
}

static int listen_at(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
        strcpy(address.sun_path, path);
        assert_return_code(bind(fd, (struct sockaddr *) &address, sizeof(address)), errno);
        return fd;
}

static int text_fd(const char *text, size_t size) {
        int fd = memfd_create("text", MFD_CLOEXEC);

        assert_return_code(fd, errno);
        assert_int_equal(write(fd, text, size), size);
        assert_return_code(lseek(fd, 0, SEEK_SET), errno);
        return fd;
}

/* Until the last entry, and the one without fields that asks whether the socket is open. */
static void receive_all(int fd, Received *received) {
        static char entry[ENTRY_BYTES_MAX];

        while (!received->ended) {
                ssize_t n = recv(fd, entry, sizeof(entry), 0);

                assert_true(n > 0);
                receive(entry, (size_t) n, received);
        }
        assert_int_equal(recv(fd, entry, sizeof(entry), 0), 1);
}

/* An output of so many bytes, of which so many may be kept: these are, from the beginning and from the end. */
static void check(size_t size, uint64_t bytes_max, size_t n_head, size_t n_tail) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "socket"), *text = malloc(size + 1);
        _cleanup_close_ int journald = listen_at(path), input = -EBADF;
        Received received = { .bytes = calloc(size + 1, 1), .known = calloc(size + 1, 1), .size = size };
        uint64_t n_lines = 0;
        int status;
        pid_t pid;

        for (size_t i = 0; i < size; i++) { /* lines of many lengths */
                text[i] = i % 7 == 0 || i % 1009 < 3 ? '\n' : (char) ('a' + i * i % 26);
                n_lines += text[i] == '\n';
        }
        input = text_fd(text, size);
        pid = fork();
        if (pid == 0)
                write_all_of(input, path, bytes_max);
        receive_all(journald, &received);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);

        assert_true(received.began);
        assert_int_equal(received.n_bytes, size);
        assert_int_equal(received.n_lines, n_lines);
        for (size_t i = 0; i < size; i++)
                assert_int_equal(received.known[i], i < n_head || i >= size - n_tail);
        assert_memory_equal(received.bytes, text, n_head);
        assert_memory_equal(received.bytes + size - n_tail, text + size - n_tail, n_tail);
        free(received.bytes);
        free(received.known);
}

static void test_without_a_limit(void **state) {
        check(0, UINT64_MAX, 0, 0);
        check(1, UINT64_MAX, 1, 0);
        check(300000, UINT64_MAX, 300000, 0);
}

static void test_up_to_the_limit_all_is_there(void **state) {
        for (size_t size = 999; size <= 1001; size++)
                check(size, 1001, size, 0);
        check(300000, 300000, 300000, 0);
}

static void test_of_more_the_beginning_and_the_end_are_there(void **state) {
        check(1001, 1000, 500, 500);
        check(5000, 1000, 500, 500);
        check(3, 2, 1, 1);
        check(2, 1, 0, 1);
        check(300000, 200000, 200000 - TAIL_BYTES_MAX, TAIL_BYTES_MAX);
        check(1000000, 131072, 65536, TAIL_BYTES_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_without_a_limit),
                cmocka_unit_test(test_up_to_the_limit_all_is_there),
                cmocka_unit_test(test_of_more_the_beginning_and_the_end_are_there),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
