/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bus-util.h"
#include "file-format.h"
#include "json.h"
#include "report.h"
#include "verb.h"

typedef struct Counts {
        uint64_t imported, known, refused;
} Counts;

int import_check(const Arguments *arguments) {
        const char *name = arguments->operands[0];
        FileFormat format = file_format(arguments, name);

        if (format != FILE_CSV && format != FILE_JSON)
                return fail_usage("An import takes csv or json, not \"%s\".", arguments->format ?: name);
        return 0;
}

static bool is_stdin(const char *name) {
        return strcmp(name, "-") == 0;
}

/* ssh carries no descriptors. */
static int check_transport(const Context *context) {
        int r = sd_bus_can_send(context->bus, SD_BUS_TYPE_UNIX_FD);

        if (r < 0)
                return fail_bus(NULL, r, "Failed to ask the bus whether it carries files");
        if (r > 0)
                return 0;
        return fail_plain(-EOPNOTSUPP,
                        "A file does not go through this connection. Try: ssh %s jobsctl import - < %s",
                        context->arguments->host ?: "HOST", context->arguments->operands[0]);
}

static int open_file(const char *name, int *ret) {
        *ret = is_stdin(name) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(name, O_RDONLY | O_CLOEXEC);
        return *ret < 0 ? fail(-errno, "Failed to open %s", name) : 0;
}

/* A file in memory, which takes any number of rows that are refused while the call is answered. */
static int open_report(int *ret) {
        *ret = memfd_create("jobsctl-import", MFD_CLOEXEC);
        return *ret < 0 ? fail(-errno, "Failed to make a file for the report") : 0;
}

/* Each line of the report, with the file's name before it as a compiler has it. */
static int print_report(int fd, const char *name) {
        _cleanup_free_ char *line = NULL;
        size_t size = 0;
        FILE *report;

        if (lseek(fd, 0, SEEK_SET) < 0)
                return fail(-errno, "Failed to read the report");
        report = fdopen(fd, "re");
        if (!report)
                return fail(-errno, "Failed to read the report");
        while (getline(&line, &size, report) > 0)
                (void) fprintf(stderr, "%s:%s", is_stdin(name) ? "<stdin>" : name, line);
        (void) fclose(report);
        return 0;
}

static int import(const Context *context, int file_fd, int report_fd, Counts *ret, sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        FileFormat format = file_format(context->arguments, context->arguments->operands[0]);
        int r;

        r = bus_new_manager_call(context->bus, "ImportHistory", &call);
        if (r >= 0)
                r = sd_bus_message_append(call, "hhst", file_fd, report_fd, file_format_to_string(format),
                                UINT64_C(0));
        if (r >= 0) /* a million rows take their time */
                r = sd_bus_call(context->bus, call, UINT64_MAX, error, &reply);
        return r < 0 ? r : sd_bus_message_read(reply, "ttt", &ret->imported, &ret->known, &ret->refused);
}

static int print_counts(const Arguments *arguments, const Counts *counts) {
        _cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
        int r;

        r = object ? json_add(object, "imported", json_object_new_uint64(counts->imported)) : -ENOMEM;
        if (r >= 0)
                r = json_add(object, "known", json_object_new_uint64(counts->known));
        if (r >= 0)
                r = json_add(object, "refused", json_object_new_uint64(counts->refused));
        if (r < 0)
                return fail_memory();
        json_print(arguments, object);
        return 0;
}

static int tell_counts(const Arguments *arguments, const Counts *counts) {
        int r = 0;

        if (arguments->json != JSON_OFF)
                r = print_counts(arguments, counts);
        else
                note(arguments, "%" PRIu64 " imported, %" PRIu64 " known already, %" PRIu64 " refused",
                                counts->imported, counts->known, counts->refused);
        return r < 0 ? r : counts->refused > 0 ? EXIT_STATUS_FAILURE : 0;
}

int verb_import(Context *context) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        const char *name = context->arguments->operands[0];
        _cleanup_close_ int file_fd = -EBADF, report_fd = -EBADF;
        Counts counts;
        int r, error_of_report;

        r = check_transport(context);
        if (r >= 0)
                r = open_file(name, &file_fd);
        if (r >= 0)
                r = open_report(&report_fd);
        if (r < 0)
                return r;
        r = import(context, file_fd, report_fd, &counts, &error);
        error_of_report = print_report(TAKE_FD(report_fd), name);
        if (r < 0)
                return fail_bus(&error, r, "Failed to import %s", name);
        r = tell_counts(context->arguments, &counts);
        return error_of_report < 0 ? error_of_report : r;
}
