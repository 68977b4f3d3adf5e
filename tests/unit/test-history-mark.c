/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The highest id that was given outlives the history. */

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "history-mark.h"

typedef struct Files {
        char *folder, *path, *mark;
} Files;

static int set_up(void **state) {
        Files *files = calloc(1, sizeof(Files));

        assert_non_null(files);
        files->folder = folder_new();
        files->path = path_in(files->folder, "jobs.db");
        files->mark = path_in(files->folder, "jobs.db.last-id");
        file_write(files->path, "history", strlen("history"));
        *state = files;
        return 0;
}

static int tear_down(void **state) {
        Files *files = *state;

        folder_free(files->folder);
        free(files->path);
        free(files->mark);
        free(files);
        return 0;
}

static void assert_mark(const Files *files, uint64_t last_id, bool same) {
        HistoryMark mark;
        bool found;

        assert_int_equal(history_mark_open(files->path, &mark, &found), 0);
        assert_int_equal(mark.last_id, last_id);
        assert_int_equal(found, same);
        history_mark_close(&mark);
}

static void set(const Files *files, uint64_t last_id) {
        HistoryMark mark;
        bool same;

        assert_int_equal(history_mark_open(files->path, &mark, &same), 0);
        assert_int_equal(history_mark_set(&mark, last_id), 0);
        history_mark_close(&mark);
}

static void test_a_new_one_knows_nothing(void **state) {
        assert_mark(*state, 0, false);
}

static void test_it_is_raised_and_never_lowered(void **state) {
        HistoryMark mark;
        bool same;

        set(*state, 5);
        assert_mark(*state, 5, true);
        assert_int_equal(history_mark_open(((Files *) *state)->path, &mark, &same), 0);
        assert_int_equal(history_mark_raise(&mark, INT64_MAX), 0);
        assert_int_equal(history_mark_raise(&mark, 7), 0);
        history_mark_close(&mark);
        assert_mark(*state, INT64_MAX, true);
}

static void test_another_history_is_seen(void **state) {
        const Files *files = *state;
        _cleanup_free_ char *new = path_in(files->folder, "new");

        set(files, 5);
        file_write(new, "other", strlen("other")); /* made while the old one is there: another inode */
        assert_int_equal(rename(new, files->path), 0);
        assert_mark(files, 5, false);
        set(files, 5);
        assert_mark(files, 5, true);
}

static void test_what_cannot_be_read_is_none(void **state) {
        static const char *const samples[] = {
                "",
                "5",
                "00000000000000000005 ",
                "00000000000000000005 0000000000000000000x\n",
                "18446744073709551615 00000000000000000001\n",
                "-0000000000000000005 -0000000000000000001\n",
        };
        const Files *files = *state;

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                HistoryMark mark;
                bool same;

                file_write(files->mark, samples[i], strlen(samples[i]));
                assert_int_equal(history_mark_open(files->path, &mark, &same), 0);
                assert_false(same);
                assert_true(mark.last_id <= INT64_MAX);
                history_mark_close(&mark);
        }
}

static void test_without_a_history_there_is_none(void **state) {
        const Files *files = *state;
        HistoryMark mark;
        bool same;

        assert_int_equal(unlink(files->path), 0);
        assert_int_equal(history_mark_open(files->path, &mark, &same), -ENOENT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_new_one_knows_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_it_is_raised_and_never_lowered, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_another_history_is_seen, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_what_cannot_be_read_is_none, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_without_a_history_there_is_none, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
