/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A row of a database that somebody has been at: each column holds a value of any type. It is refused as
 * damaged, or it is a job that can be shown everywhere: on the bus, in JSON and in CSV. And a job of any
 * texts that is inserted is the same when it is read. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <json.h>
#include <sqlite3.h>

#include "damaged-store.h"
#include "export-row.h"
#include "fuzz.h"
#include "job-fields.h"
#include "message.h"
#include "parse.h"
#include "strv.h"

#define ID 7U

static void check_result(int r) {
        CHECK(r == 0 || r == -ENOENT || r == -EBADMSG);
}

/* ---- a job can be shown ---- */

static void check_on_bus(const Job *job) {
        sd_bus_message *m = message_new();

        CHECK(job_fields_append(m, job, JOB_FIELDS_ALL) >= 0);
        message_seal(m);
        CHECK(sd_bus_message_skip(m, "a{sv}") >= 0); /* reads every text of it */
        sd_bus_message_unref(m);
}

static char *export(const ExportQuery *query, const Job *job) {
        char *text;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        CHECK(file && export_write_row(file, query, job) >= 0 && fclose(file) == 0);
        return text;
}

static void check_in_json(const Job *job) {
        const ExportQuery query = { .format = EXPORT_JSON };
        _cleanup_free_ char *text = export(&query, job);
        struct json_tokener *tokener = json_tokener_new();
        struct json_object *object;

        /* not strict, see import-json.c */
        json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
        object = json_tokener_parse_ex(tokener, text, (int) strlen(text) + 1);
        CHECK(json_object_is_type(object, json_type_object));
        CHECK(json_tokener_get_parse_end(tokener) + 1 >= strlen(text)); /* but for a line break */
        json_object_put(object);
        json_tokener_free(tokener);
}

static void check_in_csv(const Job *job) {
        char *columns[] = { (char *) "startDate", (char *) "endDate", (char *) "jobName",
                (char *) "jobStatus", (char *) "jobInfo", (char *) "jobUser", (char *) "progress",
                (char *) "command", NULL };
        const ExportQuery query = { .format = EXPORT_CSV, .columns = columns };
        _cleanup_free_ char *text = export(&query, job);

        CHECK(utf8_is_valid(text) && strchr(text, '\n'));
}

static void check_job(const Job *job) {
        CHECK(job->id == ID && job->name && job->user);
        CHECK((int) job->status >= 0 && job->status < _JOB_STATUS_MAX);
        CHECK((int) job->result >= 0 && job->result < _JOB_RESULT_MAX);
        CHECK((int) job->origin >= 0 && job->origin < _JOB_ORIGIN_MAX);
        CHECK(job->progress <= 1); /* and a number */
        check_on_bus(job);
        check_in_json(job);
        check_in_csv(job);
}

/* ---- the ways to a row ---- */

static int on_job(const Job *job, void *userdata) {
        unsigned *n = userdata;

        check_job(job);
        ++*n;
        return 0;
}

static int on_count(uid_t uid, const char *type, uint64_t count, uint64_t bytes, void *userdata) {
        CHECK(count == 1 && (!type || utf8_is_valid(type)));
        return 0;
}

static void check_pages(Store *store, Input *input) {
        uint64_t next, id = ID;
        StoreFilter filter = { .uid = UID_INVALID };
        unsigned n = 0;

        filter.status_mask = input_byte(input) % (1U << _JOB_STATUS_MAX);
        filter.system_users = input_byte(input) & 1;
        filter.uid = input_byte(input) & 1 ? 1001 : UID_INVALID;
        check_result(store_foreach_page(store, &filter, 0, 10, on_job, &n, &next));
        filter.ids = &id;
        filter.n_ids = 1;
        check_result(store_foreach_page(store, &filter, 0, 10, on_job, &n, &next));
}

static void check_get(Store *store) {
        _cleanup_(job_freep) Job *job = NULL;
        int r = store_get(store, ID, &job);

        check_result(r);
        CHECK(r != -ENOENT);
        if (r >= 0)
                check_job(job);
}

static void check_scheduling(Store *store) {
        _cleanup_(job_freep) Job *job = NULL;
        unsigned n = 0;
        uint64_t v;

        check_result(store_foreach_running(store, on_job, &n));
        check_result(store_foreach_oldest(store, INT64_MAX, 10, on_job, &n));
        check_result(store_foreach_queue(store, INT64_MAX, on_count, NULL));
        check_result(store_foreach_due(store, 0, INT64_MAX, on_count, NULL));
        check_result(store_get_next_queued(store, 1001, NULL, 0, INT64_MAX, &job));
        CHECK(store_count_ended(store, &v) == 0 && v <= 1);
        CHECK(store_get_next_due(store, 0, &v) == 0 && v <= INT64_MAX);
        if (job)
                check_job(job);
}

/* ---- a job that is inserted ---- */

static void check_insert(Store *store, Input *input) {
        _cleanup_strv_free_ char **command = input_texts(input, 4);
        _cleanup_free_ char *name = input_text(input), *related = input_text(input);
        Job job = {
                .name = name, .user = name, .related = related, .command = command, .environment = command
        };
        _cleanup_(job_freep) Job *again = NULL;

        if (!texts_are_utf8(command) || !utf8_is_valid(name) || !utf8_is_valid(related))
                return;
        job.timeout_usec = input_number(input) >> 1; /* at most INT64_MAX, as all numbers of the store */
        CHECK(store_begin(store) >= 0);
        CHECK(store_insert(store, &job) >= 0 && store_get(store, job.id, &again) >= 0);
        store_rollback(store);
        CHECK(texts_equal(again->name, name) && texts_equal(again->related, related));
        CHECK(arrays_equal(again->command, command) && arrays_equal(again->environment, command));
        CHECK(again->timeout_usec == job.timeout_usec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        Store *store = damaged_store_put(ID, &input);

        check_get(store);
        check_scheduling(store);
        check_pages(store, &input);
        check_insert(store, &input);
        return 0;
}
