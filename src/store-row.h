/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Inside the store: a row of the history as a job. */

#include <sqlite3.h>

#include "store.h"

/* What a list shows, and what only one job's own view shows. The order is that of row_to_job(). */
#define COLUMNS_BEHIND_ID                                                                       \
        "name, type, uid, user, submitter, origin, related, submitted, started, finished, " \
        "status, result, exit_status, info, progress, unit, invocation_id, boot_id, attempt, "  \
        "cpu_usage, memory_peak, retry_of, next_try, imported, result_files, result_bytes"
#define COLUMNS_BRIEF "id, " COLUMNS_BEHIND_ID
#define COLUMNS_FULL                                                                                      \
        COLUMNS_BRIEF ", command, environment, working_directory, timeout, memory_max, cpu_quota, "       \
                      "tasks_max, nice, parameters, run_as, run_uid, retries, retry_delay, restartable, " \
                      "cancelled, output_max, output_grace, umask, keep_results, inputs, input_bytes, run_group, " STORED_BYTES

enum {
        COLUMN_ID,
        COLUMN_NAME,
        COLUMN_TYPE,
        COLUMN_UID,
        COLUMN_USER,
        COLUMN_SUBMITTER,
        COLUMN_ORIGIN,
        COLUMN_RELATED,
        COLUMN_SUBMITTED,
        COLUMN_STARTED,
        COLUMN_FINISHED,
        COLUMN_STATUS,
        COLUMN_RESULT,
        COLUMN_EXIT_STATUS,
        COLUMN_INFO,
        COLUMN_PROGRESS,
        COLUMN_UNIT,
        COLUMN_INVOCATION_ID,
        COLUMN_BOOT_ID,
        COLUMN_ATTEMPT,
        COLUMN_CPU_USAGE,
        COLUMN_MEMORY_PEAK,
        COLUMN_RETRY_OF,
        COLUMN_NEXT_TRY,
        COLUMN_IMPORTED,
        COLUMN_RESULT_FILES,
        COLUMN_RESULT_BYTES,
        _COLUMN_BRIEF_MAX,
        COLUMN_COMMAND = _COLUMN_BRIEF_MAX,
        COLUMN_ENVIRONMENT,
        COLUMN_WORKING_DIRECTORY,
        COLUMN_TIMEOUT,
        COLUMN_MEMORY_MAX,
        COLUMN_CPU_QUOTA,
        COLUMN_TASKS_MAX,
        COLUMN_NICE,
        COLUMN_PARAMETERS,
        COLUMN_RUN_AS,
        COLUMN_RUN_UID,
        COLUMN_RETRIES,
        COLUMN_RETRY_DELAY,
        COLUMN_RESTARTABLE,
        COLUMN_CANCELLED,
        COLUMN_OUTPUT_MAX,
        COLUMN_OUTPUT_GRACE,
        COLUMN_UMASK,
        COLUMN_KEEP_RESULTS,
        COLUMN_INPUTS,
        COLUMN_INPUT_BYTES,
        COLUMN_RUN_GROUP,
        COLUMN_STORED_BYTES,
};

/* -EBADMSG for a row that is damaged. */
int row_to_job(sqlite3_stmt *row, Job **ret);
/* Hands it to the callback as a job. */
int row_deliver(sqlite3_stmt *row, store_job_cb callback, void *userdata);

/* -EBADMSG for what is no text: neither the bus nor JSON carries it. */
int row_get_text(sqlite3_stmt *row, int i, char **ret);
int row_get_strv(sqlite3_stmt *row, int i, char ***ret);
JobStatus row_get_status(sqlite3_stmt *row);
