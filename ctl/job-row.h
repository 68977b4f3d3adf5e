/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job as a row of the table that people see, wherever it is shown. */

#include "job.h"
#include "table.h"
#include "terminal.h"

typedef enum JobColumn {
        JOB_COLUMN_ID,
        JOB_COLUMN_START_DATE,
        JOB_COLUMN_END_DATE,
        JOB_COLUMN_NAME,
        JOB_COLUMN_STATUS,
        JOB_COLUMN_INFO,
        JOB_COLUMN_USER,
        _JOB_COLUMN_MAX,
} JobColumn;

extern const Column job_columns[_JOB_COLUMN_MAX];

typedef struct JobRow {
        char *texts[_JOB_COLUMN_MAX];
} JobRow;

/* As long as the terminal has place for. -ENOMEM is all that can go wrong, and leaves a row for
 * job_row_done() as well. */
int job_row_init(const Job *job, uid_t system_uid_max, const Terminal *terminal, JobRow *ret);
void job_row_done(JobRow *row);
