/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "export-query.h"
#include "import-row.h"
#include "parse.h"
#include "protocol.h"

/* Clocks of machines differ, but not by so much. */
#define FUTURE_USEC_MAX (24 * 60 * 60 * USEC_PER_SEC)

_printf_(2, 3) static int refuse(char **ret_why, const char *format, ...) {
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(ret_why, format, ap);
        va_end(ap);
        return n < 0 ? -ENOMEM : -EINVAL;
}

static void *field_of(const ImportColumn *column, Job *job) {
        return (char *) job + column->offset;
}

/* ---- cells ---- */

static int set_line(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        char **field = field_of(column, job);

        if (strlen(text) > column->max)
                return refuse(ret_why, "%s has %zu bytes, more than %" PRIu64, column->name, strlen(text),
                                column->max);
        if (!text_is_one_line(text))
                return refuse(ret_why, "%s has a control character", column->name);
        free(*field);
        *field = strdup(text);
        return *field ? 0 : -ENOMEM;
}

/* pattern: 0 stands for a digit, all else for itself. */
static bool has_pattern(const char *text, const char *pattern) {
        for (; *pattern; text++, pattern++)
                if (*pattern == '0' ? !(*text >= '0' && *text <= '9') : *text != *pattern)
                        return false;
        return *text == '\0';
}

/* "2026-11-24T10:00:00+01:00", as export-row.c writes it. */
static int parse_date(const char *text, uint64_t *ret_usec) {
        struct tm tm = {}, zone = {}, given;
        const char *end, *rest;
        time_t seconds;

        if (!has_pattern(text, "0000-00-00T00:00:00+00:00") &&
                        !has_pattern(text, "0000-00-00T00:00:00-00:00"))
                return -EINVAL;
        end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
        rest = end ? strptime(end + 1, "%H:%M", &zone) : NULL;
        if (!rest || *rest)
                return -EINVAL;
        given = tm;
        seconds = timegm(&tm);
        if (tm.tm_mday != given.tm_mday) /* the 31st of a month that has none */
                return -EINVAL;
        seconds -= (*end == '-' ? -1 : 1) * (zone.tm_hour * 60 + zone.tm_min) * 60;
        if (seconds <= 0)
                return -ERANGE;
        *ret_usec = (uint64_t) seconds * USEC_PER_SEC;
        return 0;
}

/* A date has seconds only: it does not replace what is known exactly. */
static int set_date(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        uint64_t *field = field_of(column, job), usec;

        if (strcmp(text, "N/A") == 0)
                return refuse(ret_why, "%s is N/A: the job has not ended", column->name);
        if (parse_date(text, &usec) < 0)
                return refuse(ret_why,
                                "%s is \"" QUOTE "\", not a date from 1970 on as 2026-11-24T10:00:00+01:00",
                                column->name, QUOTED(text));
        if (*field == 0)
                *field = usec;
        return 0;
}

static int set_number(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        uint64_t value;

        if (parse_uint64(text, &value) < 0 || value > column->max)
                return refuse(ret_why, "%s is \"" QUOTE "\", not a number up to %" PRIu64, column->name,
                                QUOTED(text), column->max);
        *(uint64_t *) field_of(column, job) = value;
        return 0;
}

/* What is an int or an unsigned, whose size is the same. */
static int set_integer(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        int value;

        if (parse_int(text, 0, (int) column->max, &value) < 0)
                return refuse(ret_why, "%s is \"" QUOTE "\", not a number up to %" PRIu64, column->name,
                                QUOTED(text), column->max);
        memcpy(field_of(column, job), &value, sizeof(value));
        return 0;
}

static int set_progress(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        char *end;
        double value = strtod(text, &end);

        if (*end || !isfinite(value) || value < 0 || value > 1)
                return refuse(ret_why, "%s is \"" QUOTE "\", not a number from 0 to 1", column->name,
                                QUOTED(text));
        job->progress = value;
        return 0;
}

static JobStatus status_from_label(const char *label) {
        for (JobStatus status = 0; status < _JOB_STATUS_MAX; status++)
                if (strcmp(job_status_to_label(status), label) == 0)
                        return status;
        return _JOB_STATUS_INVALID;
}

static int set_status(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        bool is_label = strcmp(column->name, "jobStatus") == 0;
        JobStatus status = is_label ? status_from_label(text) : job_status_from_string(text);

        if (status < 0)
                return refuse(ret_why, "%s is \"" QUOTE "\", not %s", column->name, QUOTED(text),
                                is_label ? "Completed, Error or Cancelled"
                                         : "completed, error or cancelled");
        if (job_status_is_active(status))
                return refuse(ret_why, "%s is %s: the job has not ended", column->name, text);
        job->status = status;
        return 0;
}

static int set_result(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        JobResult result = job_result_from_string(text);

        if (result < 0)
                return refuse(ret_why, "%s is \"" QUOTE "\", which no job has", column->name, QUOTED(text));
        job->result = result;
        return 0;
}

static int set_origin(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        JobOrigin origin = job_origin_from_string(text);

        if (origin < 0)
                return refuse(ret_why, "%s is \"" QUOTE "\", which no job has", column->name, QUOTED(text));
        job->origin = origin;
        return 0;
}

#define FIELD(name) offsetof(Job, name)

/* Those for people, and the properties that are packed. */
static const ImportColumn columns[] = {
        { "startDate", set_date, FIELD(submitted_usec), 0 },
        { "endDate", set_date, FIELD(finished_usec), 0 },
        { "jobName", set_line, FIELD(name), JOBSD_NAME_BYTES_MAX },
        { "jobStatus", set_status, FIELD(status), 0 },
        { "jobInfo", set_line, FIELD(info), IMPORT_INFO_BYTES_MAX },
        { "jobUser", set_line, FIELD(user), USER_NAME_BYTES - 1 },
        { "name", set_line, FIELD(name), JOBSD_NAME_BYTES_MAX },
        { "type", set_line, FIELD(type), JOBSD_NAME_BYTES_MAX },
        { "user", set_line, FIELD(user), USER_NAME_BYTES - 1 },
        { "origin", set_origin, FIELD(origin), 0 },
        { "submitted", set_number, FIELD(submitted_usec), INT64_MAX },
        { "started", set_number, FIELD(started_usec), INT64_MAX },
        { "finished", set_number, FIELD(finished_usec), INT64_MAX },
        { "status", set_status, FIELD(status), 0 },
        { "result", set_result, FIELD(result), 0 },
        { "exit_status", set_integer, FIELD(exit_status), 255 },
        { "info", set_line, FIELD(info), IMPORT_INFO_BYTES_MAX },
        { "progress", set_progress, FIELD(progress), 0 },
        { "related", set_line, FIELD(related), JOBSD_RELATED_BYTES_MAX },
        { "attempt", set_integer, FIELD(attempt), INT32_MAX },
        { "cpu_usage_nsec", set_number, FIELD(cpu_usage_nsec), INT64_MAX },
        { "memory_peak", set_number, FIELD(memory_peak), INT64_MAX },
};

static const ImportColumn *find_column(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(columns); i++)
                if (strcmp(columns[i].name, name) == 0)
                        return &columns[i];
        return NULL;
}

int import_column_find(const char *name, const ImportColumn **ret) {
        ExportColumn exported;

        *ret = find_column(name);
        return *ret ? 0 : export_column_find(name, &exported);
}

int import_column_set(const ImportColumn *column, Job *job, const char *text, char **ret_why) {
        return *text ? column->set(column, job, text, ret_why) : 0;
}

/* ---- rows ---- */

static const char *missing_of(const Job *job) {
        return !job->name                                   ? "name"
                        : !job->user                        ? "user"
                        : job->submitted_usec == 0          ? "start date"
                        : job->finished_usec == 0           ? "end date"
                        : job_status_is_active(job->status) ? "status"
                                                            : NULL;
}

static int check_times(const Job *job, uint64_t now_usec, char **ret_why) {
        uint64_t begin = job->submitted_usec / USEC_PER_SEC, end = job->finished_usec / USEC_PER_SEC;
        uint64_t started = job->started_usec / USEC_PER_SEC;

        if (end < begin)
                return refuse(ret_why, "it ended before it started");
        if (job->finished_usec > now_usec && job->finished_usec - now_usec > FUTURE_USEC_MAX)
                return refuse(ret_why, "its end lies in the future");
        if (job->started_usec > 0 && (started < begin || started > end))
                return refuse(ret_why, "started is not between its start and its end");
        return 0;
}

/* Of a job that failed nobody knows how, if the file does not tell. */
static int check_result(Job *job, char **ret_why) {
        if (job->result == JOB_RESULT_NONE && job->status != JOB_ERROR)
                job->result = job->status == JOB_COMPLETED ? JOB_RESULT_SUCCESS : JOB_RESULT_CANCELLED;
        if (job->result != JOB_RESULT_NONE && job_result_to_status(job->result) != job->status)
                return refuse(ret_why, "its result is %s, its status %s", job_result_to_string(job->result),
                                job_status_to_string(job->status));
        return 0;
}

int import_row_check(Job *job, uint64_t now_usec, char **ret_why) {
        const char *missing = missing_of(job);
        int r;

        if (missing)
                return refuse(ret_why, "it has no %s", missing);
        r = check_times(job, now_usec, ret_why);
        return r < 0 ? r : check_result(job, ret_why);
}

static int compare_numbers(uint64_t a, uint64_t b) {
        return a < b ? -1 : a > b;
}

int import_row_compare(const Job *a, const Job *b) {
        int c;

        c = compare_numbers(a->submitted_usec / USEC_PER_SEC, b->submitted_usec / USEC_PER_SEC);
        if (c == 0)
                c = compare_numbers(a->finished_usec / USEC_PER_SEC, b->finished_usec / USEC_PER_SEC);
        if (c == 0)
                c = strcmp(a->name, b->name);
        if (c == 0)
                c = strcmp(a->user, b->user);
        return c != 0 ? c : compare_numbers(a->status, b->status);
}

/* ---- to jobsd ---- */

static int pack_property(FILE *file, const Property *property, const Job *job) {
        char id[SD_ID128_STRING_MAX];
        int n;

        if (property_is_unknown(property, job))
                return 0;
        switch (property->kind) {
        case PROPERTY_UNSIGNED:
                n = fprintf(file, "%s=%u", property->json_key, property_get_unsigned(property, job));
                break;
        case PROPERTY_EXIT_STATUS:
                n = fprintf(file, "%s=%d", property->json_key, property_get_integer(property, job));
                break;
        case PROPERTY_FRACTION:
                n = fprintf(file, "%s=%.17g", property->json_key, property_get_fraction(property, job));
                break;
        case PROPERTY_TIME:
        case PROPERTY_AMOUNT:
                n = fprintf(file, "%s=%" PRIu64, property->json_key, property_get_number(property, job));
                break;
        default:
                n = fprintf(file, "%s=%s", property->json_key, property_get_word(property, job, id));
        }
        return n < 0 || fputc('\0', file) == EOF ? -errno : 0;
}

int import_row_pack(FILE *file, const Job *job) {
        int r = fprintf(file, "uid=%u%c", (unsigned) job->uid, '\0') < 0 ? -errno : 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(columns); i++) {
                const Property *property = property_find_json_key(columns[i].name);

                if (property)
                        r = pack_property(file, property, job);
        }
        return r;
}

static int unpack_text(Job *job, char *text, char **ret_why) {
        char *value = strchr(text, '=');
        const ImportColumn *column;

        if (!value)
                return -EBADMSG;
        *value++ = '\0';
        if (strcmp(text, "uid") == 0)
                return parse_uid(value, &job->uid);
        column = find_column(text);
        return column ? import_column_set(column, job, value, ret_why) : -EBADMSG;
}

int import_row_unpack(char *const *texts, Job **ret) {
        _cleanup_(job_freep) Job *job = NULL;
        _cleanup_free_ char *why = NULL;
        int r;

        r = job_new(&job);
        for (; r >= 0 && *texts; texts++)
                r = unpack_text(job, *texts, &why);
        if (r >= 0)
                r = import_row_check(job, UINT64_MAX, &why);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        *ret = TAKE_PTR(job);
        return 0;
}
