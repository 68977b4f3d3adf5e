/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "format.h"
#include "interrupt.h"
#include "json-stream.h"
#include "json.h"
#include "outcome.h"
#include "pager.h"
#include "report.h"
#include "source.h"
#include "table.h"
#include "verb.h"

/* So many lines are laid out together, and shown while the rest comes. */
#define LINES_AT_ONCE 500U

typedef struct json_object JsonObject;

typedef struct Log {
        Context *context;
        Table *table;    /* or */
        JsonArray array; /* with --json */
        uint64_t n;
} Log;

static void log_done(Log *log) {
        table_free(log->table);
}

static const char *get_text(JsonObject *entry, const char *key) {
        return json_object_get_string(json_object_object_get(entry, key)) ?: "";
}

/* Users of another machine are known by number here. */
static int format_actor(const Arguments *arguments, JsonObject *entry, char **ret) {
        JsonObject *actor = json_object_object_get(entry, "actor");
        const struct passwd *known;

        if (!actor)
                return format_text(ret, "jobsd");
        known = arguments->transport == BUS_TRANSPORT_LOCAL ? getpwuid((uid_t) json_object_get_uint64(actor)) : NULL;
        return known ? format_text(ret, "%s", known->pw_name)
                     : format_text(ret, "%" PRIu64, json_object_get_uint64(actor));
}

static int format_event(JsonObject *entry, char **ret) {
        const char *result = get_text(entry, "result");

        return *result ? format_text(ret, "%s: %s", get_text(entry, "event"), result)
                       : format_text(ret, "%s", get_text(entry, "event"));
}

static int add_row(Log *log, JsonObject *entry) {
        _cleanup_free_ char *time = NULL, *id = NULL, *event = NULL, *actor = NULL, *name = NULL;
        uint64_t usec = json_object_get_uint64(json_object_object_get(entry, "time"));

        if (format_timestamp(usec, TIMESTAMP_SECONDS, &time) < 0 ||
                        format_text(&id, "%" PRIu64, json_object_get_uint64(json_object_object_get(entry, "id"))) < 0 ||
                        format_event(entry, &event) < 0 ||
                        format_actor(log->context->arguments, entry, &actor) < 0 ||
                        format_one_line(get_text(entry, "name"), &name) < 0)
                return -ENOMEM;
        return table_add_row(log->table, (const char *const[]){ time, id, event, actor, get_text(entry, "user"), name });
}

static int flush(Log *log) {
        pager_open(log->context);
        return table_flush(log->table);
}

static int on_entry(JsonObject *entry, void *userdata) {
        Log *log = userdata;
        int r;

        log->n++;
        if (!log->table) {
                json_array_add(&log->array, entry);
                return 0;
        }
        r = add_row(log, entry);
        return r < 0 || table_length(log->table) < LINES_AT_ONCE ? r : flush(log);
}

static int append_options(sd_bus_message *call, const Arguments *arguments) {
        const NumberOption times[] = { { "since", arguments->since_usec }, { "until", arguments->until_usec } };
        int r;

        r = sd_bus_message_append(call, "t", arguments->n_ids > 0 ? arguments->ids[0] : UINT64_C(0));
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0 && arguments->all)
                r = bus_append_option(call, "all", 'b', &(int){ true });
        if (r >= 0)
                r = bus_append_numbers(call, times, ELEMENTSOF(times));
        if (r >= 0 && arguments->lines < LINES_ALL)
                r = bus_append_option(call, "lines", 't', &arguments->lines);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        return r < 0 ? r : sd_bus_message_append(call, "t", UINT64_C(0));
}

static int open_source(Context *context, Source *source) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = bus_new_manager_call(context->bus, "OpenLog", &call);
        if (r >= 0)
                r = append_options(call, context->arguments);
        return r < 0 ? fail(r, "Failed to read the log") : source_open(context, call, "read the log", "log", source);
}

static int open_log(Context *context, Log *log) {
        static const Column columns[] = { { "TIME", 0 }, { "ID", COLUMN_RIGHT }, { "EVENT", 0 }, { "BY", 0 },
                { "USER", 0 }, { "NAME", COLUMN_TRUNCATE } };

        log->context = context;
        log->array.arguments = context->arguments;
        if (context->arguments->json != JSON_OFF)
                return 0;
        if (table_new(&context->terminal, columns, ELEMENTSOF(columns), &log->table) < 0)
                return fail_memory();
        if (context->arguments->no_legend)
                table_hide_titles(log->table);
        return 0;
}

static int fail_reading(int error) {
        if (error == -EINTR)
                return EXIT_STATUS_INTERRUPTED;
        if (error == -ENODATA || error == -EINVAL || error == -EBADMSG)
                return fail_plain(error, "The log broke off before its end. See: journalctl -u jobsd.service");
        return fail(error, "Failed to read the log");
}

static int end_log(Log *log, const Source *source) {
        const Arguments *arguments = log->context->arguments;

        if (!log->table)
                json_array_end(&log->array);
        else if (table_length(log->table) > 0 && flush(log) < 0)
                return fail_memory();
        pager_close_sync(log->context);
        if (log->n == 0)
                note(arguments, "The journal has nothing of %s.",
                                arguments->n_ids > 0 ? "such a job that you may see" : "what you ask for");
        if (source->is_own && arguments->all)
                note(arguments, "These are your own jobs only: seeing others' needs administrator rights.");
        if (source->is_shared && arguments->all)
                note(arguments,
                                "These are your own jobs and those of types that are shared with you: seeing others' "
                                "needs administrator rights.");
        return 0;
}

int verb_log(Context *context) {
        _cleanup_(source_done) Source source = SOURCE_NONE;
        _cleanup_(log_done) Log log = {};
        _cleanup_close_ int interrupt_fd = -EBADF;
        uint64_t n;
        int r;

        r = open_log(context, &log);
        if (r >= 0)
                r = open_source(context, &source);
        if (r < 0)
                return r;
        r = interrupt_open(&interrupt_fd);
        if (r < 0)
                return fail(r, "Failed to watch for Ctrl-C");
        r = json_stream_read(source.fd, interrupt_fd, on_entry, &log);
        if (r >= 0)
                r = source_read_count(&source, &n);
        return r < 0 ? fail_reading(r) : end_log(&log, &source);
}
