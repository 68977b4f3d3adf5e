/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "report.h"
#include "strv.h"
#include "table.h"
#include "verb.h"

typedef struct json_object JsonObject;

/* A program of its own asks them, see gearman/hosts.c. */
#define PROGRAM LIBEXECDIR "/jobsd-hosts"

/* ---- what it says ---- */

static int make_command(const Arguments *arguments, char ***ret) {
        _cleanup_strv_free_ char **command = NULL;
        int r = strv_extend(&command, PROGRAM);

        if (r >= 0 && (arguments->drain || arguments->resume))
                r = strv_extend(&command, arguments->drain ? "--drain" : "--resume");
        if (r >= 0)
                r = strv_extend(&command, "--");
        for (size_t i = 0; r >= 0 && i < arguments->n_operands; i++)
                r = strv_extend(&command, arguments->operands[i]);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(command);
        return 0;
}

static int spawn(char **command, int to_fd, pid_t *ret) {
        posix_spawn_file_actions_t actions;
        int r = posix_spawn_file_actions_init(&actions);

        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, to_fd, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn(ret, command[0], &actions, NULL, command, environ);
        (void) posix_spawn_file_actions_destroy(&actions);
        return -r;
}

static JsonObject *read_json(int fd) {
        _cleanup_free_ char *text = NULL;
        FILE *file = fdopen(fd, "r");
        size_t size = 0;
        JsonObject *list = NULL;

        if (!file)
                return NULL;
        if (getdelim(&text, &size, '\n', file) > 0)
                list = json_tokener_parse(text);
        fclose(file);
        return list;
}

/* It says itself what is wrong. */
static int run_program(char **command, JsonObject **ret) {
        _cleanup_close_ int write_fd = -EBADF;
        int fds[2], status, r;
        JsonObject *list;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return fail(-errno, "Failed to make a pipe");
        write_fd = fds[1];
        r = spawn(command, write_fd, &pid);
        close_fd(TAKE_FD(write_fd));
        if (r < 0) {
                close_fd(fds[0]);
                return r == -ENOENT ? fail_plain(r, "There are no other machines: jobsd-gearman is not installed.")
                                    : fail(r, "Failed to start %s", PROGRAM);
        }
        list = read_json(fds[0]);
        if (waitpid(pid, &status, 0) < 0 || status != 0 || !json_object_is_type(list, json_type_array)) {
                json_object_put(list);
                return -EIO;
        }
        *ret = list;
        return 0;
}

/* ---- showing it ---- */

static const char *get_text(JsonObject *host, const char *key) {
        JsonObject *member;

        return json_object_object_get_ex(host, key, &member) ? json_object_get_string(member) : "";
}

static bool has_answered(JsonObject *host) {
        return strcmp(get_text(host, "state"), "up") == 0 || strcmp(get_text(host, "state"), "draining") == 0;
}

static int join_types(JsonObject *host, char **ret) {
        _cleanup_strv_free_ char **types = NULL;
        JsonObject *list = NULL;
        int r = 0;

        (void) json_object_object_get_ex(host, "types", &list);
        for (size_t i = 0; r >= 0 && json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++)
                r = strv_extend(&types, json_object_get_string(json_object_array_get_idx(list, i)));
        return r < 0 ? r : strv_join(types, " ", ret);
}

static int add_row(Table *table, JsonObject *host) {
        _cleanup_free_ char *types = NULL;

        if (join_types(host, &types) < 0 ||
                        table_add_row(table,
                                        (const char *[]){ get_text(host, "host"), get_text(host, "state"),
                                                        get_text(host, "taken"), get_text(host, "slots"), types }) < 0)
                return -ENOMEM;
        return strcmp(get_text(host, "state"), "up") == 0 ? 0 : table_set_colour(table, 1, COLOUR_YELLOW);
}

static int print_table(const Context *context, JsonObject *list) {
        static const Column columns[] = { { "HOST", 0 }, { "STATE", 0 }, { "TAKEN", COLUMN_RIGHT },
                { "SLOTS", COLUMN_RIGHT }, { "TYPES", COLUMN_TRUNCATE } };
        _cleanup_(table_freep) Table *table = NULL;

        if (table_new(&context->terminal, columns, ELEMENTSOF(columns), &table) < 0)
                return fail_memory();
        if (context->arguments->no_legend)
                table_hide_titles(table);
        for (size_t i = 0; i < json_object_array_length(list); i++)
                if (add_row(table, json_object_array_get_idx(list, i)) < 0)
                        return fail_memory();
        return table_flush(table) < 0 ? fail_memory() : 0;
}

static void print_hint(const Arguments *arguments, JsonObject *list) {
        if (arguments->drain)
                note(arguments, "What runs there goes on. To take jobs again: jobsctl hosts --resume HOST");
        else if (json_object_array_length(list) == 0)
                note(arguments, "The Gearman server knows no machine. On each of them: systemctl status jobsd-gearman");
}

static int print(const Context *context, JsonObject *list) {
        const Arguments *arguments = context->arguments;
        JsonArray array = { .arguments = arguments };
        int r;

        if (arguments->json != JSON_OFF) {
                for (size_t i = 0; i < json_object_array_length(list); i++)
                        json_array_add(&array, json_object_array_get_idx(list, i));
                json_array_end(&array);
                return 0;
        }
        r = print_table(context, list);
        if (r >= 0)
                print_hint(arguments, list);
        return r;
}

int hosts_check(const Arguments *arguments) {
        if (arguments->transport != BUS_TRANSPORT_LOCAL)
                return fail_usage("The other machines are asked from this one: see Server= in jobsd-gearman.conf(5).");
        if (arguments->drain && arguments->resume)
                return fail_usage("--drain and --resume are opposites.");
        if ((arguments->drain || arguments->resume) && arguments->n_operands == 0)
                return fail_usage("--%s takes machines: jobsctl hosts --%s HOST…", arguments->drain ? "drain" : "resume",
                                arguments->drain ? "drain" : "resume");
        return 0;
}

int verb_hosts(Context *context) {
        _cleanup_strv_free_ char **command = NULL;
        _cleanup_(json_object_putp) JsonObject *list = NULL;
        int r;

        if (make_command(context->arguments, &command) < 0)
                return fail_memory();
        r = run_program(command, &list);
        if (r >= 0)
                r = print(context, list);
        for (size_t i = 0; r == 0 && context->arguments->n_operands > 0 && i < json_object_array_length(list); i++)
                if (!has_answered(json_object_array_get_idx(list, i)))
                        r = EXIT_STATUS_FAILURE;
        return r;
}
