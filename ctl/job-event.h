/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What happened to a job, told by what is known of it before and after. Nothing here reports. */

#include "job.h"

typedef enum JobEvent {
        JOB_EVENT_LISTED, /* nothing: it was there already */
        JOB_EVENT_NEW,
        JOB_EVENT_STARTED,
        JOB_EVENT_CHANGED, /* its info, its progress, or that it waits once more */
        JOB_EVENT_ENDED,
        JOB_EVENT_CLEARED,
        _JOB_EVENT_MAX,
} JobEvent;

const char *job_event_to_string(JobEvent event);

/* What matters of a job before a change. */
typedef struct JobBefore {
        bool is_known;
        JobStatus status;
        bool has_started;
        double progress;
        char *info;
} JobBefore;

/* NULL is a job that was not known. */
int job_before_init(const Job *job, JobBefore *ret);
void job_before_done(JobBefore *before);

/* More than one where steps were missed; how many. */
#define JOB_EVENTS_MAX 3U
size_t job_events(const JobBefore *before, const Job *job, JobEvent ret[static JOB_EVENTS_MAX]);
