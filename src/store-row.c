/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "job-credential.h"
#include "parse.h"
#include "store-row.h"
#include "store-statement.h"
#include "strv.h"

int row_get_text(sqlite3_stmt *row, int i, char **ret) {
        const char *s = (const char *) sqlite3_column_text(row, i);

        if (s && !utf8_is_valid(s))
                return -EBADMSG;
        return strdup_or_null(s, ret);
}

static int column_text_not_null(sqlite3_stmt *row, int i, char **ret) {
        int r = row_get_text(row, i, ret);

        return r >= 0 && !*ret ? -EBADMSG : r;
}

static sd_id128_t column_id128(sqlite3_stmt *row, int i) {
        sd_id128_t id = SD_ID128_NULL;

        if (sqlite3_column_bytes(row, i) == sizeof(id.bytes))
                memcpy(id.bytes, sqlite3_column_blob(row, i), sizeof(id.bytes));
        return id;
}

/* An enum of the row; what this version does not know becomes the fallback. */
static int column_enum(sqlite3_stmt *row, int i, int max, int fallback) {
        int64_t v = sqlite3_column_int64(row, i);

        return v >= 0 && v < max ? (int) v : fallback;
}

JobStatus row_get_status(sqlite3_stmt *row) {
        return (JobStatus) column_enum(row, COLUMN_STATUS, _JOB_STATUS_MAX, JOB_ERROR);
}

/* Negative, unknown, for what is no part of a whole. */
static double column_progress(sqlite3_stmt *row) {
        double progress = sqlite3_column_double(row, COLUMN_PROGRESS);

        return progress >= 0 && progress <= 1 ? progress : -1;
}

static int job_strings_from_row(sqlite3_stmt *row, Job *job) {
        int r;

        r = column_text_not_null(row, COLUMN_NAME, &job->name);
        if (r >= 0)
                r = row_get_text(row, COLUMN_TYPE, &job->type);
        if (r >= 0)
                r = column_text_not_null(row, COLUMN_USER, &job->user);
        if (r >= 0)
                r = row_get_text(row, COLUMN_RELATED, &job->related);
        if (r >= 0)
                r = row_get_text(row, COLUMN_INFO, &job->info);
        if (r >= 0)
                r = row_get_text(row, COLUMN_UNIT, &job->unit);
        return r;
}

static int column_bytes(sqlite3_stmt *row, int i, char ***ret) {
        return strv_unpack(sqlite3_column_blob(row, i), (size_t) sqlite3_column_bytes(row, i), ret);
}

static int check_texts(char *const *l) {
        for (; l && *l; l++)
                if (!utf8_is_valid(*l))
                        return -EBADMSG;
        return 0;
}

int row_get_strv(sqlite3_stmt *row, int i, char ***ret) {
        int r = column_bytes(row, i, ret);

        return r < 0 ? r : check_texts(*ret);
}

/* Of the try that the row is about: before, there is a byte in it that is no text. */
static int command_from_row(sqlite3_stmt *row, Job *job) {
        int r;

        r = column_bytes(row, COLUMN_COMMAND, &job->command);
        if (r >= 0)
                r = job_set_credential_folder(job);
        return r < 0 ? r : check_texts(job->command);
}

static int job_specification_from_row(sqlite3_stmt *row, Job *job) {
        int r;

        r = command_from_row(row, job);
        if (r >= 0)
                r = row_get_strv(row, COLUMN_ENVIRONMENT, &job->environment);
        if (r >= 0)
                r = row_get_strv(row, COLUMN_PARAMETERS, &job->parameters);
        if (r >= 0)
                r = row_get_text(row, COLUMN_RUN_AS, &job->run_as);
        if (r >= 0)
                r = row_get_text(row, COLUMN_RUN_GROUP, &job->run_group);
        if (r < 0)
                return r;
        job->run_uid = (uid_t) column_uint64(row, COLUMN_RUN_UID);
        job->retries = (unsigned) column_uint64(row, COLUMN_RETRIES);
        job->retry_usec = column_uint64(row, COLUMN_RETRY_DELAY);
        job->restartable = sqlite3_column_int(row, COLUMN_RESTARTABLE) != 0;
        job->cancelled = sqlite3_column_int(row, COLUMN_CANCELLED) != 0;
        job->timeout_usec = column_uint64(row, COLUMN_TIMEOUT);
        job->memory_max = column_uint64(row, COLUMN_MEMORY_MAX);
        job->cpu_quota_usec = column_uint64(row, COLUMN_CPU_QUOTA);
        job->tasks_max = column_uint64(row, COLUMN_TASKS_MAX);
        job->output_max = column_uint64(row, COLUMN_OUTPUT_MAX);
        job->output_grace_usec = column_uint64(row, COLUMN_OUTPUT_GRACE);
        job->nice = sqlite3_column_int(row, COLUMN_NICE);
        job->umask = (unsigned) column_uint64(row, COLUMN_UMASK) & JOB_UMASK_MAX;
        job->keep_results = sqlite3_column_int(row, COLUMN_KEEP_RESULTS) != 0;
        job->inputs = column_id128(row, COLUMN_INPUTS);
        job->input_bytes = column_uint64(row, COLUMN_INPUT_BYTES);
        job->stored_bytes = column_uint64(row, COLUMN_STORED_BYTES);
        return row_get_text(row, COLUMN_WORKING_DIRECTORY, &job->working_directory);
}

int row_to_job(sqlite3_stmt *row, Job **ret) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = job_new(&job);
        if (r < 0)
                return r;
        r = job_strings_from_row(row, job);
        if (r < 0)
                return r;
        job->id = column_uint64(row, COLUMN_ID);
        job->uid = (uid_t) column_uint64(row, COLUMN_UID);
        job->submitter = (uid_t) column_uint64(row, COLUMN_SUBMITTER);
        job->origin = (JobOrigin) column_enum(row, COLUMN_ORIGIN, _JOB_ORIGIN_MAX, JOB_ORIGIN_BUS);
        job->submitted_usec = column_uint64(row, COLUMN_SUBMITTED);
        job->started_usec = column_uint64(row, COLUMN_STARTED);
        job->finished_usec = column_uint64(row, COLUMN_FINISHED);
        job->status = row_get_status(row);
        job->result = (JobResult) column_enum(row, COLUMN_RESULT, _JOB_RESULT_MAX, JOB_RESULT_LOST);
        job->exit_status = sqlite3_column_int(row, COLUMN_EXIT_STATUS);
        job->progress = column_progress(row);
        job->invocation_id = column_id128(row, COLUMN_INVOCATION_ID);
        job->boot_id = column_id128(row, COLUMN_BOOT_ID);
        job->attempt = (unsigned) column_uint64(row, COLUMN_ATTEMPT);
        job->cpu_usage_nsec = column_uint64(row, COLUMN_CPU_USAGE);
        job->memory_peak = column_uint64(row, COLUMN_MEMORY_PEAK);
        job->retry_of = column_uint64(row, COLUMN_RETRY_OF);
        job->next_try_usec = column_uint64(row, COLUMN_NEXT_TRY);
        job->imported_usec = column_uint64(row, COLUMN_IMPORTED);
        job->result_files = column_uint64(row, COLUMN_RESULT_FILES);
        job->result_bytes = column_uint64(row, COLUMN_RESULT_BYTES);
        if (sqlite3_column_count(row) > _COLUMN_BRIEF_MAX) {
                r = job_specification_from_row(row, job);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(job);
        return 0;
}

int row_deliver(sqlite3_stmt *row, store_job_cb callback, void *userdata) {
        _cleanup_(job_freep) Job *job = NULL;
        int r = row_to_job(row, &job);

        return r < 0 ? r : callback(job, userdata);
}
