/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The arguments of methods, read from real messages: what is accepted is within its bounds, and what is
 * refused is refused with a sentence that the bus carries. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "fuzz.h"
#include "message.h"
#include "options.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"

static const char *const keys[] = {
        "name",
        "related",
        "origin",
        "environment",
        "working-directory",
        "timeout",
        "memory-max",
        "cpu-quota",
        "tasks-max",
        "output-max",
        "output-grace",
        "umask",
        "nice",
        "user",
        "all",
        "ids",
        "status",
        "type",
        "tasks",
        "since",
        "until",
        "before",
        "follow",
        "lines",
        "columns",
        "raw",
};

static const char *const types[] = { "s", "t", "b", "as", "at", "i", "u", "d", "x", "v", "ay", "a{sv}",
        "(sts)" };

/* What is no text does not get as far as to jobsd. */
static void append_text(sd_bus_message *m, Input *input) {
        _cleanup_free_ char *text = input_text(input);

        CHECK(sd_bus_message_append(m, "s", utf8_is_valid(text) ? text : "") >= 0);
}

static void append_array(sd_bus_message *m, Input *input, const char *type) {
        size_t n = input_byte(input) % 8;

        CHECK(sd_bus_message_open_container(m, 'a', type) >= 0);
        for (size_t i = 0; i < n; i++) {
                if (*type == 's')
                        append_text(m, input);
                else if (*type == 't')
                        CHECK(sd_bus_message_append(m, "t", input_number(input)) >= 0);
                else
                        CHECK(sd_bus_message_append(m, "y", input_byte(input)) >= 0);
        }
        CHECK(sd_bus_message_close_container(m) >= 0);
}

static void append_value(sd_bus_message *m, Input *input, const char *type) {
        if (*type == 's')
                append_text(m, input);
        else if (strcmp(type, "a{sv}") == 0)
                CHECK(sd_bus_message_append(m, "a{sv}", 1, "x", "t", input_number(input)) >= 0);
        else if (*type == 'a')
                append_array(m, input, type + 1);
        else if (*type == '(')
                CHECK(sd_bus_message_append(m, "(sts)", "", input_number(input), "") >= 0);
        else if (*type == 'v')
                CHECK(sd_bus_message_append(m, "v", "t", input_number(input)) >= 0);
        else if (strchr("tx", *type))
                CHECK(sd_bus_message_append(m, type, input_number(input)) >= 0);
        else if (*type == 'd')
                CHECK(sd_bus_message_append(m, type, (double) input_number(input)) >= 0);
        else
                CHECK(sd_bus_message_append(m, type, (int) input_number(input)) >= 0);
}

static void append_option(sd_bus_message *m, Input *input) {
        unsigned which_key = input_byte(input), which_type = input_byte(input);
        const char *type = types[which_type % ELEMENTSOF(types)];

        CHECK(sd_bus_message_open_container(m, 'e', "sv") >= 0);
        if (which_key < ELEMENTSOF(keys))
                CHECK(sd_bus_message_append(m, "s", keys[which_key]) >= 0);
        else
                append_text(m, input);
        CHECK(sd_bus_message_open_container(m, 'v', type) >= 0);
        append_value(m, input, type);
        CHECK(sd_bus_message_close_container(m) >= 0);
        CHECK(sd_bus_message_close_container(m) >= 0);
}

static void append_options(sd_bus_message *m, Input *input) {
        CHECK(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
        while (input->size > 0)
                append_option(m, input);
        CHECK(sd_bus_message_close_container(m) >= 0);
}

/* What one call is read into. */
typedef struct Target {
        RunOptions run;
        ListOptions list;
        StoreFilter clear;
        ExportOptions export;
        OutputOptions output;
} Target;

static void target_done(Target *target) {
        job_free(target->run.job);
        free(target->run.user);
        store_filter_done(&target->list.filter);
        store_filter_done(&target->clear);
        export_query_done(&target->export.query);
}

static void check_text(const char *text, size_t max) {
        CHECK(!text || (*text && strlen(text) <= max && utf8_is_valid(text) && text_is_one_line(text)));
}

static void check_job(const Job *job) {
        check_text(job->name, JOBSD_NAME_BYTES_MAX);
        check_text(job->related, JOBSD_RELATED_BYTES_MAX);
        CHECK(!job->related || uri_is_valid(job->related));
        CHECK((int) job->origin >= 0 && job->origin < _JOB_ORIGIN_MAX);
        CHECK(job->nice >= 0 && job->nice <= 19);
        CHECK(job->timeout_usec <= INT64_MAX && job->memory_max <= INT64_MAX && job->tasks_max <= INT64_MAX);
        CHECK(strv_length(job->environment) <= JOBSD_ENV_MAX);
        for (char **s = job->environment; s && *s; s++)
                CHECK(env_assignment_is_valid(*s));
        check_text(job->working_directory, PATH_MAX);
}

static void check_run(const Target *target) {
        const Job *job = target->run.job;

        CHECK(job->name && *job->command[0] == '/' && strlen(job->command[0]) < PATH_MAX);
        check_text(target->run.user, 255);
        check_job(job);
}

static void check_filter(const StoreFilter *filter) {
        check_text(filter->type, JOBSD_NAME_BYTES_MAX);
        check_text(filter->user, 255);
        check_text(filter->related, JOBSD_RELATED_BYTES_MAX);
        CHECK(filter->n_ids <= JOBSD_LIST_IDS_MAX && filter->status_mask < 1U << _JOB_STATUS_MAX);
        CHECK(filter->since_usec <= INT64_MAX && filter->until_usec <= INT64_MAX);
}

static void check_list(const Target *target) {
        check_filter(&target->list.filter);
}

static void check_clear(const Target *target) {
        check_filter(&target->clear);
}

static void check_export(const Target *target) {
        ExportColumn column;

        check_filter(&target->export.query.filter);
        for (char **name = target->export.query.columns; name && *name; name++)
                CHECK(export_column_find(*name, &column) >= 0);
}

static void check_output(const Target *target) {
        CHECK(target->output.lines <= INT64_MAX || target->output.lines == UINT64_MAX);
}

static void check_type(const Target *target) {
        CHECK(target->run.n_files <= JOB_TYPE_PARAMETERS_MAX);
        check_job(target->run.job);
}

static int read_run(sd_bus_message *m, Target *target, sd_bus_error *e) {
        return run_options_read(m, &target->run, e);
}

static int read_list(sd_bus_message *m, Target *target, sd_bus_error *e) {
        return list_options_read(m, &target->list, e);
}

static int read_clear(sd_bus_message *m, Target *target, sd_bus_error *e) {
        return clear_options_read(m, &target->clear, e);
}

static int read_export(sd_bus_message *m, Target *target, sd_bus_error *e) {
        return export_options_read(m, &target->export, e);
}

static int read_output(sd_bus_message *m, Target *target, sd_bus_error *e) {
        return output_options_read(m, &target->output, e);
}

static int read_type(sd_bus_message *m, Target *target, sd_bus_error *e) {
        return type_options_read(m, &target->run, e);
}

static const struct {
        int (*read)(sd_bus_message *m, Target *target, sd_bus_error *e);
        void (*check)(const Target *target);
        bool has_command;
} methods[] = {
        { read_run, check_run, true },
        { read_list, check_list, false },
        { read_clear, check_clear, false },
        { read_export, check_export, false },
        { read_output, check_output, false },
        { read_type, check_type, false },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        unsigned which = input_byte(&input) % ELEMENTSOF(methods);
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(target_done) Target target = {};
        sd_bus_message *m = message_new();
        int r;

        CHECK(job_new(&target.run.job) >= 0);
        if (methods[which].has_command)
                append_array(m, &input, "s");
        append_options(m, &input);
        CHECK(sd_bus_message_append(m, "t", UINT64_C(0)) >= 0);
        message_seal(m);
        r = methods[which].read(m, &target, &error);
        if (r >= 0) {
                CHECK(!sd_bus_error_is_set(&error));
                methods[which].check(&target);
        } else
                CHECK(sd_bus_error_is_set(&error) && utf8_is_valid(error.message) &&
                                strlen(error.message) > 15);
        sd_bus_message_unref(m);
        return 0;
}
