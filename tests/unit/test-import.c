/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* import-*.c: files that are imported, with everything that can be wrong with them. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "export-row.h"
#include "fixture.h"
#include "import-read.h"
#include "strv.h"

#define TITLE "startDate,endDate,jobName,jobStatus,jobInfo,jobUser\r\n"
#define BEGIN "2026-11-24T10:00:00+01:00"
#define END "2026-11-24T10:00:05+01:00"
#define BEGIN_USEC (UINT64_C(1795510800) * USEC_PER_SEC)
#define NOW_USEC (BEGIN_USEC + 3600 * USEC_PER_SEC)

typedef struct Result {
        ImportFile file;
        char *report;
        int error;
} Result;

static void result_done(Result *result) {
        import_file_done(&result->file);
        free(result->report);
}
#define _cleanup_result_ _cleanup_(result_done)

static int file_of(const char *text, size_t size) {
        int fd = memfd_create("test-import", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, size), size);
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        return fd;
}

static Result read_bytes(ExportFormat format, const char *text, size_t size) {
        Result result = { .file.now_usec = NOW_USEC };
        _cleanup_close_ int fd = file_of(text, size);
        size_t n;

        result.file.report = open_memstream(&result.report, &n);
        assert_non_null(result.file.report);
        result.error = import_file_read(&result.file, fd, format);
        assert_int_equal(fclose(result.file.report), 0);
        return result;
}

static Result read_text(ExportFormat format, const char *text) {
        return read_bytes(format, text, strlen(text));
}

static void assert_has(const char *text, const char *part) {
        if (!text || !strstr(text, part))
                fail_msg("\"%s\" is not in \"%s\"", part, text ?: "(null)");
}

/* The file as a whole is refused, with this in its mistake. */
static void assert_mistake(ExportFormat format, const char *text, size_t size, const char *mistake) {
        _cleanup_result_ Result result = read_bytes(format, text, size);

        assert_has(result.file.mistake, mistake);
        assert_int_equal(result.error, -EINVAL);
}

static void assert_csv_mistake(const char *text, const char *mistake) {
        assert_mistake(EXPORT_CSV, text, strlen(text), mistake);
}

static void assert_report(ExportFormat format, const char *text, const char *report) {
        _cleanup_result_ Result result = read_text(format, text);

        assert_int_equal(result.error, 0);
        assert_string_equal(result.report, report);
}

/* The row of such a job is refused for this. */
static void assert_refused(const char *begin, const char *end, const char *name, const char *status,
                const char *user, const char *why) {
        _cleanup_free_ char *text = NULL, *report = NULL;

        assert_true(asprintf(&text, TITLE "%s,%s,\"%s\",%s,,%s\n", begin, end, name, status, user) > 0);
        assert_true(asprintf(&report, "2: %s\n", why) > 0);
        assert_report(EXPORT_CSV, text, report);
}

static void test_a_row_of_a_file_for_people(void **state) {
        _cleanup_result_ Result result = read_text(EXPORT_CSV,
                        TITLE BEGIN "," END
                                    ",\"a \"\"name\"\", quoted\",Error,Exited with status 3,alice\r\n");
        const Job *job;

        assert_int_equal(result.error, 0);
        assert_string_equal(result.report, "");
        assert_int_equal(result.file.n_rows, 1);
        job = result.file.rows[0].job;
        assert_int_equal(result.file.rows[0].line, 2);
        assert_int_equal(job->submitted_usec, BEGIN_USEC);
        assert_int_equal(job->finished_usec, BEGIN_USEC + 5 * USEC_PER_SEC);
        assert_string_equal(job->name, "a \"name\", quoted");
        assert_string_equal(job->info, "Exited with status 3");
        assert_string_equal(job->user, "alice");
        assert_int_equal(job->status, JOB_ERROR);
        assert_int_equal(job->result, JOB_RESULT_NONE);
}

static void test_columns_may_come_in_any_order_and_more_of_them(void **state) {
        _cleanup_result_ Result result = read_text(EXPORT_CSV,
                        "id,jobUser,jobStatus,submitted,startDate,endDate,exit_status,jobInfo,jobName,"
                        "result,uid,command\n"
                        "12,alice,Error,1795510800000007," BEGIN "," END
                        ",3,,x,exit-code,7,\"[\"\"/bin/true\"\"]\"\n");
        const Job *job;

        assert_int_equal(result.error, 0);
        assert_string_equal(result.report, "");
        job = result.file.rows[0].job;
        assert_int_equal(job->submitted_usec, BEGIN_USEC + 7);
        assert_int_equal(job->exit_status, 3);
        assert_int_equal(job->result, JOB_RESULT_EXIT_CODE);
        assert_int_equal(job->id, 0);
        assert_int_equal(job->uid, 0);
        assert_null(job->command);
}

static void test_apostrophes_of_an_export_are_taken_away(void **state) {
        static const struct {
                const char *cell, *name;
        } samples[] = {
                { "'=1", "=1" },
                { "''=1", "'=1" },
                { "'@x", "@x" },
                { "'x", "'x" },
                { "'", "'" },
                { "=1", "=1" },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                _cleanup_free_ char *text = NULL;
                _cleanup_result_ Result result = {};

                assert_true(asprintf(&text, TITLE BEGIN "," END ",%s,Completed,,alice\n", samples[i].cell) >
                                0);
                result = read_text(EXPORT_CSV, text);
                assert_int_equal(result.file.n_rows, 1);
                assert_string_equal(result.file.rows[0].job->name, samples[i].name);
        }
}

static void test_dates(void **state) {
        static const struct {
                const char *date;
                uint64_t seconds;
        } samples[] = {
                { "1970-01-01T00:00:01+00:00", 1 },
                { "2026-11-24T09:00:00+00:00", 1795510800 },
                { "2026-11-24T23:00:00+14:00", 1795510800 },
                { "2026-11-24T05:30:00-03:30", 1795510800 },
                { "2024-02-29T00:00:00-00:00", 1709164800 },
        };
        static const char *const wrong[] = {
                "2026-11-24",
                "2026-11-24T10:00:00",
                "2026-11-24 10:00:00+01:00",
                "2026-11-24T10:00:00+0100",
                "2026-02-29T10:00:00+01:00",
                "2026-13-01T10:00:00+01:00",
                "2026-11-24T25:00:00+01:00",
                "2026-11-24T10:00:00+01:60",
                "2026-11-24T10:00:00+01:00x",
                "2026-11- 4T10:00:00+01:00",
                "yesterday",
                "1969-12-31T23:59:59+00:00",
                "+026-11-24T10:00:00+01:00",
                "1795510800",
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                _cleanup_free_ char *text = NULL;
                _cleanup_result_ Result result = {};

                assert_true(asprintf(&text, TITLE "%s," END ",x,Completed,,alice\n", samples[i].date) > 0);
                result = read_text(EXPORT_CSV, text);
                assert_string_equal(result.report, "");
                assert_int_equal(result.file.rows[0].job->submitted_usec, samples[i].seconds * USEC_PER_SEC);
        }
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                _cleanup_free_ char *why = NULL;

                assert_true(asprintf(&why,
                                            "startDate is \"%s\", not a date from 1970 on as "
                                            "2026-11-24T10:00:00+01:00",
                                            wrong[i]) > 0);
                assert_refused(wrong[i], END, "x", "Completed", "alice", why);
        }
}

static void test_rows_that_are_no_records_of_the_past(void **state) {
        char long_name[258];

        memset(long_name, 'x', 256);
        long_name[256] = '\0';
        assert_refused(BEGIN, "N/A", "x", "Running", "alice", "endDate is N/A: the job has not ended");
        assert_refused(BEGIN, END, "x", "Queued", "alice", "jobStatus is Queued: the job has not ended");
        assert_refused(BEGIN, END, "x", "Running", "alice", "jobStatus is Running: the job has not ended");
        assert_refused(BEGIN, END, "x", "completed", "alice",
                        "jobStatus is \"completed\", not Completed, Error or Cancelled");
        assert_refused(BEGIN, END, "", "Completed", "alice", "it has no name");
        assert_refused(BEGIN, END, "x", "Completed", "", "it has no user");
        assert_refused(BEGIN, END, "x", "", "alice", "it has no status");
        assert_refused("", END, "x", "Completed", "alice", "it has no start date");
        assert_refused(BEGIN, "", "x", "Completed", "alice", "it has no end date");
        assert_refused(END, BEGIN, "x", "Completed", "alice", "it ended before it started");
        assert_refused(BEGIN, "9999-01-01T00:00:00+00:00", "x", "Completed", "alice",
                        "its end lies in the future");
        assert_refused(BEGIN, END, "a\tb", "Completed", "alice", "jobName has a control character");
        assert_refused(BEGIN, END, "a\nb", "Completed", "alice", "jobName has a control character");
        assert_refused(BEGIN, END, "x", "Completed", "a\x7f", "jobUser has a control character");
        assert_refused(BEGIN, END, long_name, "Completed", "alice", "jobName has 256 bytes, more than 255");
        long_name[255] = '\0';
        assert_refused(BEGIN, END, long_name, "Completed", "", "it has no user"); /* the name is good */
}

static void test_a_clock_may_be_a_little_fast(void **state) {
        assert_report(EXPORT_CSV, TITLE BEGIN ",2026-11-25T09:00:00+01:00,x,Completed,,alice\n", "");
}

static void test_cells_of_properties(void **state) {
        static const struct {
                const char *column, *text, *why;
        } samples[] = {
                { "exit_status", "256", "exit_status is \"256\", not a number up to 255" },
                { "exit_status", "-1", "exit_status is \"-1\", not a number up to 255" },
                { "attempt", "x", "attempt is \"x\", not a number up to 2147483647" },
                { "cpu_usage_nsec", "1e9",
                                "cpu_usage_nsec is \"1e9\", not a number up to 9223372036854775807" },
                { "memory_peak", "9223372036854775808",
                                "memory_peak is \"9223372036854775808\", not a number up to "
                                "9223372036854775807" },
                { "progress", "1.5", "progress is \"1.5\", not a number from 0 to 1" },
                { "progress", "nan", "progress is \"nan\", not a number from 0 to 1" },
                { "origin", "moon", "origin is \"moon\", which no job has" },
                { "result", "bad", "result is \"bad\", which no job has" },
                { "result", "exit-code", "its result is exit-code, its status completed" },
                { "status", "running", "status is running: the job has not ended" },
                { "started", "1", "started is not between its start and its end" },
                { "submitted", "-5", "submitted is \"-5\", not a number up to 9223372036854775807" },
        };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                _cleanup_free_ char *text = NULL, *report = NULL;

                assert_true(asprintf(&text,
                                            "%s,startDate,endDate,jobName,jobStatus,jobInfo,jobUser\n"
                                            "%s," BEGIN "," END ",x,Completed,,alice\n",
                                            samples[i].column, samples[i].text) > 0);
                assert_true(asprintf(&report, "2: %s\n", samples[i].why) > 0);
                assert_report(EXPORT_CSV, text, report);
        }
}

#define GOOD BEGIN "," END ",x,Completed,,alice"

static void test_lines_are_those_where_rows_begin(void **state) {
        assert_report(EXPORT_CSV,
                        TITLE GOOD "\n"                                     /* 2 */
                                   "\r\n"                                   /* 3 */
                                   "bad\r\n"                                /* 4 */
                        BEGIN "," END ",\"a\r\nb\nc\",Completed,,alice\r\n" /* 5 to 7 */
                                   "bad\n"                                  /* 8 */
                        GOOD ",more\r"                                      /* 9 */
                                   "  \t\n"                                 /* 10 */
                                   "bad",                                   /* 11 */
                        "4: it has 1 cell, and the title 6\n"
                        "5: jobName has a control character\n"
                        "8: it has 1 cell, and the title 6\n"
                        "9: it has 7 cells, and the title 6\n"
                        "11: it has 1 cell, and the title 6\n");
}

static void test_a_byte_order_mark_is_passed_over(void **state) {
        _cleanup_result_ Result result = read_text(EXPORT_CSV, "\xef\xbb\xbf" TITLE GOOD "\n");

        assert_int_equal(result.error, 0);
        assert_int_equal(result.file.n_rows, 1);
}

static void test_a_title_that_is_none(void **state) {
        assert_csv_mistake("", "Line 1: there is no title with the names of the columns.");
        assert_csv_mistake("\r\n\r\n", "Line 1: there is no title");
        assert_csv_mistake("hello\n", "Line 1: the title names the column \"hello\", which no export has.");
        assert_csv_mistake("startDate;endDate\n", "column \"startDate;endDate\"");
        assert_csv_mistake("\nstartDate,endDate,jobName,jobStatus,jobUser\n",
                        "Line 2: the title lacks the column jobInfo.");
        assert_csv_mistake("startDate,startDate\n", "Line 1: the title names the column startDate twice.");
        assert_csv_mistake(GOOD "\n", "which no export has");
        assert_csv_mistake("\"a\x1b[31m\nb\"\n", "column \"a?[31m?b\"");
}

static void test_quotation_marks_that_are_wrong(void **state) {
        assert_csv_mistake(TITLE GOOD "\n" BEGIN "," END ",a\"b,Completed,,alice\n",
                        "Line 3: a quotation mark is in the middle of a cell");
        assert_csv_mistake(TITLE BEGIN "," END ",\"a\"b,Completed,,alice\n", "Line 2: a quotation mark");
        assert_csv_mistake(TITLE GOOD "\n" BEGIN "," END ",\"a,Completed\n\n\n",
                        "Line 3: a quotation mark is opened, and never closed.");
}

static void test_bytes_that_are_no_text(void **state) {
#define SAMPLE(text) text, sizeof(text) - 1
        assert_mistake(EXPORT_CSV, SAMPLE(TITLE GOOD "\n" BEGIN "," END ",a\0b,Completed,,alice\n"),
                        "Line 3: a NUL byte is no text.");
        assert_mistake(EXPORT_JSON, SAMPLE("{}\n{\0}\n"), "Line 2: a NUL byte is no text.");
        assert_mistake(EXPORT_CSV, SAMPLE(TITLE BEGIN "," END ",gr\xfc\xdf,Completed,,alice\n"),
                        "Line 2: a cell is not UTF-8 text.");
        assert_mistake(EXPORT_CSV, SAMPLE(TITLE BEGIN "," END ",\xff\xfe,Completed,,alice\n"), "not UTF-8");
        assert_mistake(EXPORT_JSON, SAMPLE("\n{\"name\":\"gr\xfc\xdf\"}\n"),
                        "Line 2: it is not UTF-8 text.");
#undef SAMPLE
}

/* n times a text, behind a beginning. */
static char *repeat(const char *beginning, const char *text, size_t n) {
        size_t size_beginning = strlen(beginning), size = strlen(text);
        char *all = malloc(size_beginning + n * size + 1);

        assert_non_null(all);
        memcpy(all, beginning, size_beginning);
        for (size_t i = 0; i < n; i++)
                memcpy(all + size_beginning + i * size, text, size);
        all[size_beginning + n * size] = '\0';
        return all;
}

static void test_what_is_too_much(void **state) {
        _cleanup_free_ char *columns = repeat("id", ",id", 100000),
                            *unclosed = repeat(TITLE "\"", "x\n", 100000);
        _cleanup_free_ char *line = repeat(TITLE, "x", 1000000), *json = repeat("", " ", 1024 * 1024 + 1);
        _cleanup_free_ char *rows = repeat(TITLE, "x\n", IMPORT_ROWS_MAX + 1);

        assert_csv_mistake(columns, "Line 1: a file has at most 64 columns.");
        assert_csv_mistake(unclosed,
                        "Line 2: a cell has more than 65536 bytes. Is a quotation mark not closed?");
        assert_csv_mistake(line, "Line 2: a cell has more than 65536 bytes.");
        assert_mistake(EXPORT_JSON, json, strlen(json), "Line 1: a line has more than 1 MiB.");
        assert_csv_mistake(rows, "Line 1000002: a file has at most 1000000 rows.");
}

static void test_the_longest_cell(void **state) {
        _cleanup_free_ char *cell = repeat("id," TITLE, "x", IMPORT_CELL_BYTES_MAX), *text = NULL;
        _cleanup_result_ Result result = {};

        assert_true(asprintf(&text, "%s," GOOD "\n", cell) > 0);
        result = read_text(EXPORT_CSV, text);
        assert_int_equal(result.error, 0);
        assert_int_equal(result.file.n_rows, 1);
}

#define JSON_GOOD                                                                                          \
        "{\"name\":\"x\",\"user\":\"alice\",\"submitted\":1795510800000001,\"finished\":1795510805000002," \
        "\"status\":\"completed\",\"info\":null,\"id\":7,\"command\":[\"/bin/true\"],\"progress\":0.5}"

static void test_json_lines(void **state) {
        _cleanup_result_ Result result = read_text(EXPORT_JSON, JSON_GOOD "\r\n\n  " JSON_GOOD);
        const Job *job;

        assert_int_equal(result.error, 0);
        assert_string_equal(result.report, "");
        assert_int_equal(result.file.n_rows, 2);
        job = result.file.rows[1].job;
        assert_int_equal(result.file.rows[1].line, 3);
        assert_string_equal(job->name, "x");
        assert_int_equal(job->submitted_usec, BEGIN_USEC + 1);
        assert_int_equal(job->finished_usec, BEGIN_USEC + 5 * USEC_PER_SEC + 2);
        assert_true(job->progress == 0.5);
        assert_int_equal(job->result, JOB_RESULT_SUCCESS);
        assert_null(job->info);
}

static void test_json_lines_that_are_wrong(void **state) {
        _cleanup_result_ Result result = read_text(EXPORT_JSON,
                        "[1]\n12\nnull\n\"x\"\n{\"name\":\nnonsense\n{}\n" JSON_GOOD "\n" JSON_GOOD " x\n"
                        "{\"name\":\"a\\u0000b\"}\n{\"name\":\"\\ufffe\"}\n{\"name\":[1]}\n{\"submitted\":"
                        "true}\n"
                        "{\"name\":\"a\\nb\"}\n{\"name\":\"'=1\"}\n");

        assert_int_equal(result.error, 0);
        assert_int_equal(result.file.n_rows, 1);
        assert_int_equal(result.file.n_refused, 14);
        assert_has(result.report,
                        "1: it is no JSON object\n2: it is no JSON object\n3: it is no JSON object\n"
                        "4: it is no JSON object\n5: it is no JSON: ");
        assert_has(result.report, "\n6: it is no JSON: ");
        assert_has(result.report, "\n7: it has no name\n9: it is no JSON: something follows its end\n10: ");
        assert_has(result.report,
                        "\n10: name is no text\n11: name is no text\n12: it has no user\n"
                        "13: submitted is \"true\", not a number up to 9223372036854775807\n"
                        "14: name has a control character\n15: it has no user\n");
}

static void test_an_unknown_key_in_json(void **state) {
        static const char text[] = JSON_GOOD "\n{\"nmae\":\"x\"}\n";

        assert_mistake(EXPORT_JSON, text, strlen(text),
                        "Line 2: the object has the key \"nmae\", which no export has.");
}

static void test_an_empty_json_file_has_no_rows(void **state) {
        _cleanup_result_ Result result = read_text(EXPORT_JSON, "");

        assert_int_equal(result.error, 0);
        assert_int_equal(result.file.n_read, 0);
}

/* All that an export may have is known here, and comes back. */
static void test_an_export_comes_back(void **state) {
        static const char *const names[] = { "=1+1", "'=1", "a,b;c\"d\"", " spaces ", "ü 漢字", "N/A", "'" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                for (ExportFormat format = 0; format < _EXPORT_FORMAT_MAX; format++) {
                        ExportQuery query = { .format = format };
                        const Job job = { .name = (char *) names[i],
                                .user = (char *) "alice",
                                .status = JOB_CANCELLED,
                                .result = JOB_RESULT_CANCELLED,
                                .submitted_usec = BEGIN_USEC,
                                .progress = -1,
                                .finished_usec = BEGIN_USEC + USEC_PER_SEC,
                                .info = (char *) names[i],
                                .attempt = 1,
                                .umask = JOB_UMASK_DEFAULT };
                        _cleanup_free_ char *text = NULL;
                        _cleanup_result_ Result result = {};
                        size_t size;
                        FILE *file = open_memstream(&text, &size);

                        assert_non_null(file);
                        assert_int_equal(export_query_set_default_columns(&query), 0);
                        assert_int_equal(export_write_title(file, &query), 0);
                        assert_int_equal(export_write_row(file, &query, &job), 0);
                        assert_int_equal(fclose(file), 0);
                        export_query_done(&query);
                        result = read_text(format, text);
                        assert_string_equal(result.report, "");
                        assert_int_equal(result.file.n_rows, 1);
                        assert_jobs_equal(result.file.rows[0].job, &job);
                }
}

static void test_every_column_of_an_export_is_known(void **state) {
        const ImportColumn *column;
        const Property *property;

        for (size_t i = 0; (property = property_at(i)); i++)
                assert_int_equal(import_column_find(property->json_key, &column), 0);
        assert_int_equal(import_column_find("environment", &column), -ENOENT);
}

static void test_rows_that_tell_of_the_same_job(void **state) {
        const Job a = { .name = (char *) "x",
                .user = (char *) "alice",
                .status = JOB_ERROR,
                .submitted_usec = BEGIN_USEC + 7,
                .finished_usec = BEGIN_USEC + USEC_PER_SEC + 999999 };
        Job b = a;

        b.submitted_usec = BEGIN_USEC;
        b.finished_usec = BEGIN_USEC + USEC_PER_SEC;
        b.info = (char *) "another";
        assert_int_equal(import_row_compare(&a, &b), 0);
        b.status = JOB_COMPLETED;
        assert_true(import_row_compare(&a, &b) > 0 && import_row_compare(&b, &a) < 0);
        b = a;
        b.submitted_usec += USEC_PER_SEC;
        assert_true(import_row_compare(&a, &b) < 0);
        b = a;
        b.finished_usec += USEC_PER_SEC;
        assert_true(import_row_compare(&a, &b) < 0);
        b = a;
        b.name = (char *) "y";
        assert_true(import_row_compare(&a, &b) < 0);
        b = a;
        b.user = (char *) "bob";
        assert_true(import_row_compare(&a, &b) < 0);
}

static char **pack(const Job *job) {
        _cleanup_free_ char *text = NULL;
        char **texts = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        assert_non_null(file);
        assert_int_equal(import_row_pack(file, job), 0);
        assert_int_equal(fclose(file), 0);
        assert_true(size < IMPORT_PACKED_BYTES_MAX);
        assert_int_equal(strv_unpack(text, size, &texts), 0);
        return texts;
}

static void test_a_packed_row_comes_back(void **state) {
        char info[IMPORT_INFO_BYTES_MAX + 1] = {}, related[2049] = {};
        const Job job = { .name = (char *) "a=b",
                .type = (char *) "import",
                .uid = 1001,
                .user = (char *) "alice",
                .origin = JOB_ORIGIN_GEARMAN,
                .related = related,
                .submitted_usec = BEGIN_USEC + 1,
                .started_usec = BEGIN_USEC + 2,
                .finished_usec = BEGIN_USEC + 3,
                .status = JOB_ERROR,
                .result = JOB_RESULT_SIGNAL,
                .exit_status = 9,
                .info = info,
                .progress = 1.0 / 3,
                .attempt = 4,
                .umask = JOB_UMASK_DEFAULT,
                .cpu_usage_nsec = 5,
                .memory_peak = INT64_MAX };
        _cleanup_strv_free_ char **texts = NULL;
        _cleanup_(job_freep) Job *back = NULL;

        memset(info, 'i', sizeof(info) - 1);
        memset(related, 'r', sizeof(related) - 1);
        texts = pack(&job);
        assert_int_equal(import_row_unpack(texts, &back), 0);
        assert_jobs_equal(back, &job);
}

static void test_a_damaged_row_is_refused(void **state) {
        static const char *const samples[] = { "nonsense", "id=1", "uid=-1", "exit_status=x",
                "status=running", "command=x" };
        const Job job = { .name = (char *) "x",
                .user = (char *) "alice",
                .submitted_usec = 1,
                .finished_usec = 1,
                .status = JOB_COMPLETED,
                .progress = -1 };

        for (size_t i = 0; i < ELEMENTSOF(samples); i++) {
                _cleanup_strv_free_ char **texts = pack(&job);
                Job *back = NULL;

                assert_int_equal(strv_extend(&texts, samples[i]), 0);
                assert_int_equal(import_row_unpack(texts, &back), -EBADMSG);
                assert_null(back);
        }
}

static int use_utc(void **state) {
        int r = setenv("TZ", "UTC", 1);

        tzset();
        return r;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_row_of_a_file_for_people),
                cmocka_unit_test(test_columns_may_come_in_any_order_and_more_of_them),
                cmocka_unit_test(test_apostrophes_of_an_export_are_taken_away),
                cmocka_unit_test(test_dates),
                cmocka_unit_test(test_rows_that_are_no_records_of_the_past),
                cmocka_unit_test(test_a_clock_may_be_a_little_fast),
                cmocka_unit_test(test_cells_of_properties),
                cmocka_unit_test(test_lines_are_those_where_rows_begin),
                cmocka_unit_test(test_a_byte_order_mark_is_passed_over),
                cmocka_unit_test(test_a_title_that_is_none),
                cmocka_unit_test(test_quotation_marks_that_are_wrong),
                cmocka_unit_test(test_bytes_that_are_no_text),
                cmocka_unit_test(test_what_is_too_much),
                cmocka_unit_test(test_the_longest_cell),
                cmocka_unit_test(test_json_lines),
                cmocka_unit_test(test_json_lines_that_are_wrong),
                cmocka_unit_test(test_an_unknown_key_in_json),
                cmocka_unit_test(test_an_empty_json_file_has_no_rows),
                cmocka_unit_test(test_an_export_comes_back),
                cmocka_unit_test(test_every_column_of_an_export_is_known),
                cmocka_unit_test(test_rows_that_tell_of_the_same_job),
                cmocka_unit_test(test_a_packed_row_comes_back),
                cmocka_unit_test(test_a_damaged_row_is_refused),
        };

        return cmocka_run_group_tests(tests, use_utc, NULL);
}
