/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "job-event.h"

const char *job_event_to_string(JobEvent event) {
        static const char *const names[_JOB_EVENT_MAX] = {
                [JOB_EVENT_LISTED] = "listed",
                [JOB_EVENT_NEW] = "new",
                [JOB_EVENT_STARTED] = "started",
                [JOB_EVENT_CHANGED] = "changed",
                [JOB_EVENT_ENDED] = "ended",
                [JOB_EVENT_CLEARED] = "cleared",
        };

        return names[event];
}

int job_before_init(const Job *job, JobBefore *ret) {
        char *info = NULL;

        if (!job) {
                *ret = (JobBefore){ .status = _JOB_STATUS_INVALID };
                return 0;
        }
        if (job->info) {
                info = strdup(job->info);
                if (!info)
                        return -ENOMEM;
        }
        *ret = (JobBefore){
                .is_known = true,
                .status = job->status,
                .has_started = job->started_usec > 0,
                .progress = job->progress,
                .info = info,
        };
        return 0;
}

void job_before_done(JobBefore *before) {
        free(before->info);
}

static bool has_ended(JobStatus status) {
        return status >= 0 && !job_status_is_active(status);
}

static bool has_changed(const JobBefore *before, const Job *job) {
        return before->status != job->status || strcmp(before->info ?: "", job->info ?: "") != 0 ||
                        before->progress < job->progress || before->progress > job->progress;
}

size_t job_events(const JobBefore *before, const Job *job, JobEvent ret[static JOB_EVENTS_MAX]) {
        size_t n = 0;

        if (!before->is_known)
                ret[n++] = JOB_EVENT_NEW;
        if (job->started_usec > 0 && !before->has_started)
                ret[n++] = JOB_EVENT_STARTED;
        if (has_ended(job->status) && !has_ended(before->status))
                ret[n++] = JOB_EVENT_ENDED;
        if (n == 0 && has_changed(before, job))
                ret[n++] = JOB_EVENT_CHANGED;
        return n;
}
