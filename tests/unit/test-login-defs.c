/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "login-defs.h"

#define BEFORE 999U

typedef struct Mistakes {
        char last[256];
        unsigned n;
} Mistakes;

static void note_mistake(const char *message, void *userdata) {
        Mistakes *mistakes = userdata;

        assert_true(strlen(message) < sizeof(mistakes->last));
        strcpy(mistakes->last, message);
        mistakes->n++;
}

static unsigned read_text(const char *text, Mistakes *mistakes) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "login.defs");
        unsigned max = BEFORE;

        file_write(path, text, strlen(text));
        *mistakes = (Mistakes){};
        login_defs_read_system_uid_max(path, &max, note_mistake, mistakes);
        return max;
}

static void check(const char *text, unsigned wanted) {
        Mistakes mistakes;

        assert_int_equal(read_text(text, &mistakes), wanted);
        assert_int_equal(mistakes.n, 0);
}

/* What the file says before the line stays. */
static void check_mistake(const char *line, const char *wanted) {
        _cleanup_free_ char *text = NULL;
        Mistakes mistakes;

        assert_true(asprintf(&text, "UID_MIN 1000\nSYS_UID_MAX 799\n%s\nUMASK 022\n", line) > 0);
        assert_int_equal(read_text(text, &mistakes), 799);
        assert_int_equal(mistakes.n, 1);
        if (!strstr(mistakes.last, wanted))
                fail_msg("\"%s\" is not in \"%s\"", wanted, mistakes.last);
}

static void test_a_file_that_does_not_say(void **state) {
        check("", BEFORE);
        check("UID_MIN\t\t\t 1000\n# System accounts\n#SYS_UID_MAX\t\t  799\n", BEFORE);
        check("SYS_UID_MIN 100\nSYS_UID_MAXIMUM 799\nsys_uid_max 799\nMAIL_DIR SYS_UID_MAX 799\n", BEFORE);
        check("SYS_UID_MAX=799\n", BEFORE);
}

static void test_what_it_says(void **state) {
        check("SYS_UID_MAX 799\n", 799);
        check("SYS_UID_MAX\t\t  799", 799);
        check(" \t SYS_UID_MAX 799 \t\r\n", 799);
        check("SYS_UID_MAX 1\n", 1);
        check("SYS_UID_MAX 60000\n", 60000);
}

/* As useradd(8) has it. */
static void test_the_last_line_counts(void **state) {
        check("SYS_UID_MAX 799\n#SYS_UID_MAX 500\nSYS_UID_MAX 1999\n", 1999);
}

static void test_mistakes(void **state) {
        check_mistake("SYS_UID_MAX 0",
                        "login.defs:3: SYS_UID_MAX takes a number from 1 to 60000, not \"0\"; ignored.");
        check_mistake("SYS_UID_MAX 60001", "not \"60001\"");
        check_mistake("SYS_UID_MAX -1", "not \"-1\"");
        check_mistake("SYS_UID_MAX", "not \"\"");
        check_mistake("SYS_UID_MAX 99999999999999999999", "not \"99999999999999999999\"");
        check_mistake("SYS_UID_MAX 799 # people", "not \"799 # people\"");
        check_mistake("SYS_UID_MAX 0x31f", "not \"0x31f\"");
        check_mistake("SYS_UID_MAX \033[31m\377", "not \"?[31m?\"");
}

static void test_a_file_that_is_not_there(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "login.defs");
        Mistakes mistakes = {};
        unsigned max = BEFORE;

        login_defs_read_system_uid_max(path, &max, note_mistake, &mistakes);
        assert_int_equal(max, BEFORE);
        assert_int_equal(mistakes.n, 0);
}

static void test_a_file_that_cannot_be_read(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *loop = path_in(folder, "loop");
        Mistakes mistakes = {};
        unsigned max = BEFORE;

        assert_int_equal(symlink("loop", loop), 0);
        login_defs_read_system_uid_max(loop, &max, note_mistake, &mistakes);
        assert_int_equal(mistakes.n, 1);
        assert_non_null(strstr(mistakes.last, "/loop: Failed to open it: "));
        login_defs_read_system_uid_max(folder, &max, note_mistake, &mistakes);
        assert_int_equal(mistakes.n, 2);
        assert_non_null(strstr(mistakes.last, ": Failed to read it to its end: Is a directory"));
        assert_int_equal(max, BEFORE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_file_that_does_not_say),
                cmocka_unit_test(test_what_it_says),
                cmocka_unit_test(test_the_last_line_counts),
                cmocka_unit_test(test_mistakes),
                cmocka_unit_test(test_a_file_that_is_not_there),
                cmocka_unit_test(test_a_file_that_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
