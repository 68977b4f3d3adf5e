/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "attend.h"
#include "bus-util.h"
#include "parse.h"
#include "protocol.h"
#include "report.h"
#include "run-type.h"
#include "strv.h"
#include "submission.h"
#include "verb.h"

static bool is_local(const Arguments *arguments) {
        return arguments->transport == BUS_TRANSPORT_LOCAL;
}

/* The bus closes the connection of who sends text that is none, and a message of more than 128 MiB;
 * so everything is looked at here, and the argument named. */
static int check_argv(char *const *argv) {
        size_t n = strv_length(argv);

        if (!*argv[0])
                return fail_usage("The command is empty.");
        if (n > JOBSD_ARGV_MAX)
                return fail_usage("The command has %zu arguments; at most %u are possible.", n,
                                JOBSD_ARGV_MAX);
        for (size_t i = 0; i < n; i++) {
                if (!utf8_is_valid(argv[i]))
                        return fail_usage("Argument %zu of the command is not UTF-8 text.", i);
                if (strlen(argv[i]) > JOBSD_ARG_BYTES_MAX)
                        return fail_usage("Argument %zu of the command has %zu bytes; at most %zu are "
                                          "possible.",
                                        i, strlen(argv[i]), JOBSD_ARG_BYTES_MAX);
        }
        if (strv_size(argv) > JOBSD_ARGV_BYTES_MAX)
                return fail_usage("The command and its arguments have %zu bytes; at most %zu are possible. "
                                  "Hand long lists over in a file.",
                                strv_size(argv), JOBSD_ARGV_BYTES_MAX);
        return 0;
}

/* The names that a shell could have set. */
static bool environment_name_is_valid(const char *name, size_t length) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

        return length > 0 && !(*name >= '0' && *name <= '9') && strspn(name, letters) >= length;
}

static int check_environment(char *const *environment) {
        size_t n = strv_length(environment);

        for (size_t i = 0; i < n; i++) {
                size_t length = strcspn(environment[i], "=");

                if (!environment_name_is_valid(environment[i], length))
                        return fail_usage("\"%.*s\" is no name of an environment variable. --setenv takes "
                                          "NAME or "
                                          "NAME=VALUE.",
                                        (int) length, environment[i]);
        }
        return 0;
}

static int check_paths(const Arguments *arguments) {
        const char *directory = arguments->working_directory;

        if (is_local(arguments))
                return 0; /* what is relative is taken from here */
        if (*arguments->operands[0] != '/')
                return fail_usage("On another machine a command needs its whole path: \"%s\" begins with no "
                                  "slash.",
                                arguments->operands[0]);
        if (directory && *directory != '/' && strcmp(directory, "~") != 0)
                return fail_usage("On another machine a working directory needs its whole path: \"%s\" "
                                  "begins with "
                                  "no slash.",
                                directory);
        return 0;
}

int run_check(const Arguments *arguments) {
        int r;

        if (arguments->type)
                return run_type_check(arguments);
        if (arguments->parameter_files)
                return fail_usage("--parameter-file has no meaning without --type.");
        if (arguments->stdin_name)
                return fail_usage("--stdin-name has no meaning without --type.");
        if (arguments->n_operands == 0)
                return fail_usage("What is missing: jobsctl run %s", arguments->verb->operands);
        r = check_argv(arguments->operands);
        if (r < 0)
                return r;
        r = check_environment(arguments->environment);
        return r < 0 ? r : check_paths(arguments);
}

/* Takes a relative path from the caller's directory: the job starts elsewhere. */
static int make_absolute(const char *path, char **ret) {
        _cleanup_free_ char *directory = NULL;
        char *absolute;

        while (strncmp(path, "./", 2) == 0 && path[2] != '/') /* for the eye; ".//" would become the root */
                path += 2;
        if (*path != '/') {
                directory = get_current_dir_name();
                if (!directory)
                        return -errno;
        }
        if (asprintf(&absolute, "%s%s%s", directory ?: "", directory && *path ? "/" : "", path) < 0)
                return -ENOMEM;
        *ret = absolute;
        return 0;
}

static bool is_program(const char *path) {
        struct stat st;

        return stat(path, &st) >= 0 && S_ISREG(st.st_mode) && access(path, X_OK) >= 0;
}

/* Looks a name up in $PATH, whose empty parts are the current directory. */
static int find_in_path(const char *name, char **ret) {
        _cleanup_free_ char *folders = strdup(getenv("PATH") ?: "/usr/local/bin:/usr/bin:/bin");
        char *state = folders;
        const char *folder;

        if (!folders)
                return -ENOMEM;
        while ((folder = strsep(&state, ":"))) {
                _cleanup_free_ char *path = NULL;

                if (asprintf(&path, "%s%s%s", folder, *folder ? "/" : "", name) < 0)
                        return -ENOMEM;
                if (is_program(path))
                        return make_absolute(path, ret);
        }
        return -ENOENT;
}

static int find_program(const Arguments *arguments, char **ret) {
        const char *name = arguments->operands[0];
        int r;

        if (strchr(name, '/')) {
                r = make_absolute(name, ret);
                return r < 0 ? fail(r, "Failed to find the current directory") : 0;
        }
        r = find_in_path(name, ret);
        if (r == -ENOENT)
                return fail_plain(r, "There is no command \"%s\" in $PATH.", name);
        return r < 0 ? fail(r, "Failed to find the command \"%s\"", name) : 0;
}

/* Where "." and ".." lead to: the daemon takes no path that has them, PID 1 none with "..". */
static int resolve_path(char **path) {
        char *resolved;

        if (path_is_plain(*path))
                return 0;
        resolved = realpath(*path, NULL);
        if (!resolved)
                return -errno;
        free(*path);
        *path = resolved;
        return 0;
}

/* The caller's directory, unless the job runs where or as whom that may not be there: then the default, NULL,
 * which is the user's home if he has one. */
static int choose_working_directory(const Arguments *arguments, char **ret) {
        _cleanup_free_ char *absolute = NULL;
        const char *directory = arguments->working_directory;
        bool may_be_elsewhere = arguments->uid || !is_local(arguments);
        int r;

        if (!directory && may_be_elsewhere) {
                *ret = NULL;
                return 0;
        }
        if (directory && strcmp(directory, "~") == 0)
                return strdup_or_null(directory, ret);
        r = make_absolute(directory ?: "", &absolute);
        if (r < 0)
                return fail(r, "Failed to find the current directory");
        if (is_local(arguments))
                r = resolve_path(&absolute);
        if (r < 0)
                return fail(r, "Failed to find the directory %s", absolute);
        if (!utf8_is_valid(absolute))
                return fail_plain(-EILSEQ, "The working directory's name is not UTF-8 text.");
        *ret = TAKE_PTR(absolute);
        return 0;
}

/* NAME alone hands our own variable on, if there is one; as in systemd-run(1). */
static int make_environment(const Arguments *arguments, char ***ret) {
        _cleanup_strv_free_ char **environment = NULL;

        for (size_t i = 0; arguments->environment && arguments->environment[i]; i++) {
                const char *text = arguments->environment[i], *value = strchr(text, '=') ? "" : getenv(text);
                _cleanup_free_ char *assignment = NULL;

                if (!value)
                        continue;
                if (asprintf(&assignment, "%s%s%s", text, strchr(text, '=') ? "" : "=", value) < 0)
                        return fail_memory();
                if (!utf8_is_valid(assignment))
                        return fail_plain(-EILSEQ, "The environment variable %s is not UTF-8 text.", text);
                if (strv_extend(&environment, assignment) < 0)
                        return fail_memory();
        }
        if (strv_length(environment) > JOBSD_ENV_MAX || strv_size(environment) > JOBSD_ENV_BYTES_MAX)
                return fail_plain(-E2BIG,
                                "The environment is too large; at most %u variables and %zu bytes are "
                                "possible.",
                                JOBSD_ENV_MAX, JOBSD_ENV_BYTES_MAX);
        *ret = TAKE_PTR(environment);
        return 0;
}

static int append_command(sd_bus_message *call, const char *program, char *const *argv) {
        int r;

        r = sd_bus_message_open_container(call, 'a', "s");
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 's', program);
        for (size_t i = 1; r >= 0 && argv[i]; i++)
                r = sd_bus_message_append_basic(call, 's', argv[i]);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

/* Everything that has to be found out here before the call. */
typedef struct Submission {
        char *program;
        char *directory;
        char **environment;
} Submission;

static void submission_done(Submission *submission) {
        free(submission->program);
        free(submission->directory);
        strv_free(submission->environment);
}

static int submission_prepare(const Arguments *arguments, Submission *submission) {
        int r;

        r = find_program(arguments, &submission->program);
        if (r < 0)
                return r;
        r = choose_working_directory(arguments, &submission->directory);
        return r < 0 ? r : make_environment(arguments, &submission->environment);
}

/* As with the directory: elsewhere, and as somebody else, nobody's is taken along. */
static int append_umask(sd_bus_message *call, const Arguments *arguments) {
        unsigned mode;

        if (!arguments->umask && (arguments->uid || !is_local(arguments)))
                return 0;
        if (arguments->umask)
                (void) parse_mode(arguments->umask, &mode); /* it has been checked */
        else {
                mode = umask(0);
                (void) umask(mode);
        }
        return bus_append_option(call, "umask", 'u', &mode);
}

static int append_options(sd_bus_message *call, const Arguments *arguments, const Submission *submission) {
        const TextOption texts[] = {
                { "origin", arguments->origin ?: "command-line" },
                { "name", arguments->name },
                { "related", arguments->related },
                { "key", arguments->key },
                { "user", arguments->uid },
                { "working-directory", submission->directory },
        };
        const NumberOption limits[] = {
                { "timeout", arguments->timeout_usec },
                { "memory-max", arguments->memory_max },
                { "cpu-quota", arguments->cpu_quota_usec },
                { "tasks-max", arguments->tasks_max },
                { "output-max", arguments->output_max },
                { "output-grace", arguments->output_grace_usec },
        };
        int r;

        r = bus_append_texts(call, texts, ELEMENTSOF(texts));
        if (r >= 0)
                r = bus_append_numbers(call, limits, ELEMENTSOF(limits));
        if (r >= 0 && arguments->nice != 0)
                r = bus_append_option(call, "nice", 'i', &arguments->nice);
        if (r >= 0)
                r = append_umask(call, arguments);
        if (r >= 0 && arguments->results)
                r = bus_append_option(call, "results", 'b', &(int){ true });
        if (r >= 0 && submission->environment)
                r = bus_append_strings(call, "environment", submission->environment);
        return r;
}

static int submission_append(
                const Submission *submission, const Arguments *arguments, sd_bus_message *call) {
        int r;

        r = append_command(call, submission->program, arguments->operands);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0)
                r = append_options(call, arguments, submission);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        return r < 0 ? r : sd_bus_message_append_basic(call, 't', &(uint64_t){ 0 });
}

static int run_command(Context *context, uint64_t *ret_id) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_(submission_done) Submission submission = {};
        int r;

        r = submission_prepare(context->arguments, &submission);
        if (r < 0)
                return r;
        r = bus_new_manager_call(context->bus, "RunCommand", &call);
        if (r >= 0)
                r = submission_append(&submission, context->arguments, call);
        if (r < 0)
                return fail_bus(NULL, r, "Failed to submit the job");
        return submission_send(context, call, "Failed to submit the job", ret_id);
}

int verb_run(Context *context) {
        const Arguments *arguments = context->arguments;
        int r, status;
        uint64_t id;

        r = arguments->type ? run_type(context, &id) : run_command(context, &id);
        if (r >= 0)
                r = submission_tell(arguments, id);
        if (r < 0 || (!arguments->wait && !arguments->follow))
                return r;
        r = attend_sync(context, id, arguments->follow, LINES_ALL, &status);
        return r != 0 ? r : status;
}
