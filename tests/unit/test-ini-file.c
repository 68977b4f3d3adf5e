/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "ini-file.h"

/* All that was read, a line each: "section|key|value" and "!mistake". */
typedef struct Transcript {
        char *text;
        size_t size;
        FILE *file;
} Transcript;

static void on_assign(
                IniFile *file, const char *section, const char *key, const char *value, void *userdata) {
        Transcript *transcript = userdata;

        if (!key)
                fprintf(transcript->file, "[%s]\n", section);
        else if (strcmp(key, "Wrong") == 0)
                ini_file_mistake(file, "\"%s\" is wrong.", value);
        else
                fprintf(transcript->file, "%s|%s|%s\n", section, key, value);
}

static void on_mistake(const char *message, void *userdata) {
        const char *slash = strrchr(message, '/');

        fprintf(((Transcript *) userdata)->file, "!%s\n", slash ? slash + 1 : message);
}

static char *transcribe(const char *text, size_t size) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "f");
        Transcript transcript = {};

        file_write(path, text, size);
        transcript.file = open_memstream(&transcript.text, &transcript.size);
        assert_non_null(transcript.file);
        assert_int_equal(ini_file_read(path, on_assign, on_mistake, &transcript), 0);
        fclose(transcript.file);
        return transcript.text;
}

static void check(const char *text, const char *wanted) {
        _cleanup_free_ char *got = transcribe(text, strlen(text));

        assert_string_equal(got, wanted);
}

static void test_sections_keys_and_values(void **state) {
        check("a=1\n[One]\nb = two words \n\tc=3\r\n[Two x]\nd=\n",
                        "|a|1\n[One]\nOne|b|two words\nOne|c|3\n[Two x]\nTwo x|d|\n");
        check("[S]\nlast=without a line break", "[S]\nS|last|without a line break\n");
}

static void test_values_are_whole(void **state) {
        check("[S]\na=1 ; not a comment # either\nb=x=y:z\nc=\"q\"\n",
                        "[S]\nS|a|1 ; not a comment # either\nS|b|x=y:z\nS|c|\"q\"\n");
        check("[S]\n# no\n  ; no\n\n", "[S]\n");
}

static void test_long_values(void **state) {
        _cleanup_free_ char *value = malloc(100001), *text = NULL, *wanted = NULL;

        memset(value, 'x', 100000);
        value[100000] = '\0';
        assert_true(asprintf(&text, "[S]\na=%s\nb=1\n", value) > 0);
        assert_true(asprintf(&wanted, "[S]\nS|a|%s\nS|b|1\n", value) > 0);
        check(text, wanted);
}

static void test_mistakes_name_their_line(void **state) {
        check("[S]\nWrong=x\na=1\n", "[S]\n!f:2: \"x\" is wrong.\nS|a|1\n");
        check("[S]\na=1\nnonsense\nb=1\n",
                        "[S]\nS|a|1\nS|b|1\n!f:3: Neither [Section], Key=Value nor a comment; ignored.\n");
        check("[Parameter aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n",
                        "!f:1: The name is too long; ignored.\n");
        check("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1\n",
                        "!f:1: The name is too long; ignored.\n");
}

static void test_a_nul_byte(void **state) {
        static const char text[] = "[S]\na=1\0"
                                   "2\nb=1 \n";
        _cleanup_free_ char *got = transcribe(text, sizeof(text) - 1);

        assert_string_equal(got, "[S]\n!f:2: The line contains a NUL byte; ignored.\nS|b|1\n");
}

static void test_no_file(void **state) {
        assert_int_equal(ini_file_read("/nonexistent/f", on_assign, on_mistake, NULL), -ENOENT);
        assert_int_equal(ini_file_read("/", on_assign, on_mistake, NULL), -EIO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sections_keys_and_values),
                cmocka_unit_test(test_values_are_whole),
                cmocka_unit_test(test_long_values),
                cmocka_unit_test(test_mistakes_name_their_line),
                cmocka_unit_test(test_a_nul_byte),
                cmocka_unit_test(test_no_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
