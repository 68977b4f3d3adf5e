/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bus-util.h"
#include "export-workbook.h"
#include "file-format.h"
#include "filter.h"
#include "interrupt.h"
#include "output-file.h"
#include "parse.h"
#include "report.h"
#include "save.h"
#include "source.h"
#include "strv.h"
#include "verb.h"

/* Where it goes. */
typedef struct Target {
        int fd;
        const char *name;   /* for people; NULL: standard output */
        const char *folder; /* of a workbook: where it is put together */
} Target;

static FileFormat format_of(const Arguments *arguments) {
        return file_format(arguments, arguments->output);
}

int export_check(const Arguments *arguments) {
        FileFormat format = format_of(arguments);

        if ((int) format < 0)
                return fail_usage("\"%s\" does not fit --format. It takes csv, json or xlsx.",
                                arguments->format);
        return format == FILE_XLSX ? export_workbook_load() : 0;
}

static int append_columns(sd_bus_message *call, const Arguments *arguments) {
        _cleanup_strv_free_ char **columns = NULL;
        int r;

        if (format_of(arguments) != FILE_XLSX)
                return arguments->properties ? bus_append_strings(call, "columns", arguments->properties)
                                             : 0;
        r = export_workbook_columns(arguments, &columns);
        return r < 0 ? r : bus_append_strings(call, "columns", columns);
}

static int append_options(sd_bus_message *call, const Arguments *arguments) {
        int r;

        r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0)
                r = filter_append_entries(call, arguments);
        if (r >= 0)
                r = append_columns(call, arguments);
        if (r >= 0 && arguments->raw)
                r = bus_append_option(call, "raw", 'b', &(int){ true });
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int open_source(const Context *context, Source *source) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        const Arguments *arguments = context->arguments;
        bool wants_csv = format_of(arguments) == FILE_CSV;
        int r;

        r = bus_new_manager_call(context->bus, "ExportHistory", &call);
        if (r >= 0)
                r = append_options(call, arguments);
        if (r >= 0)
                r = sd_bus_message_append(call, "st", wants_csv ? "csv" : "json", UINT64_C(0));
        if (r < 0)
                return fail(r, "Failed to export the history");
        r = source_open(context, call, "export the history", "export -o -", source);
        if (r >= 0 && source->is_own && filter_wants_all(arguments))
                note(arguments, "Exporting your own jobs only: seeing others' needs administrator rights.");
        if (r >= 0 && source->is_shared && filter_wants_all(arguments) && !arguments->type)
                note(arguments,
                                "Exporting your own jobs and those of types that are shared with you: seeing others' "
                                "needs administrator rights.");
        return r;
}

static int fail_copy(int error, const char *name) {
        if (error == -EINTR)
                return EXIT_STATUS_INTERRUPTED;
        if (error == -ENODATA || error == -EINVAL || error == -EBADMSG)
                return fail_plain(error,
                                "The export broke off before its end. See: journalctl -u jobsd.service");
        return fail(error, "Failed to write %s", name ?: "the history to standard output");
}

/* 0, or a result of verb_export(); reports. */
static int pass_on(
                const Arguments *arguments, const Source *source, const Target *target, uint64_t *ret_rows) {
        _cleanup_close_ int interrupt_fd = -EBADF;
        int r;

        r = interrupt_open(&interrupt_fd);
        if (r < 0)
                return fail(r, "Failed to watch for Ctrl-C");
        r = format_of(arguments) == FILE_XLSX
                        ? export_workbook(arguments, source->fd, interrupt_fd, target->fd, target->folder)
                        : save_copy(source->fd, target->fd, interrupt_fd);
        if (r >= 0)
                r = source_read_count(source, ret_rows);
        return r < 0 ? fail_copy(r, target->name) : 0;
}

static void tell_rows(const Arguments *arguments, uint64_t n_rows, const char *path) {
        note(arguments, "Exported %" PRIu64 " job%s%s%s.", n_rows, n_rows == 1 ? "" : "s",
                        path ? " to " : "", path ?: "");
}

static int export_to_stdout(const Context *context) {
        const Target target = { .fd = STDOUT_FILENO };
        _cleanup_(source_done) Source source = SOURCE_NONE;
        uint64_t n_rows;
        int r;

        r = open_source(context, &source);
        if (r < 0)
                return r;
        r = pass_on(context->arguments, &source, &target, &n_rows);
        if (r != 0)
                return r;
        tell_rows(context->arguments, n_rows, NULL);
        return 0;
}

static int open_nameless(const char *folder) {
        _cleanup_free_ char *path = NULL;
        int fd;

        if (asprintf(&path, "%s/.jobsctl.XXXXXX", folder) < 0)
                return -ENOMEM;
        fd = mkostemp(path, O_CLOEXEC);
        if (fd < 0)
                return -errno;
        (void) unlink(path); /* if that fails, it is where such files are cleaned away */
        return fd;
}

static int copy_to_stdout(int fd) {
        _cleanup_close_ int interrupt_fd = -EBADF;
        int r;

        r = interrupt_open(&interrupt_fd);
        if (r < 0)
                return fail(r, "Failed to watch for Ctrl-C");
        r = save_copy(fd, STDOUT_FILENO, interrupt_fd);
        return r < 0 ? fail_copy(r, NULL) : 0;
}

/* What makes it goes back in what it has written: a file without a name comes first. */
static int export_workbook_to_stdout(const Context *context) {
        const char *folder = getenv("TMPDIR") ?: "/var/tmp";
        _cleanup_(source_done) Source source = SOURCE_NONE;
        _cleanup_close_ int fd = -EBADF;
        uint64_t n_rows;
        int r;

        if (context->terminal.is_terminal)
                return fail_plain(-EOPNOTSUPP,
                                "A workbook is no text for a terminal. Write it to a file with -o.");
        fd = open_nameless(folder);
        if (fd < 0)
                return fail(fd, "Failed to write a file in %s", folder);
        r = open_source(context, &source);
        if (r < 0)
                return r;
        r = pass_on(context->arguments, &source, &(Target){ fd, folder, folder }, &n_rows);
        if (r == 0)
                r = copy_to_stdout(fd);
        if (r == 0)
                tell_rows(context->arguments, n_rows, NULL);
        return r;
}

static int export_to_file(const Context *context, const char *path) {
        _cleanup_(source_done) Source source = SOURCE_NONE;
        _cleanup_(output_file_freep) OutputFile *file = NULL;
        uint64_t n_rows;
        Target target;
        int r;

        r = output_file_open(path, context->arguments->force, &file);
        if (r < 0)
                return save_fail(r, path);
        r = open_source(context, &source);
        if (r < 0)
                return r;
        target = (Target){ output_file_fd(file), path, output_file_folder(file) };
        r = pass_on(context->arguments, &source, &target, &n_rows);
        if (r != 0)
                return r;
        r = output_file_commit(file);
        if (r < 0)
                return save_fail(r, path);
        tell_rows(context->arguments, n_rows, path);
        return 0;
}

/* "jobs-history-2026-11-24.csv" */
static int default_path(const Arguments *arguments, char buffer[static 48]) {
        static const char *const suffixes[] = {
                [FILE_CSV] = "csv", [FILE_JSON] = "jsonl", [FILE_XLSX] = "xlsx"
        };
        time_t today = time(NULL);
        char date[16];
        struct tm tm;

        if (!localtime_r(&today, &tm) || strftime(date, sizeof(date), "%Y-%m-%d", &tm) == 0)
                return fail_plain(-ERANGE, "The clock is out of range. Choose a name with -o.");
        (void) snprintf(buffer, 48, "jobs-history-%s.%s", date, suffixes[format_of(arguments)]);
        return 0;
}

int verb_export(Context *context) {
        const Arguments *arguments = context->arguments;
        char path[48];
        int r;

        if (arguments->output && strcmp(arguments->output, "-") == 0)
                return format_of(arguments) == FILE_XLSX ? export_workbook_to_stdout(context)
                                                         : export_to_stdout(context);
        if (arguments->output)
                return export_to_file(context, arguments->output);
        r = default_path(arguments, path);
        return r < 0 ? r : export_to_file(context, path);
}
