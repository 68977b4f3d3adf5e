/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "filter.h"
#include "format.h"
#include "json.h"
#include "pager.h"
#include "property.h"
#include "protocol.h"
#include "report.h"
#include "table.h"
#include "verb.h"

#define ROWS_DEFAULT 100U
/* So many rows decide about the columns' widths and are held in memory. */
#define ROWS_PER_TABLE 5000U

/* A narrower terminal has better use for the place that the seconds of two dates take. */
#define COLUMNS_FOR_SECONDS 120U

enum {
        COLUMN_ID,
        COLUMN_START_DATE,
        COLUMN_END_DATE,
        COLUMN_JOB_NAME,
        COLUMN_JOB_STATUS,
        COLUMN_INFO,
        COLUMN_USER,
        _COLUMN_MAX,
};

static const Column columns[_COLUMN_MAX] = {
        [COLUMN_ID] = { "ID", COLUMN_RIGHT },
        [COLUMN_START_DATE] = { "START DATE", 0 },
        [COLUMN_END_DATE] = { "END DATE", 0 },
        [COLUMN_JOB_NAME] = { "JOB NAME", COLUMN_TRUNCATE },
        [COLUMN_JOB_STATUS] = { "JOB STATUS", 0 },
        [COLUMN_INFO] = { "INFO", COLUMN_TRUNCATE },
        [COLUMN_USER] = { "USER", 0 },
};

/* A list that grows page by page, in the one form or the other. */
typedef struct List {
        Context *context;
        Table *table; /* NULL: JSON */
        JsonArray array;
        uint64_t n_rows, n_max;
        uint64_t next; /* of the bus: where the next page begins, 0 at the end */
} List;

static void list_done(List *list) {
        table_free(list->table);
}

static int list_init(List *list, Context *context) {
        const Arguments *arguments = context->arguments;

        *list = (List){
                .context = context,
                .array = { .arguments = arguments },
                .n_max = arguments->lines == LINES_DEFAULT ? ROWS_DEFAULT : arguments->lines,
        };
        if (arguments->json != JSON_OFF)
                return 0;
        if (table_new(&context->terminal, columns, ELEMENTSOF(columns), &list->table) < 0)
                return fail_memory();
        if (arguments->no_legend)
                table_hide_titles(list->table);
        return 0;
}

static int list_add_text(List *list, const Job *job) {
        _cleanup_free_ char *id = NULL, *start = NULL, *end = NULL, *info = NULL;
        const Terminal *terminal = &list->context->terminal;
        TimestampStyle style = terminal->is_terminal && terminal->columns < COLUMNS_FOR_SECONDS
                        ? TIMESTAMP_MINUTES
                        : TIMESTAMP_SECONDS;
        const char *row[_COLUMN_MAX];

        if (format_text(&id, "%" PRIu64, job->id) < 0 ||
                        format_timestamp(job->submitted_usec, style, &start) < 0 ||
                        format_timestamp(job->finished_usec, style, &end) < 0 || format_info(job, &info) < 0)
                return -ENOMEM;
        row[COLUMN_ID] = id;
        row[COLUMN_START_DATE] = start;
        row[COLUMN_END_DATE] = *end ? end : "N/A";
        row[COLUMN_JOB_NAME] = job->name ?: "";
        row[COLUMN_JOB_STATUS] = job_status_to_label(job->status) ?: "?";
        row[COLUMN_INFO] = info;
        row[COLUMN_USER] = job->user ?: "";
        if (table_add_row(list->table, row) < 0 ||
                        table_set_colour(list->table, COLUMN_JOB_STATUS, status_colour(job->status)) < 0)
                return -ENOMEM;
        return table_length(list->table) >= ROWS_PER_TABLE ? table_flush(list->table) : 0;
}

static int list_add(List *list, const Job *job) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;
        int r;

        pager_open(list->context);
        list->n_rows++;
        if (list->table)
                return list_add_text(list, job);
        r = json_from_row(job, &object);
        if (r < 0)
                return r;
        json_array_add(&list->array, object);
        return 0;
}

/* What a pager would hide has to be said before it starts. */
static void tell_scope(const List *list, const char *scope) {
        const Arguments *arguments = list->context->arguments;

        if (filter_wants_all(arguments) && strcmp(scope, "own") == 0)
                note(arguments, "Showing your own jobs only: seeing others' needs administrator rights.");
}

static int list_call(List *list, sd_bus_error *error, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        uint64_t n_missing = list->n_max - list->n_rows;
        uint32_t limit = n_missing < JOBSD_LIST_LIMIT_MAX ? (uint32_t) n_missing : JOBSD_LIST_LIMIT_MAX;
        int r;

        r = bus_new_manager_call(list->context->bus, "ListJobs", &call);
        if (r < 0)
                return r;
        r = filter_append(call, list->context->arguments);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "tut", list->next, limit, UINT64_C(0));
        return r < 0 ? r : sd_bus_call(list->context->bus, call, 0, error, ret);
}

static int list_read_rows(List *list, sd_bus_message *reply) {
        int r;

        while ((r = sd_bus_message_at_end(reply, false)) == 0) {
                _cleanup_(job_freep) Job *job = NULL;

                r = job_read(reply, &job);
                if (r >= 0)
                        r = list_add(list, job);
                if (r < 0)
                        return r;
        }
        return r;
}

/* The rows stand in the reply before the scope, which has to be told first. */
static int list_read(List *list, sd_bus_message *reply, bool is_first) {
        const char *scope;
        int r;

        r = sd_bus_message_skip(reply, "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_read(reply, "ts", &list->next, &scope);
        if (r < 0)
                return r;
        if (is_first)
                tell_scope(list, scope);
        r = sd_bus_message_rewind(reply, true);
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "a{sv}");
        return r < 0 ? r : list_read_rows(list, reply);
}

static int list_fetch(List *list) {
        bool is_first = true;
        int r;

        if (list->n_max == 0)
                return 0;
        do {
                _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

                r = list_call(list, &error, &reply);
                if (r >= 0)
                        r = list_read(list, reply, is_first);
                if (r < 0)
                        return fail_bus(&error, r, "Failed to list jobs");
                is_first = false;
        } while (list->next != 0 && list->n_rows < list->n_max && !ferror(stdout));
        return 0;
}

static int list_end(List *list) {
        const Arguments *arguments = list->context->arguments;

        if (!list->table) {
                json_array_end(&list->array); /* which says by itself that there is nothing */
                return 0;
        }
        if (table_flush(list->table) < 0)
                return fail_memory();
        pager_close_sync(list->context);

        if (list->n_rows == 0 && list->n_max > 0)
                note(arguments, "There are no jobs to report on.");
        else if (list->next != 0 && arguments->lines == LINES_DEFAULT && !arguments->no_legend)
                note(arguments, "These are the newest %u jobs. For all of them: -n all", ROWS_DEFAULT);
        return 0;
}

int verb_list(Context *context) {
        _cleanup_(list_done) List list = {};
        int r;

        r = list_init(&list, context);
        if (r < 0)
                return r;
        r = list_fetch(&list);
        return r < 0 ? r : list_end(&list);
}
