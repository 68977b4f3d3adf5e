/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fixture.h"
#include "folder.h"
#include "input.h"
#include "name.h"
#include "question.h"

/* ---- names ---- */

static const struct {
        const char *name, *text;
} names[] = {
        { "report.pdf", "report.pdf" },
        { "a/b c", "a/b c" },
        { "Übersicht", "Übersicht" },
        { "a\\b", "a\\x5cb" },
        { "\\x41", "\\x5cx41" },
        { "line\nbreak", "line\\x0abreak" },
        { "ü\n", "\\xc3\\xbc\\x0a" },
        { "\xff", "\\xff" },
        { "\x1b[31m", "\\x1b[31m" },
};

static void test_names_become_text_and_names_again(void **state) {
        char text[64], name[64];

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                assert_int_equal(name_escape(names[i].name, text, sizeof(text)), 0);
                assert_string_equal(text, names[i].text);
                assert_int_equal(name_unescape(text, name, sizeof(name)), 0);
                assert_string_equal(name, names[i].name);
        }
}

static void test_text_that_is_no_name(void **state) {
        static const char *const texts[] = { "\\", "\\x", "\\x4", "\\x4g", "\\xAB", "\\n", "\\x00", "a\\\\b" };
        char name[64];

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(name_unescape(texts[i], name, sizeof(name)), -EINVAL);
}

static void test_names_that_do_not_fit(void **state) {
        char buffer[5];

        assert_int_equal(name_escape("abcd", buffer, sizeof(buffer)), 0);
        assert_int_equal(name_escape("abcde", buffer, sizeof(buffer)), -ENAMETOOLONG);
        assert_int_equal(name_escape("a\n", buffer, sizeof(buffer)), -ENAMETOOLONG);
        assert_int_equal(name_unescape("abcd", buffer, sizeof(buffer)), 0);
        assert_int_equal(name_unescape("abcde", buffer, sizeof(buffer)), -ENAMETOOLONG);
}

/* ---- folders ---- */

static void make(const char *folder, const char *name, mode_t kind) {
        _cleanup_free_ char *path = path_in(folder, name);

        if (S_ISDIR(kind))
                assert_int_equal(mkdir(path, 0700), 0);
        else if (S_ISLNK(kind))
                assert_int_equal(symlink("/etc/passwd", path), 0);
        else if (S_ISFIFO(kind))
                assert_int_equal(mkfifo(path, 0600), 0);
        else
                file_write(path, "hello", 5);
}

/* Of each kind something, in the folder "1". */
static void fill(const char *folder) {
        make(folder, "1", S_IFDIR);
        make(folder, "1/a", S_IFREG);
        make(folder, "1/link", S_IFLNK);
        make(folder, "1/fifo", S_IFIFO);
        make(folder, "1/sub", S_IFDIR);
        make(folder, "1/sub/b", S_IFREG);
        make(folder, "1/sub/empty", S_IFDIR);
        make(folder, "outside", S_IFREG);
}

static int open_one(const char *folder, uid_t uid) {
        _cleanup_close_ int folders_fd = open(folder, O_RDONLY | O_DIRECTORY);
        int fd;

        assert_int_equal(folder_open(folders_fd, "1", uid, &fd), 0);
        return fd;
}

/* All of it, also what is no folder. */
static void unmake(const char *folder) {
        static const char *const all[] = { "1/sub/empty", "1/sub/b", "1/sub", "1/fifo", "1/link", "1/a", "1" };

        for (size_t i = 0; i < ELEMENTSOF(all); i++) {
                _cleanup_free_ char *path = path_in(folder, all[i]);

                assert_int_equal(remove(path), 0);
        }
}

typedef struct Found {
        unsigned n, n_max;
        bool a, b;
} Found;

static int find(const char *name, const struct stat *st, void *userdata) {
        Found *found = userdata;

        assert_int_equal(st->st_size, 5);
        found->n++;
        found->a = found->a || strcmp(name, "a") == 0;
        found->b = found->b || strcmp(name, "sub/b") == 0;
        return found->n == found->n_max;
}

static void test_regular_files_are_found_wherever_they_are(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        Found found = {}, one = { .n_max = 1 };

        fill(folder);
        assert_int_equal(folder_walk(open_one(folder, getuid()), getuid(), find, &found), 0);
        assert_int_equal(found.n, 2);
        assert_true(found.a && found.b);
        assert_int_equal(folder_walk(open_one(folder, getuid()), getuid(), find, &one), 1);
        assert_int_equal(one.n, 1);
        unmake(folder);
}

static void test_what_can_be_opened_is_a_regular_file_of_the_folder(void **state) {
        static const char *const none[] = { "link", "fifo", "sub", "sub/empty", "../outside", "sub/../../outside", "/etc/passwd",
                "b", "", "a/", "a/b", "1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1" };
        _cleanup_folder_ char *folder = folder_new();
        int fd, file_fd;
        struct stat st;
        char text[8];

        fill(folder);
        fd = open_one(folder, getuid());
        assert_int_equal(folder_open_file(fd, "sub/b", getuid(), &file_fd, &st), 0);
        assert_int_equal(st.st_size, 5);
        assert_int_equal(read(file_fd, text, sizeof(text)), 5);
        close(file_fd);
        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                assert_int_equal(folder_open_file(fd, none[i], getuid(), &file_fd, &st), -ENOENT);
        close(fd);
        unmake(folder);
}

/* Somebody else's, which a hard link may be. */
static void test_files_and_folders_of_another_are_no_results(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        int folders_fd, fd, file_fd;
        uid_t other = 4242;
        Found found = {};
        struct stat st;

        fill(folder);
        folders_fd = open(folder, O_RDONLY | O_DIRECTORY);
        assert_int_equal(folder_open(folders_fd, "1", other, &fd), -ENOENT);
        assert_int_equal(folder_open(folders_fd, "outside", getuid(), &fd), -ENOENT);
        assert_int_equal(folder_open(folders_fd, "2", getuid(), &fd), -ENOENT);
        close(folders_fd);
        fd = open_one(folder, getuid());
        assert_int_equal(folder_open_file(fd, "a", other, &file_fd, &st), -ENOENT);
        assert_int_equal(folder_walk(fd, other, find, &found), 0);
        assert_int_equal(found.n, 0);
        unmake(folder);
}

/* ---- what a job is handed ---- */

#define ID "00112233445566778899aabbccddeeff"

static int take(const char *folder, const char *id, const char *name, uint64_t bytes_max, const char *from, uint64_t *ret) {
        _cleanup_close_ int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                            fd = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

        assert_true(folder_fd >= 0 && fd >= 0);
        return input_take(folder_fd, id, name, getuid(), bytes_max, fd, ret);
}

static void assert_taken(const char *folder, const char *name, const char *text) {
        _cleanup_free_ char *path = path_in(folder, name), *found = NULL;
        struct stat st;
        size_t size;

        found = file_read(path, &size);
        assert_int_equal(size, strlen(text));
        assert_memory_equal(found, text, size);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0400);
}

static void test_a_copy_is_taken_of_a_file(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *from = path_in(folder, "from");
        uint64_t size;

        file_write(from, "hello", 5);
        assert_int_equal(take(folder, ID, "records", 5, from, &size), 0);
        assert_int_equal(size, 5);
        assert_taken(folder, ID "/records", "hello");
        file_write(from, "", 0);
        assert_int_equal(take(folder, ID, "plan", 0, from, &size), 0);
        assert_int_equal(size, 0);
        assert_taken(folder, ID "/plan", "");
        assert_int_equal(take(folder, ID, "plan", 0, from, &size), -EEXIST);
        assert_taken(folder, ID "/records", "hello");
}

static void test_what_is_not_taken_leaves_nothing(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *from = path_in(folder, "from"), *fifo = path_in(folder, "fifo"), *left = path_in(folder, ID);
        uint64_t size;

        file_write(from, "hello", 5);
        make(folder, "fifo", S_IFIFO);
        assert_int_equal(take(folder, ID, "x", 4, from, &size), -EFBIG);
        assert_int_equal(take(folder, ID, "x", 4, folder, &size), -EISDIR);
        assert_int_equal(take(folder, ID, "x", 4, fifo, &size), -EISDIR);
        assert_int_equal(take(folder, ID, "x", UINT64_MAX, "/proc/self/status", &size), -EISDIR);
        assert_int_equal(take(folder, ID "0", "x", 5, from, &size), -EINVAL);
        assert_int_equal(take(folder, "..", "x", 5, from, &size), -EINVAL);
        assert_int_equal(take(folder, ID, "..", 5, from, &size), -EINVAL);
        assert_int_equal(take(folder, ID, "a/b", 5, from, &size), -EINVAL);
        assert_int_equal(access(left, F_OK), -1);
}

/* ---- questions ---- */

static int ask(const char *bytes, size_t size, Question *q) {
        int fds[2], r;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        assert_int_equal(write(fds[0], bytes, size), size);
        close(fds[0]);
        r = question_read(fds[1], q);
        close(fds[1]);
        return r;
}

static void test_a_question_is_words(void **state) {
        static char many[2 * (QUESTION_WORDS_MAX + 1)];
        static Question q;

        assert_int_equal(ask("open\0001\0001000\000a b", 16, &q), 0);
        assert_int_equal(q.n_words, 4);
        assert_string_equal(q.words[0], "open");
        assert_string_equal(q.words[3], "a b");
        assert_null(q.words[4]);
        assert_int_equal(ask("", 0, &q), -EBADMSG);
        assert_int_equal(ask("open", 4, &q), -EBADMSG);
        memset(many, 'x', sizeof(many));
        for (size_t i = 1; i < sizeof(many); i += 2)
                many[i] = '\0';
        assert_int_equal(ask(many, sizeof(many) - 2, &q), 0);
        assert_int_equal(ask(many, sizeof(many), &q), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names_become_text_and_names_again),
                cmocka_unit_test(test_text_that_is_no_name),
                cmocka_unit_test(test_names_that_do_not_fit),
                cmocka_unit_test(test_regular_files_are_found_wherever_they_are),
                cmocka_unit_test(test_what_can_be_opened_is_a_regular_file_of_the_folder),
                cmocka_unit_test(test_files_and_folders_of_another_are_no_results),
                cmocka_unit_test(test_a_copy_is_taken_of_a_file),
                cmocka_unit_test(test_what_is_not_taken_leaves_nothing),
                cmocka_unit_test(test_a_question_is_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
