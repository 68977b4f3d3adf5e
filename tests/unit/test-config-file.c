/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config-file.h"
#include "fixture.h"

typedef struct Mistakes {
        char text[4096];
        unsigned n;
} Mistakes;

static void note_mistake(const char *message, void *userdata) {
        Mistakes *mistakes = userdata;

        assert_true(strlen(mistakes->text) + strlen(message) + 2 < sizeof(mistakes->text));
        strcat(mistakes->text, message);
        strcat(mistakes->text, "\n");
        mistakes->n++;
}

/* Reads a file of this text over the defaults. */
static int read_text(const char *text, Config *config, Mistakes *mistakes) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobsd.conf");

        file_write(path, text, strlen(text));
        config_set_defaults(config);
        *mistakes = (Mistakes){};
        return config_read_file(config, path, note_mistake, mistakes);
}

static Config defaults(void) {
        Config config;

        config_set_defaults(&config);
        return config;
}

static void assert_configs_equal(const Config *a, const Config *b) {
        assert_int_equal(a->max_running, b->max_running);
        assert_int_equal(a->max_running_per_user, b->max_running_per_user);
        assert_int_equal(a->max_queued_per_user, b->max_queued_per_user);
        assert_int_equal(a->max_queued_bytes_per_user, b->max_queued_bytes_per_user);
        assert_int_equal(a->max_streams_per_user, b->max_streams_per_user);
        assert_int_equal(a->max_subscriptions_per_user, b->max_subscriptions_per_user);
        assert_int_equal(a->max_requests_per_user, b->max_requests_per_user);
        assert_int_equal(a->keep_history_usec, b->keep_history_usec);
        assert_int_equal(a->keep_history_max, b->keep_history_max);
        assert_int_equal(a->system_uid_max, b->system_uid_max);
        assert_int_equal(a->missing_controller, b->missing_controller);
        assert_int_equal(a->output_max, b->output_max);
        assert_int_equal(a->output_grace_usec, b->output_grace_usec);
}

static void assert_says(const Mistakes *mistakes, const char *part) {
        if (!strstr(mistakes->text, part))
                fail_msg("\"%s\" is not in \"%s\"", part, mistakes->text);
}

static void test_defaults(void **state) {
        Config config = defaults();
        long n_cores = sysconf(_SC_NPROCESSORS_ONLN);

        assert_int_equal(config.max_running,
                        n_cores * 4 < CONFIG_RUNNING_MAX ? n_cores * 4 : CONFIG_RUNNING_MAX);
        assert_int_equal(config.max_queued_per_user, 100000);
        assert_int_equal(config.max_streams_per_user, 32);
        assert_int_equal(config.max_subscriptions_per_user, 64);
        assert_int_equal(config.max_requests_per_user, 256);
        assert_int_equal(config.keep_history_usec, UINT64_MAX);
        assert_int_equal(config.keep_history_max, 0);
        assert_int_equal(config.system_uid_max, SYSTEM_UID_MAX);
        assert_int_equal(config.missing_controller, MISSING_CONTROLLER_REFUSE);
        assert_int_equal(config.output_max, UINT64_C(256) << 20);
        assert_int_equal(config.output_grace_usec, 2 * USEC_PER_SEC);
}

static void test_a_file_that_is_not_there(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "jobsd.conf");
        Config config = defaults(), wanted = defaults();
        Mistakes mistakes = {};

        assert_int_equal(config_read_file(&config, path, note_mistake, &mistakes), 0);
        assert_int_equal(mistakes.n, 0);
        assert_configs_equal(&config, &wanted);
}

static void test_files_without_an_assignment(void **state) {
        static const char *const texts[] = { "", "\n\n", "# comment", "; comment\n#\n", "[Manager]\n",
                "[Manager]" };
        Config config, wanted = defaults();
        Mistakes mistakes;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                assert_int_equal(read_text(texts[i], &config, &mistakes), 0);
                assert_int_equal(mistakes.n, 0);
                assert_configs_equal(&config, &wanted);
        }
}

static void test_every_key(void **state) {
        static const char text[] = "# Limits of this machine\n"
                                   "[Manager]\n"
                                   "MaxRunning=8\n"
                                   "MaxRunningPerUser=7\n"
                                   "MaxQueuedPerUser = 20\n"
                                   "MaxQueuedBytesPerUser=2M\n"
                                   "  MaxStreamsPerUser=3\n"
                                   "; more\n"
                                   "MaxSubscriptionsPerUser=4\n"
                                   "MaxRequestsPerUser=5\n"
                                   "KeepHistorySec=30d 12h\n"
                                   "KeepHistoryMax=1000\n"
                                   "SystemUIDMax=799\n"
                                   "OutputMax=infinity\n"
                                   "OutputGraceSec=500ms\n"
                                   "MissingController=warn";
        static const Config wanted = {
                .max_running = 8,
                .max_running_per_user = 7,
                .max_queued_per_user = 20,
                .max_queued_bytes_per_user = UINT64_C(2) << 20,
                .max_streams_per_user = 3,
                .max_subscriptions_per_user = 4,
                .max_requests_per_user = 5,
                .keep_history_usec = (UINT64_C(30) * 24 + 12) * 3600 * USEC_PER_SEC,
                .keep_history_max = 1000,
                .system_uid_max = 799,
                .missing_controller = MISSING_CONTROLLER_WARN,
                .output_max = UINT64_MAX,
                .output_grace_usec = 500 * USEC_PER_MSEC,
        };
        Mistakes mistakes;
        Config config;

        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_int_equal(mistakes.n, 0);
        assert_configs_equal(&config, &wanted);
}

/* The file that is installed says nothing but the defaults. */
static void test_the_shipped_file(void **state) {
        _cleanup_free_ char *text = NULL;
        Config config, wanted = defaults();
        Mistakes mistakes;
        size_t size;

        text = file_read(SHIPPED_CONFIG, &size);
        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_int_equal(mistakes.n, 0);
        assert_configs_equal(&config, &wanted);
}

/* What is commented out in it are keys, and defaults, but for those that depend on the machine. */
static void test_the_shipped_file_with_its_comments_taken_away(void **state) {
        _cleanup_free_ char *text = NULL;
        Config config, wanted = defaults();
        Mistakes mistakes;
        size_t size;

        text = file_read(SHIPPED_CONFIG, &size);
        for (char *p = text; (p = strstr(p, "\n#")); p++)
                if (p[2] != ' ')
                        p[1] = ' ';
        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_int_equal(mistakes.n, 2);
        assert_says(&mistakes, "MaxRunning= takes a number");
        assert_says(&mistakes, "SystemUIDMax= takes a number");
        assert_configs_equal(&config, &wanted);
}

typedef struct Number {
        const char *text;
        bool valid;
        unsigned value;
} Number;

static void check_numbers(const char *key, const Number *numbers, size_t n, size_t offset) {
        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *text = NULL;
                Config config, wanted = defaults();
                Mistakes mistakes;

                assert_true(asprintf(&text, "[Manager]\n%s=%s\n", key, numbers[i].text) > 0);
                assert_int_equal(read_text(text, &config, &mistakes), 0);
                if (numbers[i].valid)
                        *(unsigned *) (void *) ((char *) &wanted + offset) = numbers[i].value;
                assert_int_equal(mistakes.n, !numbers[i].valid);
                assert_configs_equal(&config, &wanted);
                if (!numbers[i].valid)
                        assert_says(&mistakes, key);
        }
}

#define CHECK_NUMBERS(key, member, ...)                                                     \
        do {                                                                                \
                static const Number numbers[] = { __VA_ARGS__ };                            \
                check_numbers(key, numbers, ELEMENTSOF(numbers), offsetof(Config, member)); \
        } while (0)

static void test_the_borders_of_each_number(void **state) {
        CHECK_NUMBERS("MaxRunning", max_running, { "0", false, 0 }, { "1", true, 1 }, { "4000", true, 4000 },
                        { "4001", false, 0 }, { "-1", false, 0 }, { "", false, 0 }, { "many", false, 0 },
                        { "8x", false, 0 }, { "99999999999999999999", false, 0 });
        CHECK_NUMBERS("MaxRunningPerUser", max_running_per_user, { "0", false, 0 }, { "1", true, 1 },
                        { "4000", true, 4000 }, { "4001", false, 0 });
        CHECK_NUMBERS("MaxQueuedPerUser", max_queued_per_user, { "0", false, 0 }, { "1", true, 1 },
                        { "10000000", true, 10000000 }, { "10000001", false, 0 });
        CHECK_NUMBERS("MaxStreamsPerUser", max_streams_per_user, { "0", false, 0 }, { "1", true, 1 },
                        { "1000", true, 1000 }, { "1001", false, 0 });
        CHECK_NUMBERS("MaxSubscriptionsPerUser", max_subscriptions_per_user, { "0", false, 0 },
                        { "1", true, 1 }, { "10000", true, 10000 }, { "10001", false, 0 });
        CHECK_NUMBERS("MaxRequestsPerUser", max_requests_per_user, { "0", false, 0 }, { "1", true, 1 },
                        { "10000", true, 10000 }, { "10001", false, 0 });
        CHECK_NUMBERS("KeepHistoryMax", keep_history_max, { "-1", false, 0 }, { "0", true, 0 },
                        { "2147483647", true, 2147483647 }, { "2147483648", false, 0 });
        CHECK_NUMBERS("SystemUIDMax", system_uid_max, { "0", false, 0 }, { "1", true, 1 },
                        { "60000", true, 60000 }, { "60001", false, 0 });
}

static void test_sizes(void **state) {
        static const struct {
                const char *text;
                uint64_t size; /* 0: a mistake */
        } sizes[] = { { "1", 1 }, { "1K", 1024 }, { "2G", UINT64_C(2) << 30 },
                { "infinity", UINT64_MAX }, { "0", 0 }, { "", 0 },
                { "-1", 0 }, { "big", 0 } };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_free_ char *text = NULL;
                Config config, wanted = defaults();
                Mistakes mistakes;

                assert_true(asprintf(&text, "[Manager]\nMaxQueuedBytesPerUser=%s\n", sizes[i].text) > 0);
                assert_int_equal(read_text(text, &config, &mistakes), 0);
                if (sizes[i].size > 0)
                        wanted.max_queued_bytes_per_user = sizes[i].size;
                else
                        assert_says(&mistakes, "MaxQueuedBytesPerUser= takes a size in bytes as \"64M\"");
                assert_int_equal(mistakes.n, sizes[i].size == 0);
                assert_configs_equal(&config, &wanted);
        }
}

static void check_keep(const char *value, bool valid, uint64_t usec) {
        _cleanup_free_ char *text = NULL;
        Mistakes mistakes;
        Config config;

        assert_true(asprintf(&text, "[Manager]\nKeepHistorySec=%s\n", value) > 0);
        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_int_equal(mistakes.n, !valid);
        assert_int_equal(config.keep_history_usec, valid ? usec : UINT64_MAX);
        if (!valid)
                assert_says(&mistakes, "jobsd.conf:2: KeepHistorySec= takes a time span");
}

static void test_time_spans(void **state) {
        check_keep("90", true, 90 * USEC_PER_SEC);
        check_keep("0", true, 0);
        check_keep("1week", true, UINT64_C(7) * 86400 * USEC_PER_SEC);
        check_keep("infinity", true, UINT64_MAX);
        check_keep("", false, 0);
        check_keep("-1d", false, 0);
        check_keep("for ever", false, 0);
}

static void check_grace(const char *value, bool valid, uint64_t usec) {
        _cleanup_free_ char *text = NULL;
        Mistakes mistakes;
        Config config;

        assert_true(asprintf(&text, "[Manager]\nOutputGraceSec=%s\n", value) > 0);
        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_int_equal(mistakes.n, !valid);
        assert_int_equal(config.output_grace_usec, valid ? usec : 2 * USEC_PER_SEC);
        if (!valid)
                assert_says(&mistakes, "OutputGraceSec= takes a time span from 1ms to 1h, not");
}

static void test_a_time_span_with_bounds(void **state) {
        check_grace("1ms", true, USEC_PER_MSEC);
        check_grace("1h", true, 3600 * USEC_PER_SEC);
        check_grace("999us", false, 0);
        check_grace("0", false, 0);
        check_grace("3601", false, 0);
        check_grace("infinity", false, 0);
        check_grace("soon", false, 0);
}

static void test_a_word(void **state) {
        Config config, wanted = defaults();
        Mistakes mistakes;

        assert_int_equal(read_text("[Manager]\nMissingController=warn\nMissingController=refuse\n", &config,
                                         &mistakes),
                        0);
        assert_int_equal(mistakes.n, 0);
        assert_configs_equal(&config, &wanted);
        assert_int_equal(read_text("[Manager]\nMissingController=Warn\n", &config, &mistakes), 0);
        assert_int_equal(mistakes.n, 1);
        assert_says(&mistakes,
                        "jobsd.conf:2: MissingController= takes \"refuse\" or \"warn\", not \"Warn\"; "
                        "ignored.");
        assert_configs_equal(&config, &wanted);
}

/* Each mistake is told with its file and line, and spoils nothing else. */
static void test_mistakes(void **state) {
        static const char text[] = "# a comment\n"
                                   "[Manager]\n"
                                   "MaxRunnings=1\n"
                                   "\n"
                                   "MaxRunning=eight\n"
                                   "MaxQueuedPerUser=20\n"
                                   "[Daemon]\n"
                                   "MaxStreamsPerUser=3\n";
        Config config, wanted = defaults();
        Mistakes mistakes;

        wanted.max_queued_per_user = 20;
        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_configs_equal(&config, &wanted);
        assert_int_equal(mistakes.n, 3);
        assert_says(&mistakes, "/jobsd.conf:3: Unknown key MaxRunnings= in section [Manager]");
        assert_says(&mistakes, "/jobsd.conf:5: MaxRunning= takes a number from 1 to 4000, not \"eight\"");
        assert_says(&mistakes, "/jobsd.conf:8: Unknown key MaxStreamsPerUser= in section [Daemon]");
}

static void test_a_key_before_any_section(void **state) {
        Mistakes mistakes;
        Config config;

        assert_int_equal(read_text("MaxRunning=1\n", &config, &mistakes), 0);
        assert_int_equal(mistakes.n, 1);
        assert_says(&mistakes, "jobsd.conf:1: Unknown key MaxRunning= in section []");
}

static void test_a_line_that_is_nothing(void **state) {
        Config config, wanted = defaults();
        Mistakes mistakes;

        wanted.max_running = 7;
        assert_int_equal(read_text("[Manager]\n\nnonsense\nMaxRunning=7\n", &config, &mistakes), 0);
        assert_configs_equal(&config, &wanted);
        assert_int_equal(mistakes.n, 1);
        assert_says(&mistakes, "jobsd.conf:3: Neither [Section], Key=Value nor a comment");
}

/* Names are systemd's way of writing: a small letter makes another name. */
static void test_names_are_exact(void **state) {
        Config config, wanted = defaults();
        Mistakes mistakes;

        assert_int_equal(read_text("[Manager]\nmaxrunning=1\n[manager]\nMaxRunning=1\n", &config, &mistakes),
                        0);
        assert_int_equal(mistakes.n, 2);
        assert_configs_equal(&config, &wanted);
}

static void test_the_last_assignment_counts(void **state) {
        Mistakes mistakes;
        Config config;

        assert_int_equal(read_text("[Manager]\nMaxRunning=1\nMaxRunning=x\nMaxRunning=2\n", &config,
                                         &mistakes),
                        0);
        assert_int_equal(mistakes.n, 1);
        assert_int_equal(config.max_running, 2);
}

/* Lines after a long one have their own numbers. */
static void test_a_long_line(void **state) {
        char text[6000] = "[Manager]\n#";
        Config config, wanted = defaults();
        Mistakes mistakes;

        memset(text + strlen(text), 'x', 5000);
        strcat(text, "\nMaxRunning=7\nMaxRunning=x\n");
        wanted.max_running = 7;
        assert_int_equal(read_text(text, &config, &mistakes), 0);
        assert_configs_equal(&config, &wanted);
        assert_int_equal(mistakes.n, 1);
        assert_says(&mistakes, "jobsd.conf:4: MaxRunning=");
}

static void test_a_file_that_cannot_be_read(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *loop = path_in(folder, "loop");
        Config config = defaults(), wanted = defaults();
        Mistakes mistakes = {};

        assert_int_equal(symlink("loop", loop), 0);
        assert_int_equal(config_read_file(&config, loop, note_mistake, &mistakes), -ELOOP);
        assert_configs_equal(&config, &wanted);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_defaults),
                cmocka_unit_test(test_a_file_that_is_not_there),
                cmocka_unit_test(test_files_without_an_assignment),
                cmocka_unit_test(test_every_key),
                cmocka_unit_test(test_the_shipped_file),
                cmocka_unit_test(test_the_shipped_file_with_its_comments_taken_away),
                cmocka_unit_test(test_the_borders_of_each_number),
                cmocka_unit_test(test_sizes),
                cmocka_unit_test(test_time_spans),
                cmocka_unit_test(test_a_time_span_with_bounds),
                cmocka_unit_test(test_a_word),
                cmocka_unit_test(test_mistakes),
                cmocka_unit_test(test_a_key_before_any_section),
                cmocka_unit_test(test_a_line_that_is_nothing),
                cmocka_unit_test(test_names_are_exact),
                cmocka_unit_test(test_the_last_assignment_counts),
                cmocka_unit_test(test_a_long_line),
                cmocka_unit_test(test_a_file_that_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
