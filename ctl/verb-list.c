/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "filter.h"
#include "follow.h"
#include "job-row.h"
#include "json.h"
#include "page.h"
#include "pager.h"
#include "report.h"
#include "table.h"
#include "verb.h"

#define ROWS_DEFAULT 100U
/* So many rows decide about the columns' widths and are held in memory. */
#define ROWS_PER_TABLE 5000U

/* A list that grows page by page, in the one form or the other. */
typedef struct List {
        Context *context;
        Table *table; /* NULL: JSON */
        JsonArray array;
        uint64_t n_rows, n_max;
        uint64_t before; /* of the bus: where the next page begins */
        char *after;     /* the same of a sorted list */
        bool is_more;
} List;

static void list_done(List *list) {
        table_free(list->table);
        free(list->after);
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
        if (table_new(&context->terminal, job_columns, _JOB_COLUMN_MAX, &list->table) < 0)
                return fail_memory();
        if (arguments->no_legend)
                table_hide_titles(list->table);
        return 0;
}

static int list_add_text(List *list, const Job *job) {
        _cleanup_(job_row_done) JobRow row = {};

        if (job_row_init(job, list->context->system_uid_max, &list->context->terminal, &row) < 0 ||
                        table_add_row(list->table, (const char *const *) row.texts) < 0 ||
                        table_set_colour(list->table, JOB_COLUMN_STATUS, status_colour(job->status)) < 0)
                return -ENOMEM;
        return table_length(list->table) >= ROWS_PER_TABLE ? table_flush(list->table) : 0;
}

static int list_add(Job **job, void *userdata) {
        List *list = userdata;
        _cleanup_(json_object_putp) struct json_object *object = NULL;
        int r;

        pager_open(list->context);
        list->n_rows++;
        if (list->table)
                return list_add_text(list, *job);
        if (list->context->arguments->watch)
                return follow_print_json(list->context->arguments, JOB_EVENT_LISTED, *job);
        r = json_from_row(*job, &object);
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
        if (filter_wants_all(arguments) && strcmp(scope, "shared") == 0 && !arguments->type)
                note(arguments,
                                "Showing your own jobs and those of types that are shared with you: seeing others' "
                                "needs administrator rights.");
}

static int list_read_end(List *list, sd_bus_message *reply, const char **ret_scope) {
        const char *after;
        int r;

        if (!list->context->arguments->sort_key) {
                r = page_read_end(reply, &list->before, ret_scope);
                list->is_more = r >= 0 && list->before != 0;
                return r;
        }
        r = page_read_sorted_end(reply, &after, ret_scope);
        if (r < 0)
                return r;
        list->is_more = *after;
        free(list->after);
        list->after = strdup(after);
        return list->after ? 0 : -ENOMEM;
}

/* The rows stand in the reply before the scope, which has to be told first. */
static int list_read(List *list, sd_bus_message *reply, bool is_first) {
        const char *scope;
        int r;

        r = list_read_end(list, reply, &scope);
        if (r < 0)
                return r;
        if (is_first)
                tell_scope(list, scope);
        return page_foreach_row(reply, list_add, list);
}

static int list_new_call(const List *list, sd_bus_message **ret) {
        const Context *context = list->context;
        uint64_t limit = list->n_max - list->n_rows;

        if (context->arguments->sort_key)
                return page_new_sorted_call(context->bus, context->arguments, list->after ?: "", limit, ret);
        return page_new_call(context->bus, context->arguments, list->before, limit, ret);
}

static int list_fetch_page(List *list, sd_bus_error *error, bool is_first) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        Context *context = list->context;
        int r;

        r = list_new_call(list, &call);
        if (r >= 0)
                r = bus_ask(context->bus, call, error, &reply);
        if (r >= 0 && is_first && list->table)
                r = bus_find_system_uid_max(context->bus, error, &context->system_uid_max);
        return r < 0 ? r : list_read(list, reply, is_first);
}

static int list_fetch(List *list) {
        bool is_first = true;
        int r;

        if (list->n_max == 0)
                return 0;
        do {
                _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

                r = list_fetch_page(list, &error, is_first);
                if (r < 0)
                        return fail_bus(&error, r, "Failed to list jobs");
                is_first = false;
        } while (list->is_more && list->n_rows < list->n_max && !ferror(stdout));
        return 0;
}

static int list_end(List *list) {
        const Arguments *arguments = list->context->arguments;

        if (!list->table && arguments->watch)
                return 0;
        if (!list->table) {
                json_array_end(&list->array); /* which says by itself that there is nothing */
                return 0;
        }
        if (table_flush(list->table) < 0)
                return fail_memory();
        pager_close_sync(list->context);

        if (list->n_rows == 0 && list->n_max > 0)
                note(arguments, "There are no jobs to report on.");
        else if (list->is_more && arguments->lines == LINES_DEFAULT && !arguments->no_legend)
                note(arguments, "These are the %s %u jobs. For all of them: -n all",
                                arguments->sort_key ? "first" : "newest", ROWS_DEFAULT);
        return 0;
}

static int list_print(Context *context) {
        _cleanup_(list_done) List list = {};
        int r;

        r = list_init(&list, context);
        if (r < 0)
                return r;
        r = list_fetch(&list);
        return r < 0 ? r : list_end(&list);
}

static int list_watch(Context *context) {
        _cleanup_(follow_freep) Follow *follow = NULL;
        int r;

        r = follow_new(context, &follow);
        if (r >= 0)
                r = follow_prepare_sync(follow);
        if (r >= 0)
                r = list_print(context);
        if (r >= 0)
                r = follow_run_sync(follow);
        return r == -EINTR ? EXIT_STATUS_INTERRUPTED : r;
}

int verb_list(Context *context) {
        return context->arguments->watch ? list_watch(context) : list_print(context);
}
