/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "hand-over.h"
#include "job-type.h"
#include "parse.h"
#include "report.h"
#include "run-type.h"
#include "strv.h"
#include "submission.h"

/* The type says what a command's options say. */
static const char *find_command_option(const Arguments *arguments) {
        const struct {
                const char *name;
                bool given;
        } options[] = {
                { "--name", arguments->name },
                { "--uid", arguments->uid },
                { "--setenv", arguments->environment },
                { "--working-directory", arguments->working_directory },
                { "--timeout", arguments->timeout_usec > 0 },
                { "--memory-max", arguments->memory_max > 0 },
                { "--cpu-quota", arguments->cpu_quota_usec > 0 },
                { "--tasks-max", arguments->tasks_max > 0 },
                { "--output-max", arguments->output_max > 0 },
                { "--output-grace", arguments->output_grace_usec > 0 },
                { "--nice", arguments->nice != 0 },
                { "--umask", arguments->umask },
                { "--results", arguments->results },
        };

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (options[i].given)
                        return options[i].name;
        return NULL;
}

static int check_parameter_files(char *const *files) {
        for (; files && *files; files++) {
                const char *colon = strchr(*files, ':');

                if (!colon || colon == *files || !colon[1])
                        return fail_usage("--parameter-file= takes NAME:FILE, not \"%s\".", *files);
        }
        return 0;
}

int run_type_check(const Arguments *arguments) {
        const char *option = find_command_option(arguments);

        if (option)
                return fail_usage("%s has no meaning with --type: the type says it.", option);
        for (size_t i = 0; i < arguments->n_operands; i++) {
                const char *operand = arguments->operands[i];

                if (*operand == '=' || !strchr(operand, '='))
                        return fail_usage("\"%s\" is no parameter: they are written KEY=VALUE. Which there "
                                          "are: "
                                          "jobsctl types %s",
                                        operand, arguments->type);
                if (!utf8_is_valid(operand))
                        return fail_usage("Parameter %zu is not UTF-8 text.", i + 1);
        }
        if (arguments->stdin_name && !utf8_is_valid(arguments->stdin_name))
                return fail_usage("The name of --stdin-name= is not UTF-8 text.");
        return check_parameter_files(arguments->parameter_files);
}

/* One byte more than a value may have, and a line break, is enough: the daemon says what is wrong. */
static int read_file(const char *path, char **ret) {
        _cleanup_free_ char *text = calloc(1, PARAMETER_VALUE_BYTES_MAX + 3);
        FILE *f;
        size_t n;
        int r;

        if (!text)
                return -ENOMEM;
        f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
        if (!f)
                return -errno;
        n = fread(text, 1, PARAMETER_VALUE_BYTES_MAX + 2, f);
        r = ferror(f) ? -errno : strlen(text) == n && utf8_is_valid(text) ? 0 : -EILSEQ;
        if (f != stdin)
                (void) fclose(f); /* it was only read from */
        *ret = TAKE_PTR(text);
        return r;
}

/* "NAME:FILE" into "NAME=VALUE", without the line break at the end of the file. */
static int read_parameter(const char *name_and_file, char ***values) {
        const char *path = strchr(name_and_file, ':') + 1;
        _cleanup_free_ char *text = NULL, *value = NULL;
        size_t n;
        int r;

        r = read_file(path, &text);
        if (r == -EILSEQ)
                return fail_plain(r, "%s is not UTF-8 text.", path);
        if (r < 0)
                return fail(r, "Failed to read %s", path);
        n = strlen(text);
        if (n > 0 && text[n - 1] == '\n')
                text[n - 1] = '\0';
        if (asprintf(&value, "%.*s=%s", (int) (path - name_and_file - 1), name_and_file, text) < 0 ||
                        strv_extend(values, value) < 0)
                return fail_memory();
        return 0;
}

static int append_parameters(sd_bus_message *call, char *const *values, const HandedFiles *files) {
        int r = 0;

        for (; r >= 0 && values && *values; values++) {
                const HandedFile *file = hand_over_find(files, *values);
                const char *value = strchr(*values, '=') + 1;
                _cleanup_free_ char *name = strndup(*values, (size_t) (value - *values - 1));

                r = name ? sd_bus_message_append(call, "{ss}", name, file ? file->name : value) : -ENOMEM;
        }
        return r;
}

static int append_call(sd_bus_message *call, const Arguments *arguments, char *const *from_files,
                const HandedFiles *files) {
        const TextOption labels[] = { { "origin", arguments->origin ?: "command-line" }, { "related", arguments->related },
                { "key", arguments->key } };
        int r;

        r = sd_bus_message_append_basic(call, 's', arguments->type);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{ss}");
        if (r >= 0)
                r = append_parameters(call, arguments->operands, files);
        if (r >= 0)
                r = append_parameters(call, from_files, files);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0)
                r = bus_append_texts(call, labels, ELEMENTSOF(labels));
        if (r >= 0)
                r = hand_over_append(files, call);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        return r < 0 ? r : sd_bus_message_append_basic(call, 't', &(uint64_t){ 0 });
}

int run_type(Context *context, uint64_t *ret_id) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_(hand_over_done) HandedFiles files = {};
        _cleanup_strv_free_ char **values = NULL;
        int r;

        for (char **file = context->arguments->parameter_files; file && *file; file++) {
                r = read_parameter(*file, &values);
                if (r < 0)
                        return r;
        }
        r = hand_over_open(context, &files);
        if (r < 0)
                return r;
        r = bus_new_manager_call(context->bus, "RunType", &call);
        if (r >= 0)
                r = append_call(call, context->arguments, values, &files);
        if (r < 0)
                return fail_bus(NULL, r, "Failed to submit the job");
        return submission_send(context, call, "Failed to submit the job", ret_id);
}
