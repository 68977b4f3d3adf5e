/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The arguments of method calls, read from real messages. */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "message-fixture.h"
#include "options.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"

/* What one call was read into, and what was said about it. */
typedef struct Reading {
        RunOptions run;
        ListOptions list;
        StoreFilter clear;
        OutputOptions output;
        int r;
        sd_bus_error error;
} Reading;

static void reading_done(Reading *reading) {
        job_free(reading->run.job);
        free(reading->run.user);
        store_filter_done(&reading->list.filter);
        store_filter_done(&reading->clear);
        sd_bus_error_free(&reading->error);
}
#define _cleanup_reading_ _cleanup_(reading_done)

static void assert_accepted(const Reading *reading) {
        if (reading->r < 0)
                fail_msg("%s: %s", strerror(-reading->r), reading->error.message ?: "(no message)");
        assert_false(sd_bus_error_is_set(&reading->error));
}

/* InvalidArgs, with this in its sentence, which can be sent. */
static void assert_invalid(const Reading *reading, const char *hint) {
        assert_int_equal(reading->r, -EINVAL);
        assert_true(sd_bus_error_has_name(&reading->error, SD_BUS_ERROR_INVALID_ARGS));
        assert_true(utf8_is_valid(reading->error.message));
        if (!strstr(reading->error.message, hint))
                fail_msg("\"%s\" is not in \"%s\"", hint, reading->error.message);
}

/* ---- building ---- */

static void open_options(sd_bus_message *m) {
        assert_true(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
}

static void close_options(sd_bus_message *m) {
        assert_true(sd_bus_message_close_container(m) >= 0);
}

#define OPTION(m, key, ...) assert_true(sd_bus_message_append((m), "{sv}", (key), __VA_ARGS__) >= 0)

static void append_array_option(sd_bus_message *m, const char *key, char **l) {
        assert_true(sd_bus_message_open_container(m, 'e', "sv") >= 0);
        assert_true(sd_bus_message_append(m, "s", key) >= 0);
        assert_true(sd_bus_message_open_container(m, 'v', "as") >= 0);
        assert_true(sd_bus_message_append_strv(m, l) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
}

static void append_ids_option(sd_bus_message *m, const uint64_t *ids, size_t n) {
        assert_true(sd_bus_message_open_container(m, 'e', "sv") >= 0);
        assert_true(sd_bus_message_append(m, "s", "ids") >= 0);
        assert_true(sd_bus_message_open_container(m, 'v', "at") >= 0);
        assert_true(sd_bus_message_append_array(m, 't', ids, n * sizeof(uint64_t)) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_close_container(m) >= 0);
}

/* n bytes of a text. */
static char *long_text(const char *begin, size_t n) {
        char *text = calloc(1, n + 1);

        assert_non_null(text);
        memset(text, 'x', n);
        memcpy(text, begin, strlen(begin));
        return text;
}

/* begin, and a character n times. */
static char *repeated(const char *begin, const char *character, size_t n) {
        char *text = long_text(begin, strlen(begin) + n * strlen(character)), *p = text + strlen(begin);

        for (size_t i = 0; i < n; i++)
                p = stpcpy(p, character);
        return text;
}

/* ---- RunCommand ---- */

static sd_bus_message *run_new(char **command) {
        sd_bus_message *m = message_new();

        assert_true(sd_bus_message_append_strv(m, command) >= 0);
        open_options(m);
        return m;
}

static sd_bus_message *run_true(void) {
        char *command[] = { (char *) "/bin/true", NULL };

        return run_new(command);
}

static void run_read(sd_bus_message *m, uint64_t flags, Reading *ret) {
        close_options(m);
        assert_true(sd_bus_message_append(m, "t", flags) >= 0);
        message_seal(m);
        *ret = (Reading){};
        assert_int_equal(job_new(&ret->run.job), 0);
        ret->r = run_options_read(m, &ret->run, &ret->error);
        sd_bus_message_unref(m);
}

static void test_a_command_alone(void **state) {
        _cleanup_reading_ Reading reading;
        const Job *job;

        run_read(run_true(), 0, &reading);
        assert_accepted(&reading);
        job = reading.run.job;
        assert_string_equal(job->name, "true");
        assert_int_equal(strv_length(job->command), 1);
        assert_null(job->working_directory);
        assert_null(job->related);
        assert_null(job->environment);
        assert_null(reading.run.user);
        assert_int_equal(job->origin, JOB_ORIGIN_BUS);
        assert_int_equal(job->timeout_usec | job->memory_max | job->cpu_quota_usec | job->tasks_max, 0);
        assert_int_equal(job->nice, 0);
}

static void test_every_option(void **state) {
        char *environment[] = { (char *) "A=1", (char *) "_b2=two words\tand\nlines", (char *) "C=", NULL };
        sd_bus_message *m = run_true();
        _cleanup_reading_ Reading reading;
        const Job *job;

        OPTION(m, "name", "s", "Größe 1");
        OPTION(m, "related", "s", "https://example.org/record/12?a=b");
        OPTION(m, "origin", "s", "web");
        append_array_option(m, "environment", environment);
        OPTION(m, "working-directory", "s", "/srv/two words");
        OPTION(m, "timeout", "t", UINT64_C(1));
        OPTION(m, "memory-max", "t", UINT64_C(2));
        OPTION(m, "cpu-quota", "t", UINT64_C(1000));
        OPTION(m, "tasks-max", "t", UINT64_C(4));
        OPTION(m, "umask", "u", 0777U);
        OPTION(m, "output-max", "t", UINT64_C(1));
        OPTION(m, "output-grace", "t", UINT64_C(3600000000));
        OPTION(m, "nice", "i", 19);
        OPTION(m, "user", "s", "alice");
        run_read(m, 0, &reading);
        assert_accepted(&reading);
        job = reading.run.job;
        assert_string_equal(job->name, "Größe 1");
        assert_string_equal(job->related, "https://example.org/record/12?a=b");
        assert_int_equal(job->origin, JOB_ORIGIN_WEB);
        assert_int_equal(strv_length(job->environment), 3);
        assert_string_equal(job->environment[1], "_b2=two words\tand\nlines");
        assert_string_equal(job->working_directory, "/srv/two words");
        assert_int_equal(job->timeout_usec, 1);
        assert_int_equal(job->memory_max, 2);
        assert_int_equal(job->cpu_quota_usec, 1000);
        assert_int_equal(job->tasks_max, 4);
        assert_int_equal(job->umask, 0777);
        assert_int_equal(job->output_max, 1);
        assert_int_equal(job->output_grace_usec, UINT64_C(3600000000));
        assert_int_equal(job->nice, 19);
        assert_string_equal(reading.run.user, "alice");
}

static void test_arguments_as_they_are(void **state) {
        char *command[] = { (char *) "/bin/echo", (char *) "", (char *) "$HOME", (char *) "%n",
                (char *) "a\nb", (char *) " ", (char *) "'\"\\", (char *) "ä€😀", (char *) "\x01", NULL };
        _cleanup_reading_ Reading reading;

        run_read(run_new(command), 0, &reading);
        assert_accepted(&reading);
        assert_int_equal(strv_length(reading.run.job->command), 9);
        for (size_t i = 0; i < 9; i++)
                assert_string_equal(reading.run.job->command[i], command[i]);
}

static void check_command(char **command, const char *hint) {
        _cleanup_reading_ Reading reading;

        run_read(run_new(command), 0, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_commands_that_are_none(void **state) {
        static const char *const relative[] = { "", "true", "./true", "../bin/true", "~/bin/true",
                "bin/true", " /bin/true" };
        char *nothing[] = { NULL };

        check_command(nothing, "command is empty");
        for (size_t i = 0; i < ELEMENTSOF(relative); i++) {
                char *command[] = { (char *) relative[i], (char *) "/bin/true", NULL };

                check_command(command, "not absolute");
        }
}

/* PID 1 of Debian 12 takes some of them, newer ones none. */
static void test_a_path_with_control_characters(void **state) {
        static const char *const paths[] = { "/bin/tr\nue", "/bin/true\n", "/bin/\033[31mtrue", "/bin/\ttrue",
                "/bin/tr\177ue", "/bin/tr\302\205ue" };

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                char *command[] = { (char *) paths[i], NULL };
                char *argument[] = { (char *) "/bin/true", (char *) paths[i], NULL };

                check_command(command, "path contains a line break or another control character");
                check_command(argument, NULL);
        }
}

static void test_how_long_a_path_may_be(void **state) {
        _cleanup_free_ char *just = long_text("/bin/", PATH_MAX - 1), *longer = long_text("/bin/", PATH_MAX);
        char *fits[] = { just, NULL }, *does_not[] = { longer, NULL };

        check_command(fits, NULL);
        check_command(does_not, "longer than 4095 bytes");
}

static void test_how_many_arguments(void **state) {
        char *command[JOBSD_ARGV_MAX + 2] = { (char *) "/bin/true" };

        for (size_t i = 1; i < JOBSD_ARGV_MAX; i++)
                command[i] = (char *) "";
        check_command(command, NULL);
        command[JOBSD_ARGV_MAX] = (char *) "";
        check_command(command, "4097 arguments, at most 4096");
}

static void test_how_long_an_argument_may_be(void **state) {
        _cleanup_free_ char *just = long_text("", JOBSD_ARG_BYTES_MAX),
                            *longer = long_text("", JOBSD_ARG_BYTES_MAX + 1);
        char *fits[] = { (char *) "/bin/true", just, NULL },
             *does_not[] = { (char *) "/bin/true", longer, NULL };

        check_command(fits, NULL);
        check_command(does_not, "Argument 1 has 131072 bytes, at most 131071");
}

/* "/" and two arguments, each with its NUL. */
static void test_how_long_all_arguments_may_be(void **state) {
        _cleanup_free_ char *half = long_text("", JOBSD_ARGV_BYTES_MAX / 2 - 1);
        _cleanup_free_ char *rest = long_text("", JOBSD_ARGV_BYTES_MAX / 2 - 3);
        char *fits[] = { (char *) "/", half, rest, NULL }, *does_not[] = { (char *) "/x", half, rest, NULL };

        check_command(fits, NULL);
        check_command(does_not, "262145 bytes, at most 262144");
}

static void check_default_name(const char *program, const char *name) {
        char *command[] = { (char *) program, (char *) "/other", NULL };
        _cleanup_reading_ Reading reading;

        run_read(run_new(command), 0, &reading);
        assert_accepted(&reading);
        assert_string_equal(reading.run.job->name, name);
        assert_true(text_is_one_line(reading.run.job->name));
        assert_true(utf8_is_valid(reading.run.job->name));
}

static void test_a_job_without_a_name_is_called_as_its_program(void **state) {
        _cleanup_free_ char *path = long_text("/bin/", 5 + 300), *name = long_text("", 255);

        check_default_name("/bin/true", "true");
        check_default_name("/true", "true");
        check_default_name("/opt/größe/größe 2", "größe 2");
        check_default_name("/", "/");
        check_default_name("/bin/", "/");
        check_default_name(path, name);
}

static void check_cut_name(const char *program, size_t n_wanted) {
        _cleanup_free_ char *path = repeated(program, "ä", 200);
        _cleanup_free_ char *name = repeated(program + strlen("/bin/"), "ä", n_wanted);

        check_default_name(path, name);
}

/* A name of half a character could be neither shown nor sent: 255 bytes are one and 127 times two. */
static void test_a_long_name_is_cut_between_characters(void **state) {
        check_cut_name("/bin/a", 127);
        check_cut_name("/bin/aa", 126);
}

static void check_text_option(const char *key, const char *value, const char *hint) {
        sd_bus_message *m = run_true();
        _cleanup_reading_ Reading reading;

        OPTION(m, key, "s", value);
        run_read(m, 0, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_names(void **state) {
        _cleanup_free_ char *just = long_text("", 255), *longer = long_text("", 256);

        check_text_option("name", "a", NULL);
        check_text_option("name", " ", NULL);
        check_text_option("name", just, NULL);
        check_text_option("name", longer, "256 bytes, at most 255");
        check_text_option("name", "", "\"name\" is empty");
        check_text_option("name", "a\nb", "line break");
        check_text_option("name", "\033[31m", "control character");
        check_text_option("name", "\xc2\x9b", "control character");
}

static void test_related(void **state) {
        static const char *const uris[] = { "https://example.org/", "urn:isbn:3", "x:y", "a+b-c.d1:e",
                "HTTP://x", "file:///ä" };
        static const char *const others[] = { "example.org", "/record/12", "://x", "1http://x", ":",
                "http:", "http", "ht tp://x", "http://a b", "http ://x", "ä:b", "_x:y" };
        _cleanup_free_ char *just = long_text("urn:", 2048), *longer = long_text("urn:", 2049);

        for (size_t i = 0; i < ELEMENTSOF(uris); i++)
                check_text_option("related", uris[i], NULL);
        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                check_text_option("related", others[i], "takes a URI");
        check_text_option("related", just, NULL);
        check_text_option("related", longer, "2049 bytes, at most 2048");
        check_text_option("related", "", "is empty");
        check_text_option("related", "urn:a\nb", "line break");
}

static void test_origins(void **state) {
        static const char *const origins[] = { "command-line", "web", "bus", "gearman" };

        for (size_t i = 0; i < ELEMENTSOF(origins); i++)
                check_text_option("origin", origins[i], NULL);
        check_text_option("origin", "", "takes command-line");
        check_text_option("origin", "Web", "not \"Web\"");
}

static void test_working_directories(void **state) {
        _cleanup_free_ char *just = long_text("/", PATH_MAX - 1), *longer = long_text("/", PATH_MAX);

        check_text_option("working-directory", "~", NULL);
        check_text_option("working-directory", "/", NULL);
        check_text_option("working-directory", "/tmp/.../ä..", NULL);
        check_text_option("working-directory", "/tmp/../ä", "and \"..\"");
        check_text_option("working-directory", "/tmp//..", "not \"/tmp//..\"");
        check_text_option("working-directory", just, NULL);
        check_text_option("working-directory", longer, "absolute path");
        check_text_option("working-directory", "", "absolute path");
        check_text_option("working-directory", "tmp", "not \"tmp\"");
        check_text_option("working-directory", "~/tmp", "absolute path");
        check_text_option("working-directory", "~root", "absolute path");
        check_text_option("working-directory", "/a\nb", "absolute path");
}

static void test_users(void **state) {
        _cleanup_free_ char *longer = long_text("", 256);

        check_text_option("user", "1001", NULL);
        check_text_option("user", "", "is empty");
        check_text_option("user", longer, "at most 255");
        check_text_option("user", "a\nb", "line break");
}

static void check_number_option(const char *key, uint64_t value, const char *hint) {
        sd_bus_message *m = run_true();
        _cleanup_reading_ Reading reading;

        OPTION(m, key, "t", value);
        run_read(m, 0, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_limits(void **state) {
        static const struct {
                const char *key;
                uint64_t min;
        } limits[] = { { "timeout", 0 }, { "memory-max", 1 }, { "cpu-quota", 1000 }, { "tasks-max", 1 },
                        { "output-max", 1 } };

        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                check_number_option(limits[i].key, limits[i].min, NULL);
                check_number_option(limits[i].key, INT64_MAX, NULL);
                check_number_option(limits[i].key, UINT64_C(1) << 63, limits[i].key);
                check_number_option(limits[i].key, UINT64_MAX, limits[i].key); /* -1 of a careless program */
                if (limits[i].min > 0)
                        check_number_option(limits[i].key, limits[i].min - 1, limits[i].key);
        }
}

static void check_nice(int value, const char *hint) {
        sd_bus_message *m = run_true();
        _cleanup_reading_ Reading reading;

        OPTION(m, "nice", "i", value);
        run_read(m, 0, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_nice(void **state) {
        check_nice(0, NULL);
        check_nice(19, NULL);
        check_nice(-1, "not -1");
        check_nice(20, "not 20");
        check_nice(INT_MIN, "not -2147483648");
}

static void check_environment(char **environment, const char *hint) {
        sd_bus_message *m = run_true();
        _cleanup_reading_ Reading reading;

        append_array_option(m, "environment", environment);
        run_read(m, 0, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_environments(void **state) {
        static const char *const assignments[] = { "A=", "_=x", "a1_B=c=d", "A=\n", "A=\t", "A=ä",
                "A=\x01", "A=\x7f", "A=\033[31m", "A=\r" };
        static const char *const others[] = { "", "=", "=x", "A", "1A=x", "A B=x", "ä=x", "A-B=x", "A\033=x" };
        char *nothing[] = { NULL };

        check_environment(nothing, NULL);
        for (size_t i = 0; i < ELEMENTSOF(assignments); i++) {
                char *l[] = { (char *) assignments[i], (char *) assignments[i], NULL };

                check_environment(l, NULL);
        }
        for (size_t i = 0; i < ELEMENTSOF(others); i++) {
                char *l[] = { (char *) "GOOD=1", (char *) others[i], NULL };

                check_environment(l, "NAME=VALUE");
        }
}

static void test_how_large_an_environment_may_be(void **state) {
        _cleanup_free_ char *just = long_text("A=", JOBSD_ENV_BYTES_MAX - 1),
                            *longer = long_text("A=", JOBSD_ENV_BYTES_MAX);
        char *fits[] = { just, NULL }, *does_not[] = { longer, NULL }, *many[JOBSD_ENV_MAX + 2] = {};

        check_environment(fits, NULL);
        check_environment(does_not, "131073 bytes");
        for (size_t i = 0; i < JOBSD_ENV_MAX; i++)
                many[i] = (char *) "A=1";
        check_environment(many, NULL);
        many[JOBSD_ENV_MAX] = (char *) "A=1";
        check_environment(many, "1025 variables");
}

/* No property of the unit is set by a key that is not one of ours. */
static void test_unknown_options(void **state) {
        static const char *const keys[] = { "", "Name", "ExecStartPre", "User", "Slice", "name ",
                "workingdirectory" };

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                check_text_option(keys[i], "x", "Unknown key");
        check_text_option("ExecStartPre", "x", "\"ExecStartPre\"");
        check_text_option("ExecStartPre", "x",
                        "name, related, origin, environment, working-directory, timeout,"
                        " memory-max, cpu-quota, tasks-max, output-max, output-grace, nice, umask, key, results, user");
}

static void test_options_of_another_type(void **state) {
        check_text_option("timeout", "90s", "\"timeout\" takes a value of type t, not s");
        check_text_option("environment", "A=1", "type as, not s");
        check_text_option("nice", "1", "type i, not s");
        check_number_option("name", 1, "type s, not t");
        check_number_option("nice", 1, "type i, not t");
}

/* What a person wrote is quoted, but not all of it, and not half a character. */
static void test_a_message_quotes_whole_characters(void **state) {
        static const char *const keys[] = { "origin", "working-directory", "related" };

        for (size_t n = 0; n < 4; n++) {
                _cleanup_free_ char *value = repeated("xxx" + n, "€", 100),
                                    *part = repeated("_xxx" + n, "€", 20);

                part[0] = '"'; /* where the quotation begins */
                for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                        check_text_option(keys[i], value, part);
                check_text_option(value, "x", part);
        }
}

static void test_an_option_that_is_there_twice(void **state) {
        char *environment[] = { (char *) "A=1", NULL };
        sd_bus_message *m = run_true();
        _cleanup_reading_ Reading reading;

        OPTION(m, "name", "s", "first");
        OPTION(m, "name", "s", "second");
        append_array_option(m, "environment", environment);
        append_array_option(m, "environment", environment);
        run_read(m, 0, &reading);
        assert_accepted(&reading);
        assert_string_equal(reading.run.job->name, "second");
        assert_int_equal(strv_length(reading.run.job->environment), 1);
}

static void test_flags(void **state) {
        static const uint64_t flags[] = { 1, 2, UINT64_C(1) << 63, UINT64_MAX };

        for (size_t i = 0; i < ELEMENTSOF(flags); i++) {
                _cleanup_reading_ Reading reading;

                run_read(run_true(), flags[i], &reading);
                assert_invalid(&reading, "Unknown flags 0x");
        }
}

/* ---- ListJobs ---- */

static sd_bus_message *filter_new(void) {
        sd_bus_message *m = message_new();

        open_options(m);
        return m;
}

static void list_read(sd_bus_message *m, Reading *ret) {
        close_options(m);
        message_seal(m);
        *ret = (Reading){ .list = { .filter = { .uid = 1001 } } };
        ret->r = list_options_read(m, &ret->list, &ret->error);
        sd_bus_message_unref(m);
}

static void test_a_list_without_a_filter(void **state) {
        _cleanup_reading_ Reading reading;

        list_read(filter_new(), &reading);
        assert_accepted(&reading);
        assert_false(reading.list.all);
        assert_int_equal(reading.list.filter.uid, 1001); /* the caller sets it */
        assert_int_equal(reading.list.filter.n_ids, 0);
        assert_int_equal(reading.list.filter.status_mask, 0);
}

static void test_every_filter_of_a_list(void **state) {
        static const uint64_t ids[] = { 3, 1, UINT64_MAX };
        char *status[] = { (char *) "error", (char *) "queued", (char *) "error", NULL };
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;
        const StoreFilter *filter = &reading.list.filter;

        OPTION(m, "all", "b", 1);
        append_ids_option(m, ids, ELEMENTSOF(ids));
        append_array_option(m, "status", status);
        OPTION(m, "name", "s", "back up");
        OPTION(m, "type", "s", "import");
        OPTION(m, "user", "s", "bob");
        OPTION(m, "tasks", "b", 1);
        OPTION(m, "related", "s", "anything");
        OPTION(m, "since", "t", UINT64_C(5));
        OPTION(m, "until", "t", UINT64_C(6));
        list_read(m, &reading);
        assert_accepted(&reading);
        assert_true(reading.list.all);
        assert_int_equal(filter->n_ids, 3);
        assert_int_equal(filter->ids[2], UINT64_MAX);
        assert_int_equal(filter->status_mask, 1U << JOB_ERROR | 1U << JOB_QUEUED);
        assert_string_equal(filter->name, "back up");
        assert_string_equal(filter->type, "import");
        assert_string_equal(filter->user, "bob");
        assert_true(filter->tasks);
        assert_string_equal(filter->related, "anything");
        assert_int_equal(filter->since_usec, 5);
        assert_int_equal(filter->until_usec, 6);
        assert_int_equal(filter->ended_before_usec, 0);
}

static void check_ids(size_t n, const char *hint) {
        _cleanup_free_ uint64_t *ids = calloc(n + 1, sizeof(uint64_t));
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        assert_non_null(ids);
        append_ids_option(m, ids, n);
        list_read(m, &reading);
        if (hint) {
                assert_invalid(&reading, hint);
                return;
        }
        assert_accepted(&reading);
        assert_int_equal(reading.list.filter.n_ids, n);
}

static void test_how_many_ids(void **state) {
        check_ids(0, "takes 1 to 1000 ids, not 0");
        check_ids(1, NULL);
        check_ids(1000, NULL);
        check_ids(1001, "not 1001");
}

static void test_ids_that_are_there_twice(void **state) {
        static const uint64_t first[] = { 1, 2, 3 }, second[] = { 7 };
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        append_ids_option(m, first, 3);
        append_ids_option(m, second, 1);
        list_read(m, &reading);
        assert_accepted(&reading);
        assert_int_equal(reading.list.filter.n_ids, 1);
        assert_int_equal(reading.list.filter.ids[0], 7);
}

static void check_status(const char *status, const char *hint) {
        char *l[] = { (char *) "queued", (char *) status, NULL };
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        append_array_option(m, "status", l);
        list_read(m, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_statuses(void **state) {
        check_status("running", NULL);
        check_status("completed", NULL);
        check_status("cancelled", NULL);
        check_status("", "\"status\" takes queued, running");
        check_status("Running", "not \"Running\"");
        check_status("active", "not \"active\"");
}

static void check_list_text(const char *key, const char *value, const char *hint) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        OPTION(m, key, "s", value);
        list_read(m, &reading);
        assert_invalid(&reading, hint);
}

static void check_list_number(const char *key, uint64_t value, const char *hint) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        OPTION(m, key, "t", value);
        list_read(m, &reading);
        if (hint)
                assert_invalid(&reading, hint);
        else
                assert_accepted(&reading);
}

static void test_filters_that_are_refused(void **state) {
        check_list_text("type", "", "is empty");
        check_list_text("user", "a\nb", "line break");
        check_list_text("nonsense", "x",
                        "Known are: all, ids, status, name, type, user, tasks, related, since, until.");
        check_list_text("all", "yes", "type b, not s");
        check_list_text("ids", "1", "type at, not s");
        check_list_number("before", 1, "Unknown key \"before\""); /* only for clearing */
        check_list_number("since", 0, NULL);
        check_list_number("since", INT64_MAX, NULL);
        check_list_number("since", UINT64_MAX, "since");
        check_list_number("until", 0, "until");
        check_list_number("until", 1, NULL);
}

/* ---- ListSorted ---- */

static void sort_read(
                const char *key, int descending, const char *after, SortOptions *ret, Reading *reading) {
        sd_bus_message *m = message_new();

        assert_true(sd_bus_message_append(m, "sbs", key, descending, after) >= 0);
        message_seal(m);
        *reading = (Reading){};
        reading->r = sort_options_read(m, ret, &reading->error);
        sd_bus_message_unref(m);
}

static void test_where_a_sorted_page_begins(void **state) {
        char text[SORT_PLACE_BYTES];
        Reading reading;
        SortOptions options;

        sort_read("finished", 1, "1795516215000000:12", &options, &reading);
        assert_accepted(&reading);
        assert_int_equal(options.key, STORE_SORT_FINISHED);
        assert_true(options.descending);
        sort_place_to_string(&options.place, text);
        assert_string_equal(text, "1795516215000000:12");
        sort_read("submitted", 0, "", &options, &reading);
        assert_accepted(&reading);
        assert_int_equal(options.place.usec, 0);
        sort_read("submitted", 0, "9223372036854775807:9223372036854775807", &options, &reading);
        assert_accepted(&reading);
        sort_place_to_string(&options.place, text);
        assert_string_equal(text, "9223372036854775807:9223372036854775807");
}

static void test_a_sorted_page_that_is_refused(void **state) {
        static const char *const places[] = { "12", ":", "1:", ":1", "1:2:3", "-1:2", "a:b",
                "1:9223372036854775808", "9223372036854775808:1" };
        SortOptions options;

        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_reading_ Reading reading;

                sort_read("submitted", 0, places[i], &options, &reading);
                assert_invalid(&reading, "no place in a sorted history");
        }
        {
                _cleanup_reading_ Reading reading;

                sort_read("name", 0, "", &options, &reading);
                assert_invalid(&reading, "submitted or finished, not by \"name\"");
        }
}

/* ---- ClearJobs and OpenOutput ---- */

static void clear_read(sd_bus_message *m, Reading *ret) {
        close_options(m);
        message_seal(m);
        *ret = (Reading){ .clear = { .uid = UID_INVALID } };
        ret->r = clear_options_read(m, &ret->clear, &ret->error);
        sd_bus_message_unref(m);
}

static void test_filters_of_a_clear(void **state) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        OPTION(m, "before", "t", UINT64_C(7));
        OPTION(m, "user", "s", "bob");
        OPTION(m, "type", "s", "import");
        OPTION(m, "until", "t", UINT64_C(9));
        clear_read(m, &reading);
        assert_accepted(&reading);
        assert_int_equal(reading.clear.ended_before_usec, 7);
        assert_string_equal(reading.clear.user, "bob");
        assert_string_equal(reading.clear.type, "import");
        assert_int_equal(reading.clear.until_usec, 9);
        assert_int_equal(reading.clear.uid, UID_INVALID);
}

/* Everybody's is nothing that a clear can ask for. */
static void test_a_clear_does_not_know_all(void **state) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        OPTION(m, "all", "b", 1);
        clear_read(m, &reading);
        assert_invalid(&reading, "Unknown key \"all\"");
}

static void test_a_clear_before_the_beginning(void **state) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        OPTION(m, "before", "t", UINT64_C(0));
        clear_read(m, &reading);
        assert_invalid(&reading, "before");
}

static void output_read(sd_bus_message *m, Reading *ret) {
        close_options(m);
        message_seal(m);
        *ret = (Reading){};
        ret->r = output_options_read(m, &ret->output, &ret->error);
        sd_bus_message_unref(m);
}

static void test_output_options(void **state) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading;

        OPTION(m, "follow", "b", 1);
        OPTION(m, "lines", "t", UINT64_C(0));
        output_read(m, &reading);
        assert_accepted(&reading);
        assert_true(reading.output.follow);
        assert_int_equal(reading.output.lines, 0);
}

static void test_an_output_as_it_is(void **state) {
        _cleanup_reading_ Reading reading;

        output_read(filter_new(), &reading);
        assert_accepted(&reading);
        assert_false(reading.output.follow);
        assert_int_equal(reading.output.lines, UINT64_MAX);
        assert_int_equal(reading.output.since, 0);
}

static void test_output_options_that_are_refused(void **state) {
        sd_bus_message *m = filter_new();
        _cleanup_reading_ Reading reading, second, third;

        OPTION(m, "lines", "t", UINT64_MAX);
        output_read(m, &reading);
        assert_invalid(&reading, "lines");
        m = filter_new();
        OPTION(m, "since", "t", UINT64_C(1));
        output_read(m, &second);
        assert_invalid(&second, "Known are: follow, lines, since-byte.");
        m = filter_new();
        OPTION(m, "since-byte", "t", UINT64_C(1));
        OPTION(m, "lines", "t", UINT64_C(1));
        output_read(m, &third);
        assert_invalid(&third, "use one.");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_command_alone),
                cmocka_unit_test(test_every_option),
                cmocka_unit_test(test_arguments_as_they_are),
                cmocka_unit_test(test_commands_that_are_none),
                cmocka_unit_test(test_a_path_with_control_characters),
                cmocka_unit_test(test_how_long_a_path_may_be),
                cmocka_unit_test(test_how_many_arguments),
                cmocka_unit_test(test_how_long_an_argument_may_be),
                cmocka_unit_test(test_how_long_all_arguments_may_be),
                cmocka_unit_test(test_a_job_without_a_name_is_called_as_its_program),
                cmocka_unit_test(test_a_long_name_is_cut_between_characters),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_related),
                cmocka_unit_test(test_origins),
                cmocka_unit_test(test_working_directories),
                cmocka_unit_test(test_users),
                cmocka_unit_test(test_limits),
                cmocka_unit_test(test_nice),
                cmocka_unit_test(test_environments),
                cmocka_unit_test(test_how_large_an_environment_may_be),
                cmocka_unit_test(test_unknown_options),
                cmocka_unit_test(test_options_of_another_type),
                cmocka_unit_test(test_a_message_quotes_whole_characters),
                cmocka_unit_test(test_an_option_that_is_there_twice),
                cmocka_unit_test(test_flags),
                cmocka_unit_test(test_a_list_without_a_filter),
                cmocka_unit_test(test_every_filter_of_a_list),
                cmocka_unit_test(test_how_many_ids),
                cmocka_unit_test(test_ids_that_are_there_twice),
                cmocka_unit_test(test_statuses),
                cmocka_unit_test(test_filters_that_are_refused),
                cmocka_unit_test(test_where_a_sorted_page_begins),
                cmocka_unit_test(test_a_sorted_page_that_is_refused),
                cmocka_unit_test(test_filters_of_a_clear),
                cmocka_unit_test(test_a_clear_does_not_know_all),
                cmocka_unit_test(test_a_clear_before_the_beginning),
                cmocka_unit_test(test_output_options),
                cmocka_unit_test(test_an_output_as_it_is),
                cmocka_unit_test(test_output_options_that_are_refused),
        };

        return cmocka_run_group_tests(tests, bus_setup, bus_teardown);
}
