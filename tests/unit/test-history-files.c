/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A history that was rebuilt takes the place of a damaged one, however often that is interrupted. */

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "history-files.h"

typedef struct Files {
        char *folder, *path, *rebuilt;
} Files;

static int set_up(void **state) {
        Files *files = calloc(1, sizeof(Files));

        assert_non_null(files);
        files->folder = folder_new();
        files->path = path_in(files->folder, "jobs.db");
        assert_int_equal(history_rebuilt_path(files->path, &files->rebuilt), 0);
        *state = files;
        return 0;
}

static int tear_down(void **state) {
        Files *files = *state;

        folder_free(files->folder);
        free(files->path);
        free(files->rebuilt);
        free(files);
        return 0;
}

static void write_text(const char *path, const char *text) {
        file_write(path, text, strlen(text));
}

static void assert_text(const char *path, const char *suffix, const char *text) {
        _cleanup_free_ char *file = NULL, *read = NULL;
        size_t size;

        assert_true(asprintf(&file, "%s%s", path, suffix) > 0);
        read = file_read(file, &size);
        assert_string_equal(read, text);
}

static void make_old(const Files *files) {
        _cleanup_free_ char *log = path_in(files->folder, "jobs.db-wal"),
                            *index = path_in(files->folder, "jobs.db-shm");

        write_text(files->path, "old");
        write_text(log, "old log");
        write_text(index, "old index");
}

static void test_without_one_all_stays_as_it_is(void **state) {
        _cleanup_free_ char *moved = NULL;
        Files *files = *state;

        make_old(files);
        assert_int_equal(history_replace(files->path, &moved), 0);
        assert_null(moved);
        assert_text(files->path, "", "old");
        assert_int_equal(folder_count(files->folder), 3);
}

static void test_the_old_one_is_kept_with_its_log(void **state) {
        _cleanup_free_ char *moved = NULL;
        Files *files = *state;

        make_old(files);
        write_text(files->rebuilt, "new");
        assert_int_equal(history_replace(files->path, &moved), 1);
        assert_text(files->path, "", "new");
        assert_non_null(moved);
        assert_text(moved, "", "old");
        assert_text(moved, "-wal", "old log");
        assert_text(moved, "-shm", "old index");
        assert_int_equal(folder_count(files->folder), 4); /* no log beside the new one */
}

static void test_where_there_was_none(void **state) {
        _cleanup_free_ char *moved = NULL;
        Files *files = *state;

        write_text(files->rebuilt, "new");
        assert_int_equal(history_replace(files->path, &moved), 1);
        assert_null(moved);
        assert_text(files->path, "", "new");
        assert_int_equal(folder_count(files->folder), 1);
}

/* What was moved before a crash is where the rest goes. */
static void test_it_goes_on_where_it_was_interrupted(void **state) {
        static const char *const suffixes[] = { "-wal", "-shm", "" };

        for (size_t n_done = 0; n_done <= ELEMENTSOF(suffixes); n_done++) {
                _cleanup_free_ char *first = NULL, *again = NULL;
                Files *files;

                assert_int_equal(set_up((void **) &files), 0);
                make_old(files);
                write_text(files->rebuilt, "new");
                assert_int_equal(history_replace(files->path, &first), 1);
                assert_int_equal(rename(files->path, files->rebuilt), 0); /* as before the last step, */
                for (size_t i = n_done; i < ELEMENTSOF(suffixes); i++) {  /* and before others */
                        _cleanup_free_ char *from = NULL, *to = NULL;

                        assert_true(asprintf(&from, "%s%s", first, suffixes[i]) > 0);
                        assert_true(asprintf(&to, "%s%s", files->path, suffixes[i]) > 0);
                        assert_int_equal(rename(from, to), 0);
                }
                assert_int_equal(history_replace(files->path, &again), 1);
                assert_string_equal(again, first);
                assert_text(first, "", "old");
                assert_text(first, "-wal", "old log");
                assert_text(files->path, "", "new");
                assert_int_equal(folder_count(files->folder), 4);
                assert_int_equal(tear_down((void **) &files), 0);
        }
}

static void test_one_at_a_time(void **state) {
        int first = -EBADF, second = -EBADF;
        Files *files = *state;

        assert_int_equal(history_lock(files->path, &first), 0);
        assert_int_equal(history_lock(files->path, &second), -EAGAIN);
        close_fd(first);
        assert_int_equal(history_lock(files->path, &second), 0);
        close_fd(second);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_without_one_all_stays_as_it_is, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_the_old_one_is_kept_with_its_log, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_where_there_was_none, set_up, tear_down),
                cmocka_unit_test(test_it_goes_on_where_it_was_interrupted),
                cmocka_unit_test_setup_teardown(test_one_at_a_time, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
