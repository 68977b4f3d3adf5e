/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "log.h"

typedef struct Event {
        const char *message_id;
        int priority;
        const char *verb;
} Event;

static const Event events[_JOB_EVENT_MAX] = {
        [JOB_EVENT_SUBMITTED] = { "3c3c9df6ac9b4e27a3bd4b6da3f0a101", LOG_INFO, "submitted" },
        [JOB_EVENT_STARTED] = { "3c3c9df6ac9b4e27a3bd4b6da3f0a102", LOG_INFO, "started" },
        [JOB_EVENT_ENDED] = { "3c3c9df6ac9b4e27a3bd4b6da3f0a103", LOG_INFO, "ended" },
        [JOB_EVENT_CANCEL_ASKED] = { "3c3c9df6ac9b4e27a3bd4b6da3f0a104", LOG_NOTICE, "is being cancelled" },
        [JOB_EVENT_CLEARED] = { "3c3c9df6ac9b4e27a3bd4b6da3f0a105", LOG_NOTICE, "cleared" },
};

void log_job(JobEvent event, const Job *job, uid_t actor) {
        const Event *e = &events[event];
        const char *status = job_status_to_string(job->status), *result = job_result_to_string(job->result);

        /* An error means that journald is not there: nobody would read it. */
        (void) sd_journal_send("MESSAGE=Job %" PRIu64 " (%s) of %s %s%s%s", job->id, job->name, job->user, e->verb,
                event == JOB_EVENT_ENDED ? ": " : "", event == JOB_EVENT_ENDED ? result : "",
                "MESSAGE_ID=%s", e->message_id, "PRIORITY=%d", e->priority,
                "JOBSD_ID=%" PRIu64, job->id, "JOBSD_NAME=%s", job->name, "JOBSD_TYPE=%s", job->type ?: "",
                "JOBSD_UID=%" PRIu32, (uint32_t) job->uid, "JOBSD_USER=%s", job->user,
                "JOBSD_ACTOR=%" PRIu32, (uint32_t) actor, "JOBSD_STATUS=%s", status, "JOBSD_RESULT=%s", result,
                "JOBSD_EXIT_STATUS=%d", job->exit_status, "JOBSD_UNIT=%s", job->unit ?: "",
                "JOBSD_SUBMITTED=%" PRIu64, job->submitted_usec, "JOBSD_STARTED=%" PRIu64, job->started_usec,
                "JOBSD_FINISHED=%" PRIu64, job->finished_usec, "JOBSD_RETRY_OF=%" PRIu64, job->retry_of, NULL);
}

void log_line(int priority, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        (void) sd_journal_printv(priority, format, ap);
        va_end(ap);
}

int log_errno(int error, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        log_line(LOG_ERR, "%s: %s", n < 0 ? "Out of memory" : text, strerror(-error));
        return error;
}
