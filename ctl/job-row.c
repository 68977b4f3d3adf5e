/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "format.h"
#include "job-row.h"

/* A narrower terminal has better use for the place that the seconds of two dates take, and many words
 * about who the user is. */
#define COLUMNS_WIDE 120U

const Column job_columns[_JOB_COLUMN_MAX] = {
        [JOB_COLUMN_ID] = { "ID", COLUMN_RIGHT },
        [JOB_COLUMN_START_DATE] = { "START DATE", 0 },
        [JOB_COLUMN_END_DATE] = { "END DATE", 0 },
        [JOB_COLUMN_NAME] = { "JOB NAME", COLUMN_TRUNCATE },
        [JOB_COLUMN_STATUS] = { "JOB STATUS", 0 },
        [JOB_COLUMN_INFO] = { "INFO", COLUMN_TRUNCATE },
        [JOB_COLUMN_USER] = { "USER", 0 },
};

static int format_end(const Job *job, TimestampStyle style, char **ret) {
        if (job->finished_usec == 0)
                return format_text(ret, "N/A");
        return format_timestamp(job->finished_usec, style, ret);
}

int job_row_init(const Job *job, uid_t system_uid_max, const Terminal *terminal, JobRow *ret) {
        bool is_narrow = terminal->is_terminal && terminal->columns < COLUMNS_WIDE;
        TimestampStyle style = is_narrow ? TIMESTAMP_MINUTES : TIMESTAMP_SECONDS;

        *ret = (JobRow){};
        if (format_text(&ret->texts[JOB_COLUMN_ID], "%" PRIu64, job->id) < 0 ||
                        format_timestamp(job->submitted_usec, style, &ret->texts[JOB_COLUMN_START_DATE]) <
                                        0 ||
                        format_end(job, style, &ret->texts[JOB_COLUMN_END_DATE]) < 0 ||
                        format_text(&ret->texts[JOB_COLUMN_NAME], "%s", job->name ?: "") < 0 ||
                        format_text(&ret->texts[JOB_COLUMN_STATUS], "%s",
                                        job_status_to_label(job->status) ?: "?") < 0 ||
                        format_info(job, &ret->texts[JOB_COLUMN_INFO]) < 0 ||
                        format_user(job, system_uid_max, is_narrow, &ret->texts[JOB_COLUMN_USER]) < 0)
                return -ENOMEM;
        return 0;
}

void job_row_done(JobRow *row) {
        for (size_t i = 0; i < ELEMENTSOF(row->texts); i++)
                free(row->texts[i]);
}
