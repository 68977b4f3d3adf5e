/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The structured records in the journal that each step of a job's life leaves: their fields, written and
 * read by the same table, and how a job is put together from them again. They hold what the history shows of
 * a job, but neither its arguments, nor its environment, nor its parameters. */

#include "job.h"

/* Message ids, explained by units/jobsd.catalog: never change one. */
typedef enum JobEvent {
        JOB_EVENT_SUBMITTED,
        JOB_EVENT_STARTED,
        JOB_EVENT_ENDED,
        JOB_EVENT_CANCEL_ASKED,
        JOB_EVENT_CLEARED,
        JOB_EVENT_RETRIED,
        _JOB_EVENT_MAX,
        _JOB_EVENT_INVALID = -22, /* -EINVAL */
} JobEvent;

#define MESSAGE_ID_IMPORTED "3c3c9df6ac9b4e27a3bd4b6da3f0a110"
#define MESSAGE_ID_WITHOUT_LIMITS "3c3c9df6ac9b4e27a3bd4b6da3f0a111"

const char *job_event_to_message_id(JobEvent event);
JobEvent job_event_from_message_id(const char *id);

/* All fields of a record, "JOBSD_ID=12". */
int job_record_format(const Job *job, char ***ret);
/* One field of a record into the job. Others' fields, and values that no jobsd writes, leave it as it is:
 * -EINVAL. */
int job_record_parse(Job *job, const char *name, const char *value);

/* What is known of a job after one more record of it, in whatever order they come: *job is NULL before the
 * first. The record is the job as it was at that step, and is taken. A number that began anew is another
 * job: the later one holds. Not for JOB_EVENT_CLEARED. */
void job_record_fold(Job **job, JobEvent event, Job *record);
