/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* export-query.c and export-row.c: what jobsd asks of its helper, and the rows that come of it. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "export-query.h"
#include "export-row.h"
#include "fixture.h"
#include "strv.h"

/* Tuesday, 24 November 2026, 10:30:15.5 UTC */
#define NOW_USEC (UINT64_C(1795516215) * USEC_PER_SEC + 500 * USEC_PER_MSEC)

static void unpack(const ExportQuery *query, ExportQuery *ret) {
        _cleanup_free_ void *text = NULL;
        size_t size;

        assert_int_equal(export_query_pack(query, &text, &size), 0);
        assert_int_equal(export_query_unpack(text, size, ret), 0);
}

static void test_a_query_comes_back(void **state) {
        uint64_t ids[] = { 1, INT64_MAX, 12 };
        char *shared[] = { (char *) "scan", (char *) "import", NULL };
        char *columns[] = { (char *) "startDate", (char *) "exit_status", (char *) "id", NULL };
        const ExportQuery query = {
                .format = EXPORT_JSON,
                .raw = true,
                .columns = columns,
                .filter = {
                        .uid = 1001,
                        .shared = shared,
                        .ids = ids,
                        .n_ids = ELEMENTSOF(ids),
                        .status_mask = 1U << JOB_ERROR | 1U << JOB_QUEUED,
                        .name = (char *) "back up",
                        .type = (char *) "import",
                        .user = (char *) "a=b",
                        .tasks = true,
                        .system_uid_max = 799,
                        .related = (char *) "https://example.org/?a=b&c=d",
                        .since_usec = 1,
                        .until_usec = INT64_MAX,
                },
        };
        ExportQuery back;

        unpack(&query, &back);
        assert_int_equal(back.format, EXPORT_JSON);
        assert_true(back.raw);
        assert_int_equal(strv_length(back.columns), 3);
        assert_string_equal(back.columns[1], "exit_status");
        assert_int_equal(back.filter.uid, 1001);
        assert_int_equal(strv_length(back.filter.shared), 2);
        assert_string_equal(back.filter.shared[1], "import");
        assert_int_equal(back.filter.n_ids, 3);
        assert_memory_equal(back.filter.ids, ids, sizeof(ids));
        assert_int_equal(back.filter.status_mask, query.filter.status_mask);
        assert_string_equal(back.filter.name, "back up");
        assert_string_equal(back.filter.type, "import");
        assert_string_equal(back.filter.user, "a=b");
        assert_true(back.filter.tasks);
        assert_int_equal(back.filter.system_uid_max, 799);
        assert_string_equal(back.filter.related, query.filter.related);
        assert_int_equal(back.filter.since_usec, 1);
        assert_int_equal(back.filter.until_usec, INT64_MAX);
        export_query_done(&back);
}

static void test_an_empty_query_comes_back(void **state) {
        const ExportQuery query = { .format = EXPORT_JSON, .filter.uid = UID_INVALID };
        ExportQuery back;

        unpack(&query, &back);
        assert_int_equal(back.format, EXPORT_JSON);
        assert_null(back.columns);
        assert_int_equal(back.filter.uid, UID_INVALID);
        assert_null(back.filter.shared);
        assert_int_equal(back.filter.n_ids, 0);
        assert_null(back.filter.user);
        assert_false(back.filter.tasks);
        export_query_done(&back);
}

static void test_a_damaged_query_is_refused(void **state) {
#define SAMPLE(text) \
        { text, sizeof(text) }
        static const struct {
                const char *text;
                size_t size;
        } samples[] = {
                { "", 0 },
                { "format=json", 11 }, /* cut off */
                SAMPLE("uid=1001"),    /* no format */
                SAMPLE("format=xml"),
                SAMPLE("format=csv"), /* no columns */
                SAMPLE("format=json\0uid=-1"),
                SAMPLE("format=json\0uid=4294967295"), /* would be everybody */
                SAMPLE("format=json\0system-uid-max=all"),
                SAMPLE("format=json\0user"),
                SAMPLE("format=json\0use=bob"),
                SAMPLE("format=json\0users=bob"),
                SAMPLE("format=json\0status-mask=4294967296"),
                SAMPLE("format=json\0column=environment"),
        };
#undef SAMPLE
        ExportQuery query;

        for (size_t i = 0; i < ELEMENTSOF(samples); i++)
                assert_int_equal(export_query_unpack(samples[i].text, samples[i].size, &query), -EBADMSG);
}

static char *write_all(const ExportQuery *query, const Job *job) {
        char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        assert_non_null(file);
        assert_int_equal(export_write_title(file, query), 0);
        assert_int_equal(export_write_row(file, query, job), 0);
        assert_int_equal(fclose(file), 0);
        return text;
}

static const Job ended = {
        .id = 12,
        .name = (char *) "=evil; \"name\"",
        .uid = 1001,
        .user = (char *) "alice",
        .origin = JOB_ORIGIN_WEB,
        .command = (char *[]){ (char *) "/bin/sh", (char *) "a\nb", NULL },
        .submitted_usec = NOW_USEC,
        .started_usec = NOW_USEC,
        .finished_usec = NOW_USEC + 90 * USEC_PER_SEC,
        .status = JOB_ERROR,
        .result = JOB_RESULT_EXIT_CODE,
        .exit_status = 3,
        .info = (char *) "Exited with status 3",
        .progress = -1,
        .attempt = 1,
        .retry_of = 7,
};

static void test_a_csv_file_is_for_people(void **state) {
        ExportQuery query = { .format = EXPORT_CSV };
        _cleanup_free_ char *text = NULL;

        assert_int_equal(export_query_set_default_columns(&query), 0);
        text = write_all(&query, &ended);
        export_query_done(&query);
        assert_string_equal(text,
                        "startDate,endDate,jobName,jobStatus,jobInfo,jobUser\r\n"
                        "2026-11-24T10:30:15+00:00,2026-11-24T10:31:45+00:00,\"'=evil; \"\"name\"\"\",Error,"
                        "Exited with status 3,alice\r\n");
}

static void test_dates_tell_their_distance_from_utc(void **state) {
        static const struct {
                const char *zone, *date;
        } samples[] = {
                { "UTC", "2026-11-24T10:30:15+00:00" },
                { "CET-1CEST", "2026-11-24T11:30:15+01:00" },
                { "NST3:30NDT", "2026-11-24T07:00:15-03:30" },
                { "<+0545>-5:45", "2026-11-24T16:15:15+05:45" },
                { "<+14>-14", "2026-11-25T00:30:15+14:00" },
        };
        char *columns[] = { (char *) "startDate", NULL };
        const ExportQuery query = { .format = EXPORT_JSON, .columns = columns };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                _cleanup_free_ char *text = NULL, *expected = NULL;

                assert_int_equal(setenv("TZ", samples[i].zone, 1), 0);
                tzset();
                text = write_all(&query, &ended);
                assert_true(asprintf(&expected, "{\"startDate\":\"%s\"}\n", samples[i].date) > 0);
                assert_string_equal(text, expected);
        }
        assert_int_equal(setenv("TZ", "UTC", 1), 0);
        tzset();
}

static void test_a_job_that_has_not_ended_has_no_end_date(void **state) {
        char *columns[] = { (char *) "endDate", (char *) "jobStatus", (char *) "jobInfo",
                (char *) "finished", (char *) "exit_status", NULL };
        const ExportQuery query = { .format = EXPORT_CSV, .columns = columns };
        const Job queued = { .name = (char *) "x", .user = (char *) "y", .submitted_usec = NOW_USEC };
        _cleanup_free_ char *text = write_all(&query, &queued);

        assert_string_equal(text,
                        "endDate,jobStatus,jobInfo,finished,exit_status\r\nN/A,Queued,\"\",\"\",\"\"\r\n");
}

static void test_properties_are_as_in_json(void **state) {
        char *columns[] = { (char *) "id", (char *) "retry_of", (char *) "command", (char *) "status",
                (char *) "submitted", (char *) "progress", (char *) "timeout", NULL };
        const ExportQuery csv = { .format = EXPORT_CSV, .columns = columns };
        const ExportQuery json = { .format = EXPORT_JSON, .columns = columns };
        _cleanup_free_ char *csv_text = write_all(&csv, &ended), *json_text = write_all(&json, &ended);

        assert_true(export_needs_details(&csv));
        assert_string_equal(csv_text,
                        "id,retry_of,command,status,submitted,progress,timeout\r\n"
                        "12,7,\"[\"\"/bin/sh\"\",\"\"a\\nb\"\"]\",error,1795516215500000,\"\",\"\"\r\n");
        assert_string_equal(json_text,
                        "{\"id\":12,\"retry_of\":7,\"command\":[\"/bin/sh\",\"a\\nb\"],\"status\":\"error\","
                        "\"submitted\":1795516215500000,\"progress\":null,\"timeout\":null}\n");
}

static void test_a_json_line_is_a_row_of_a_list(void **state) {
        const ExportQuery query = { .format = EXPORT_JSON };
        _cleanup_free_ char *text = write_all(&query, &ended);

        assert_false(export_needs_details(&query));
        assert_non_null(strstr(text, "\"name\":\"=evil; \\\"name\\\"\",\"type\":null,"));
        assert_null(strstr(text, "command"));
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static int use_utc(void **state) {
        int r = setenv("TZ", "UTC", 1);

        tzset();
        return r;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_query_comes_back),
                cmocka_unit_test(test_an_empty_query_comes_back),
                cmocka_unit_test(test_a_damaged_query_is_refused),
                cmocka_unit_test(test_a_csv_file_is_for_people),
                cmocka_unit_test(test_dates_tell_their_distance_from_utc),
                cmocka_unit_test(test_a_job_that_has_not_ended_has_no_end_date),
                cmocka_unit_test(test_properties_are_as_in_json),
                cmocka_unit_test(test_a_json_line_is_a_row_of_a_list),
        };

        return cmocka_run_group_tests(tests, use_utc, NULL);
}
