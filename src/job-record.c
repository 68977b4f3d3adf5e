/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "job-record.h"
#include "parse.h"
#include "string-table.h"
#include "strv.h"

static const char *const job_event_to_message_id_table[_JOB_EVENT_MAX] = {
        [JOB_EVENT_SUBMITTED] = "3c3c9df6ac9b4e27a3bd4b6da3f0a101",
        [JOB_EVENT_STARTED] = "3c3c9df6ac9b4e27a3bd4b6da3f0a102",
        [JOB_EVENT_ENDED] = "3c3c9df6ac9b4e27a3bd4b6da3f0a103",
        [JOB_EVENT_CANCEL_ASKED] = "3c3c9df6ac9b4e27a3bd4b6da3f0a104",
        [JOB_EVENT_CLEARED] = "3c3c9df6ac9b4e27a3bd4b6da3f0a105",
        [JOB_EVENT_RETRIED] = "3c3c9df6ac9b4e27a3bd4b6da3f0a108",
};

const char *job_event_to_message_id(JobEvent event) {
        return job_event_to_message_id_table[event];
}

JobEvent job_event_from_message_id(const char *id) {
        return (JobEvent) string_table_lookup(job_event_to_message_id_table, _JOB_EVENT_MAX, id);
}

typedef enum FieldKind {
        FIELD_NUMBER,   /* uint64_t */
        FIELD_UNSIGNED, /* unsigned, uid_t */
        FIELD_INTEGER,  /* int */
        FIELD_TEXT,
        FIELD_STATUS,
        FIELD_RESULT,
        FIELD_ORIGIN,
        FIELD_ID128,
        FIELD_FRACTION,
} FieldKind;

static const struct Field {
        const char *name;
        FieldKind kind;
        size_t offset;
} fields[] = {
        { "JOBSD_ID", FIELD_NUMBER, offsetof(Job, id) },
        { "JOBSD_NAME", FIELD_TEXT, offsetof(Job, name) },
        { "JOBSD_TYPE", FIELD_TEXT, offsetof(Job, type) },
        { "JOBSD_UID", FIELD_UNSIGNED, offsetof(Job, uid) },
        { "JOBSD_USER", FIELD_TEXT, offsetof(Job, user) },
        { "JOBSD_SUBMITTER", FIELD_UNSIGNED, offsetof(Job, submitter) },
        { "JOBSD_ORIGIN", FIELD_ORIGIN, offsetof(Job, origin) },
        { "JOBSD_RELATED", FIELD_TEXT, offsetof(Job, related) },
        { "JOBSD_RUN_AS", FIELD_TEXT, offsetof(Job, run_as) },
        { "JOBSD_RUN_UID", FIELD_UNSIGNED, offsetof(Job, run_uid) },
        { "JOBSD_TIMEOUT", FIELD_NUMBER, offsetof(Job, timeout_usec) },
        { "JOBSD_STATUS", FIELD_STATUS, offsetof(Job, status) },
        { "JOBSD_RESULT", FIELD_RESULT, offsetof(Job, result) },
        { "JOBSD_EXIT_STATUS", FIELD_INTEGER, offsetof(Job, exit_status) },
        { "JOBSD_INFO", FIELD_TEXT, offsetof(Job, info) },
        { "JOBSD_PROGRESS", FIELD_FRACTION, offsetof(Job, progress) },
        { "JOBSD_UNIT", FIELD_TEXT, offsetof(Job, unit) },
        { "JOBSD_INVOCATION_ID", FIELD_ID128, offsetof(Job, invocation_id) },
        { "JOBSD_BOOT_ID", FIELD_ID128, offsetof(Job, boot_id) },
        { "JOBSD_SUBMITTED", FIELD_NUMBER, offsetof(Job, submitted_usec) },
        { "JOBSD_STARTED", FIELD_NUMBER, offsetof(Job, started_usec) },
        { "JOBSD_FINISHED", FIELD_NUMBER, offsetof(Job, finished_usec) },
        { "JOBSD_ATTEMPT", FIELD_UNSIGNED, offsetof(Job, attempt) },
        { "JOBSD_RETRY_OF", FIELD_NUMBER, offsetof(Job, retry_of) },
        { "JOBSD_CPU_USAGE_NSEC", FIELD_NUMBER, offsetof(Job, cpu_usage_nsec) },
        { "JOBSD_MEMORY_PEAK", FIELD_NUMBER, offsetof(Job, memory_peak) },
};

/* ---- writing ---- */

/* 0 for what is not known: it has no field. */
static int format_value(const struct Field *field, const void *value, char **ret) {
        char id[SD_ID128_STRING_MAX];
        const char *word = NULL;

        switch (field->kind) {
        case FIELD_NUMBER:
                return asprintf(ret, "%s=%" PRIu64, field->name, *(const uint64_t *) value);
        case FIELD_UNSIGNED:
                return asprintf(ret, "%s=%u", field->name, *(const unsigned *) value);
        case FIELD_INTEGER:
                return asprintf(ret, "%s=%d", field->name, *(const int *) value);
        case FIELD_FRACTION:
                return asprintf(ret, "%s=%.17g", field->name, *(const double *) value);
        case FIELD_TEXT:
                word = *(char *const *) value;
                break;
        case FIELD_STATUS:
                word = job_status_to_string(*(const JobStatus *) value);
                break;
        case FIELD_RESULT:
                word = job_result_to_string(*(const JobResult *) value);
                break;
        case FIELD_ORIGIN:
                word = job_origin_to_string(*(const JobOrigin *) value);
                break;
        case FIELD_ID128:
                if (!sd_id128_is_null(*(const sd_id128_t *) value))
                        word = sd_id128_to_string(*(const sd_id128_t *) value, id);
                break;
        }
        return word ? asprintf(ret, "%s=%s", field->name, word) : 0;
}

int job_record_format(const Job *job, char ***ret) {
        _cleanup_strv_free_ char **l = NULL;

        for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
                _cleanup_free_ char *text = NULL;
                int r = format_value(&fields[i], (const char *) job + fields[i].offset, &text);

                if (r < 0)
                        return -ENOMEM;
                r = text ? strv_extend(&l, text) : 0;
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(l);
        return 0;
}

/* ---- reading ---- */

static int parse_text(const char *value, char **ret) {
        char *copy;

        if (!utf8_is_valid(value))
                return -EINVAL;
        copy = strdup(value);
        if (!copy)
                return -ENOMEM;
        free(*ret);
        *ret = copy;
        return 0;
}

static int parse_unsigned(const char *value, unsigned *ret) {
        uint64_t v;
        int r = parse_uint64(value, &v);

        if (r < 0 || v > UINT32_MAX)
                return -EINVAL;
        *ret = (unsigned) v;
        return 0;
}

static int parse_fraction(const char *value, double *ret) {
        char *end;
        double v = strtod(value, &end);

        if (*end || end == value || !(v <= 1))
                return -EINVAL;
        *ret = v < 0 ? -1 : v;
        return 0;
}

static int parse_word(int v, int *ret) {
        if (v < 0)
                return -EINVAL;
        *ret = v;
        return 0;
}

static int parse_value(const struct Field *field, const char *s, void *value) {
        switch (field->kind) {
        case FIELD_NUMBER:
                return parse_uint64(s, value);
        case FIELD_UNSIGNED:
                return parse_unsigned(s, value);
        case FIELD_INTEGER:
                return parse_int(s, INT32_MIN, INT32_MAX, value);
        case FIELD_FRACTION:
                return parse_fraction(s, value);
        case FIELD_TEXT:
                return parse_text(s, value);
        case FIELD_STATUS:
                return parse_word((int) job_status_from_string(s), value);
        case FIELD_RESULT:
                return parse_word((int) job_result_from_string(s), value);
        case FIELD_ORIGIN:
                return parse_word((int) job_origin_from_string(s), value);
        case FIELD_ID128:
                return sd_id128_from_string(s, value) < 0 ? -EINVAL : 0;
        default:
                return -EINVAL;
        }
}

static int parse_field(Job *job, const struct Field *field, const char *s) {
        int r = parse_value(field, s, (char *) job + field->offset);

        return r == -ERANGE ? -EINVAL : r;
}

int job_record_parse(Job *job, const char *name, const char *value) {
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (strcmp(fields[i].name, name) == 0)
                        return parse_field(job, &fields[i], value);
        return -EINVAL;
}

/* ---- the job that they are about ---- */

/* A record is the job at a step; this is what follows from it. */
static void settle(JobEvent event, Job *record) {
        switch (event) {
        case JOB_EVENT_STARTED:
                record->status = JOB_RUNNING;
                break;
        case JOB_EVENT_RETRIED: /* it waits for its next try */
                record->status = JOB_QUEUED;
                record->attempt++;
                free(TAKE_PTR(record->unit));
                record->started_usec = 0;
                record->invocation_id = record->boot_id = SD_ID128_NULL;
                break;
        default:
                break;
        }
        record->cancelled = event == JOB_EVENT_CANCEL_ASKED && record->status == JOB_RUNNING;
}

/* How far it has come: the tries one after another, and in each of them the steps. */
static uint64_t progress_of(const Job *job) {
        unsigned step = job->status == JOB_QUEUED ? 0 : job->status == JOB_RUNNING ? 1 : 2;

        return (uint64_t) job->attempt * 3 + step;
}

void job_record_fold(Job **job, JobEvent event, Job *record) {
        _cleanup_(job_freep) Job *other = record;
        bool cancelled;

        settle(event, record);
        if (!*job || record->submitted_usec > (*job)->submitted_usec) {
                job_free(*job);
                *job = TAKE_PTR(other);
                return;
        }
        if (record->submitted_usec < (*job)->submitted_usec || progress_of(record) < progress_of(*job))
                return;
        cancelled = progress_of(record) == progress_of(*job) && (*job)->cancelled;
        job_free(*job);
        *job = TAKE_PTR(other);
        (*job)->cancelled |= cancelled;
}
