/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bus-util.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "outcome.h"
#include "output-file.h"
#include "pager.h"
#include "parse.h"
#include "report.h"
#include "save.h"
#include "source.h"
#include "table.h"
#include "verb.h"

/* So much of a file tells whether it is text. */
#define PROBE_BYTES 1024U

int results_check(const Arguments *arguments) {
        uint64_t id;

        if (parse_id(arguments->operands[0], &id) < 0)
                return fail_usage("Not a job id: %s", arguments->operands[0]);
        if (arguments->n_operands < 2 && (arguments->output || arguments->force))
                return fail_usage("-o takes one of the files: jobsctl results %" PRIu64 " NAME -o FILE", id);
        return 0;
}

static uint64_t get_id(const Context *context) {
        uint64_t id = 0;

        (void) parse_id(context->arguments->operands[0], &id); /* it has been checked */
        return id;
}

/* ---- which there are ---- */

typedef struct Result {
        const char *name; /* of the reply */
        uint64_t size, modified_usec;
} Result;

static int print_json(Context *context, sd_bus_message *reply) {
        JsonArray array = { .arguments = context->arguments };
        Result file;
        int r;

        while ((r = sd_bus_message_read(reply, "(stt)", &file.name, &file.size, &file.modified_usec)) > 0) {
                struct json_object *element = json_object_new_object();

                if (!element || json_add(element, "name", json_object_new_string(file.name)) < 0 ||
                                json_add(element, "size", json_object_new_uint64(file.size)) < 0 ||
                                json_add(element, "modified", json_object_new_uint64(file.modified_usec)) < 0)
                        return fail_memory();
                json_array_add(&array, element);
                json_object_put(element);
        }
        json_array_end(&array);
        return r;
}

static int add_row(Table *table, const Result *file) {
        _cleanup_free_ char *size = NULL, *modified = NULL, *name = NULL;

        if (format_size(file->size, &size) < 0 ||
                        format_timestamp(file->modified_usec, TIMESTAMP_SECONDS, &modified) < 0 ||
                        format_one_line(file->name, &name) < 0)
                return -ENOMEM;
        return table_add_row(table, (const char *const[]){ name, size, modified });
}

static int fill_table(Table *table, sd_bus_message *reply) {
        Result file;
        int r;

        while ((r = sd_bus_message_read(reply, "(stt)", &file.name, &file.size, &file.modified_usec)) > 0)
                if (add_row(table, &file) < 0)
                        return -ENOMEM;
        return r;
}

static void tell_next(const Context *context, size_t n) {
        const Arguments *arguments = context->arguments;
        uint64_t id = get_id(context);
        char options[128];

        (void) hint_options(arguments, options);
        if (n == 0)
                note(arguments, "Job %" PRIu64 " has left no files.", id);
        else
                note(arguments, "To get one: jobsctl %sresults %" PRIu64 " NAME -o FILE", options, id);
}

static int print_table(Context *context, sd_bus_message *reply) {
        static const Column columns[] = { { "NAME", 0 }, { "SIZE", COLUMN_RIGHT }, { "MODIFIED", 0 } };
        _cleanup_(table_freep) Table *table = NULL;
        size_t n;
        int r;

        if (table_new(&context->terminal, columns, ELEMENTSOF(columns), &table) < 0)
                return fail_memory();
        if (context->arguments->no_legend)
                table_hide_titles(table);
        r = fill_table(table, reply);
        if (r < 0)
                return fail(r, "Failed to read which files there are");
        n = table_length(table);
        pager_open(context);
        if (n > 0 && table_flush(table) < 0)
                return fail_memory();
        pager_close_sync(context);
        tell_next(context, n);
        return 0;
}

static int list_results(Context *context) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        uint64_t id = get_id(context);
        int r;

        r = bus_new_manager_call(context->bus, "ListResults", &call);
        if (r >= 0)
                r = sd_bus_message_append(call, "tt", id, UINT64_C(0));
        if (r >= 0)
                r = bus_ask(context->bus, call, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "(stt)");
        if (r < 0)
                return fail_bus(&error, r, "Failed to ask which files job %" PRIu64 " left", id);
        return context->arguments->json != JSON_OFF ? print_json(context, reply) : print_table(context, reply);
}

/* ---- one of them ---- */

static int open_result(Context *context, int *ret_fd) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        const char *name = context->arguments->operands[1];
        uint64_t id = get_id(context), size;
        int r, fd = -EBADF;

        r = source_check_transport(context, "results ID NAME");
        if (r < 0)
                return r;
        r = bus_new_manager_call(context->bus, "OpenResult", &call);
        if (r >= 0)
                r = sd_bus_message_append(call, "tst", id, name, UINT64_C(0));
        if (r >= 0)
                r = bus_ask(context->bus, call, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "ht", &fd, &size);
        if (r < 0)
                return fail_bus(&error, r, "Failed to get the file");
        *ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the message owns its own */
        return *ret_fd < 0 ? fail(-errno, "Failed to get the file") : 0;
}

static int fail_copy(int error, const char *path) {
        return error == -EINTR ? EXIT_STATUS_INTERRUPTED : fail(error, "Failed to write %s", path);
}

static int copy(int from_fd, int to_fd, const char *path) {
        _cleanup_close_ int interrupt_fd = -EBADF;
        int r = interrupt_open(&interrupt_fd);

        if (r < 0)
                return fail(r, "Failed to watch for Ctrl-C");
        r = save_copy(from_fd, to_fd, interrupt_fd);
        return r < 0 ? fail_copy(r, path) : 0;
}

/* Of what is no text a terminal makes what it likes. */
static int check_terminal(const Context *context, int fd) {
        char bytes[PROBE_BYTES];
        ssize_t n = context->terminal.is_terminal ? pread(fd, bytes, sizeof(bytes), 0) : 0;

        if (n > 0 && memchr(bytes, 0, (size_t) n))
                return fail_plain(-EOPNOTSUPP, "This is no text for a terminal. Write it to a file with -o.");
        return 0;
}

/* In a folder by its own name. */
static int make_path(const char *output, const char *name, char **ret) {
        const char *slash = strrchr(name, '/');
        struct stat st;

        if (stat(output, &st) < 0 || !S_ISDIR(st.st_mode))
                return format_text(ret, "%s", output);
        return format_text(ret, "%s/%s", output, slash ? slash + 1 : name);
}

static int save(Context *context, int fd, const char *path) {
        _cleanup_(output_file_freep) OutputFile *file = NULL;
        int r;

        r = output_file_open(path, context->arguments->force, &file);
        if (r < 0)
                return save_fail(r, path);
        r = copy(fd, output_file_fd(file), path);
        if (r != 0)
                return r;
        r = output_file_commit(file);
        if (r < 0)
                return save_fail(r, path);
        note(context->arguments, "Wrote %s.", path);
        return 0;
}

static int get_result(Context *context) {
        const Arguments *arguments = context->arguments;
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -EBADF;
        int r = open_result(context, &fd);

        if (r < 0)
                return r;
        if (!arguments->output || strcmp(arguments->output, "-") == 0) {
                r = check_terminal(context, fd);
                return r < 0 ? r : copy(fd, STDOUT_FILENO, "standard output");
        }
        if (make_path(arguments->output, arguments->operands[1], &path) < 0)
                return fail_memory();
        return save(context, fd, path);
}

int verb_results(Context *context) {
        return context->arguments->n_operands < 2 ? list_results(context) : get_result(context);
}
