/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "job-type-folder.h"
#include "json.h"
#include "locale-tag.h"
#include "outcome.h"
#include "pager.h"
#include "report.h"
#include "strv.h"
#include "table.h"
#include "type-list.h"
#include "verb.h"

typedef struct json_object JsonObject;

static bool type_is_allowed(JsonObject *type) {
        return strcmp(type_get_text(type, "allowed"), "yes") == 0 && !*type_get_text(type, "mistake");
}

/* ---- in the language of who reads it ---- */

static int translate(JsonObject *object, char *const *tags) {
        JsonObject *descriptions = type_get(object, "descriptions"), *text = NULL;

        for (; !text && *tags; tags++)
                text = type_get(descriptions, *tags);
        return text ? json_add_or_null(object, "description", json_object_get(text)) : 0;
}

static int translate_type(JsonObject *type, char *const *tags) {
        JsonObject *parameters = type_get(type, "parameters");
        int r = translate(type, tags);

        for (size_t i = 0; r >= 0 && parameters && i < json_object_array_length(parameters); i++)
                r = translate(json_object_array_get_idx(parameters, i), tags);
        return r;
}

static int translate_types(JsonObject *types) {
        _cleanup_strv_free_ char **tags = NULL;
        int r = locale_get_tags(locale_of_messages(), &tags);

        for (size_t i = 0; r >= 0 && i < json_object_array_length(types); i++)
                r = translate_type(json_object_array_get_idx(types, i), tags);
        return r < 0 ? fail_memory() : 0;
}

/* ---- all of them ---- */

/* What keeps somebody from running it. */
static const char *allowed_text(JsonObject *type) {
        if (*type_get_text(type, "mistake"))
                return "no: its file has a mistake";
        if (strcmp(type_get_text(type, "allowed"), "auth") == 0)
                return "after a password";
        return type_get_text(type, "allowed");
}

static int add_row(Table *table, JsonObject *type, bool all) {
        _cleanup_free_ char *description = NULL;
        const char *row[3];

        if (format_one_line(type_get_text(type, "description"), &description) < 0)
                return -ENOMEM;
        row[0] = type_get_text(type, "name");
        row[1] = description;
        row[2] = allowed_text(type);
        if (table_add_row(table, row) < 0)
                return -ENOMEM;
        return all && !type_is_allowed(type) ? table_set_colour(table, 2, COLOUR_YELLOW) : 0;
}

static int print_table(Context *context, JsonObject *types, size_t *ret_n) {
        static const Column columns[] = { { "TYPE", 0 }, { "DESCRIPTION", COLUMN_TRUNCATE },
                { "ALLOWED", 0 } };
        _cleanup_(table_freep) Table *table = NULL;
        bool all = context->arguments->all;

        if (table_new(&context->terminal, columns, all ? 3 : 2, &table) < 0)
                return fail_memory();
        if (context->arguments->no_legend)
                table_hide_titles(table);
        for (size_t i = 0; i < json_object_array_length(types); i++) {
                JsonObject *type = json_object_array_get_idx(types, i);

                if ((all || type_is_allowed(type)) && add_row(table, type, all) < 0)
                        return fail_memory();
        }
        *ret_n = table_length(table);
        pager_open(context);
        return table_flush(table) < 0 ? fail_memory() : 0;
}

static void print_json(Context *context, JsonObject *types) {
        JsonArray array = { .arguments = context->arguments };

        for (size_t i = 0; i < json_object_array_length(types); i++) {
                JsonObject *type = json_object_array_get_idx(types, i);

                if (context->arguments->all || type_is_allowed(type))
                        json_array_add(&array, type);
        }
        json_array_end(&array);
}

static int list_types(Context *context, JsonObject *types) {
        const Arguments *arguments = context->arguments;
        char options[128];
        size_t n = 0;
        int r;

        if (arguments->json != JSON_OFF) {
                print_json(context, types);
                return 0;
        }
        r = print_table(context, types, &n);
        if (r < 0)
                return r;
        pager_close_sync(context);
        (void) hint_options(arguments, options);
        if (n > 0)
                note(arguments, "What one takes: jobsctl %stypes TYPE", options);
        else if (json_object_array_length(types) > 0)
                note(arguments, "There is no job type that you may run. All of them: jobsctl %stypes --all",
                                options);
        else
                note(arguments, "There are no job types. How to write one: man jobsd.job");
        return 0;
}

/* ---- one of them ---- */

/* Where its jobs run, if that may be elsewhere; a jobsd of before does not tell. */
static const char *place_text(JsonObject *type) {
        const char *place = type_get_text(type, "place");

        if (strcmp(place, "any") == 0)
                return "any machine with a free slot";
        return strcmp(place, "head") == 0 ? "" : place;
}

static void print_line(const char *label, const char *text) {
        if (*text)
                (void) printf("%12s: %s\n", label, text);
}

static int print_words(const char *label, JsonObject *words) {
        _cleanup_free_ char *line = NULL;

        for (size_t i = 0; words && i < json_object_array_length(words); i++) {
                _cleanup_free_ char *before = TAKE_PTR(line);

                if (format_text(&line, "%s%s%s", before ?: "", before ? ", " : "",
                                    json_object_get_string(json_object_array_get_idx(words, i))) < 0)
                        return -ENOMEM;
        }
        print_line(label, line ?: "");
        return 0;
}

static int print_span(const char *label, JsonObject *usec) {
        _cleanup_free_ char *text = NULL;

        if (json_object_get_uint64(usec) == 0)
                return 0;
        if (format_timespan(json_object_get_uint64(usec), TIMESPAN_SHORT, &text) < 0)
                return -ENOMEM;
        print_line(label, text);
        return 0;
}

static int print_limits(JsonObject *type) {
        _cleanup_free_ char *memory = NULL, *output = NULL;
        uint64_t memory_max = json_object_get_uint64(type_get(type, "memory_max")),
                 output_max = json_object_get_uint64(type_get(type, "output_max"));

        if (json_object_get_uint64(type_get(type, "max_running")) > 0)
                print_line("At once", type_get_text(type, "max_running"));
        if (print_span("Time limit", type_get(type, "timeout")) < 0)
                return -ENOMEM;
        if (memory_max > 0 && format_size(memory_max, &memory) < 0)
                return -ENOMEM;
        print_line("Memory", memory ?: "");
        if (output_max > 0 && format_size(output_max, &output) < 0)
                return -ENOMEM;
        print_line("Output", output ?: "");
        if (json_object_get_uint64(type_get(type, "retries")) > 0) {
                print_line("Retries", type_get_text(type, "retries"));
                return print_span("Retry after", type_get(type, "retry_delay"));
        }
        return 0;
}

/* "one of a, b", "a whole number from 1 on": what a value may be. */
static int parameter_expects(JsonObject *parameter, char **ret) {
        JsonObject *choices = type_get(parameter, "choices"), *min = type_get(parameter, "min"),
                   *max = type_get(parameter, "max"), *size_max = type_get(parameter, "size_max");
        _cleanup_free_ char *text = NULL;
        int r = format_text(&text, "%s", type_get_text(parameter, "type"));

        for (size_t i = 0; r >= 0 && choices && i < json_object_array_length(choices); i++) {
                _cleanup_free_ char *before = TAKE_PTR(text);

                r = format_text(&text, "%s%s%s", i > 0 ? before : "", i > 0 ? "|" : "",
                                json_object_get_string(json_object_array_get_idx(choices, i)));
        }
        if (r >= 0 && min &&
                        (json_object_get_int64(min) != INT64_MIN ||
                                        json_object_get_int64(max) != INT64_MAX)) {
                bool from = json_object_get_int64(min) != INT64_MIN,
                     to = json_object_get_int64(max) != INT64_MAX;

                free(TAKE_PTR(text));
                r = format_text(&text, "integer%s%s%s%s", from ? " from " : "",
                                from ? type_get_text(parameter, "min") : "", to ? " to " : "",
                                to ? type_get_text(parameter, "max") : "");
        }
        if (r >= 0 && size_max) {
                _cleanup_free_ char *size = NULL;

                free(TAKE_PTR(text));
                r = format_size(json_object_get_uint64(size_max), &size);
                if (r >= 0)
                        r = format_text(&text, "file of at most %s", size);
        }
        if (r >= 0)
                *ret = TAKE_PTR(text);
        return r;
}

static const char *default_text(JsonObject *parameter) {
        return type_get(parameter, "default") ? type_get_text(parameter, "default")
                        : json_object_get_boolean(type_get(parameter, "required")) ? "(required)"
                                                                              : "";
}

static int print_parameters(Context *context, JsonObject *parameters) {
        static const Column columns[] = { { "PARAMETER", 0 }, { "TAKES", 0 }, { "DEFAULT", 0 },
                { "DESCRIPTION", COLUMN_TRUNCATE } };
        _cleanup_(table_freep) Table *table = NULL;

        if (json_object_array_length(parameters) == 0)
                return 0;
        if (table_new(&context->terminal, columns, ELEMENTSOF(columns), &table) < 0)
                return fail_memory();
        (void) putchar('\n');
        for (size_t i = 0; i < json_object_array_length(parameters); i++) {
                JsonObject *parameter = json_object_array_get_idx(parameters, i);
                _cleanup_free_ char *expects = NULL;

                if (parameter_expects(parameter, &expects) < 0 ||
                                table_add_row(table,
                                                (const char *[]){ type_get_text(parameter, "name"), expects,
                                                                default_text(parameter),
                                                                type_get_text(parameter, "description") }) < 0)
                        return fail_memory();
        }
        return table_flush(table) < 0 ? fail_memory() : 0;
}

static void tell_how_to_run(const Arguments *arguments, JsonObject *type) {
        JsonObject *parameters = type_get(type, "parameters");
        _cleanup_free_ char *required = NULL;
        char options[128];

        for (size_t i = 0; i < json_object_array_length(parameters); i++) {
                JsonObject *parameter = json_object_array_get_idx(parameters, i);
                _cleanup_free_ char *before = NULL;

                if (!json_object_get_boolean(type_get(parameter, "required")))
                        continue;
                before = TAKE_PTR(required);
                if (format_text(&required, "%s %s=…", before ?: "", type_get_text(parameter, "name")) < 0)
                        return; /* only a hint is missing */
        }
        note(arguments, "\nTo run it: jobsctl %srun --type=%s%s", hint_options(arguments, options),
                        type_get_text(type, "name"), required ?: "");
}

static int print_type(Context *context, JsonObject *type) {
        const Terminal *terminal = &context->terminal;
        const char *mistake = type_get_text(type, "mistake");
        int r;

        (void) printf("%s%s%s - %s\n", terminal_colour(terminal, COLOUR_BOLD), type_get_text(type, "name"),
                        terminal_plain(terminal), type_get_text(type, "description"));
        if (*mistake)
                (void) printf("%12s: %s%s%s\n", "Mistake", terminal_colour(terminal, COLOUR_RED), mistake,
                                terminal_plain(terminal));
        print_line("Allowed", allowed_text(type));
        print_line("File", type_get_text(type, "path"));
        print_line("Runs as", type_get_text(type, "user"));
        print_line("With group", type_get_text(type, "group"));
        print_line("Runs on", place_text(type));
        print_line("Results", json_object_get_boolean(type_get(type, "results")) ? "files, see jobsctl results" : "");
        if (strcmp(type_get_text(type, "share"), "group") == 0)
                print_line("Shared", "members of its groups see everybody's jobs of it");
        print_line("About", type_get_text(type, "related"));
        if (print_words("Groups", type_get(type, "groups")) < 0 || print_words("Users", type_get(type, "users")) < 0 ||
                        print_limits(type) < 0)
                return fail_memory();
        r = print_parameters(context, type_get(type, "parameters"));
        if (r >= 0 && type_is_allowed(type))
                tell_how_to_run(context->arguments, type);
        return r;
}

static int show_type(Context *context, JsonObject *types, const char *name) {
        JsonObject *type = type_list_find(types, name);

        if (!type)
                return fail_plain(-ENOENT,
                                "There is no job type \"%s\". Those that there are: jobsctl types --all", name);
        if (context->arguments->json == JSON_OFF)
                return print_type(context, type);
        json_print(context->arguments, type);
        return 0;
}

/* ---- a file ---- */

int types_check(const Arguments *arguments) {
        if (arguments->check && arguments->n_operands == 0)
                return fail_usage("--check takes a file: jobsctl types --check NAME.job");
        if (arguments->check && arguments->transport != BUS_TRANSPORT_LOCAL)
                return fail_usage("--check reads a file of this machine.");
        return 0;
}

static void on_mistake(const char *message, void *userdata) {
        (void) fail_plain(-EINVAL, "%s", message);
}

static int check_file(const Arguments *arguments, const char *path) {
        int r = job_type_check_file(path, on_mistake, NULL);

        if (r == -ENOMEM)
                return fail_memory();
        if (r < 0)
                return EXIT_STATUS_FAILURE;
        note(arguments, "%s has no mistake.", path);
        return 0;
}

int verb_types(Context *context) {
        const Arguments *arguments = context->arguments;
        _cleanup_(json_object_putp) JsonObject *types = NULL;
        int r;

        if (arguments->check)
                return check_file(arguments, arguments->operands[0]);
        r = type_list_fetch(context, &types);
        if (r >= 0 && arguments->json == JSON_OFF) /* JSON has them all */
                r = translate_types(types);
        if (r < 0)
                return r;
        return arguments->n_operands > 0 ? show_type(context, types, arguments->operands[0])
                                         : list_types(context, types);
}
