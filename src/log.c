/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "log.h"
#include "strv.h"

static const struct {
        int priority;
        const char *verb;
} events[_JOB_EVENT_MAX] = {
        [JOB_EVENT_SUBMITTED] = { LOG_INFO, "submitted" },
        [JOB_EVENT_STARTED] = { LOG_INFO, "started" },
        [JOB_EVENT_ENDED] = { LOG_INFO, "ended" },
        [JOB_EVENT_CANCEL_ASKED] = { LOG_NOTICE, "is being cancelled" },
        [JOB_EVENT_CLEARED] = { LOG_NOTICE, "cleared" },
        [JOB_EVENT_RETRIED] = { LOG_NOTICE, "failed and is tried again" },
};

static int extend(char ***l, const char *format, ...) _printf_(2, 3);
static int extend(char ***l, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        return n < 0 ? -ENOMEM : strv_extend(l, text);
}

static int make_record(JobEvent event, const Job *job, uid_t actor, char ***ret) {
        bool ended = event == JOB_EVENT_ENDED;
        int r;

        r = job_record_format(job, ret);
        if (r >= 0)
                r = extend(ret, "MESSAGE=Job %" PRIu64 " (%s) of %s %s%s%s", job->id, job->name, job->user,
                                events[event].verb, ended ? ": " : "",
                                ended ? job_result_to_string(job->result) : "");
        if (r >= 0)
                r = extend(ret, "MESSAGE_ID=%s", job_event_to_message_id(event));
        if (r >= 0)
                r = extend(ret, "PRIORITY=%d", events[event].priority);
        return r < 0 ? r : extend(ret, "JOBSD_ACTOR=%" PRIu32, (uint32_t) actor);
}

void log_job(JobEvent event, const Job *job, uid_t actor) {
        _cleanup_strv_free_ char **record = NULL;
        struct iovec fields[64];
        int n = 0;

        if (make_record(event, job, actor, &record) < 0) {
                log_line(LOG_ERR, "Out of memory");
                return;
        }
        for (char **field = record; *field; field++)
                fields[n++] = (struct iovec){ *field, strlen(*field) };
        /* An error means that journald is not there: nobody would read it. */
        (void) sd_journal_sendv(fields, n);
}

void log_without_limits(const Job *job, const char *limits) {
        (void) sd_journal_send("MESSAGE=Job %" PRIu64
                               " (%s) of %s runs without %s: the controller is missing",
                        job->id, job->name, job->user, limits, "MESSAGE_ID=" MESSAGE_ID_WITHOUT_LIMITS,
                        "PRIORITY=%d", LOG_WARNING, "JOBSD_ID=%" PRIu64, job->id, "JOBSD_NAME=%s", job->name,
                        "JOBSD_USER=%s", job->user, "JOBSD_UNIT=%s", job->unit, "JOBSD_LIMITS=%s", limits,
                        NULL);
}

void log_import(uid_t actor, uint64_t first_id, uint64_t n_imported, uint64_t n_known, uint64_t n_refused) {
        (void) sd_journal_send("MESSAGE=%" PRIu64 " records were imported", n_imported,
                        "MESSAGE_ID=" MESSAGE_ID_IMPORTED, "PRIORITY=%d", LOG_NOTICE, "JOBSD_ACTOR=%" PRIu32,
                        (uint32_t) actor, "JOBSD_FIRST_ID=%" PRIu64, first_id, "JOBSD_IMPORTED=%" PRIu64,
                        n_imported, "JOBSD_KNOWN=%" PRIu64, n_known, "JOBSD_REFUSED=%" PRIu64, n_refused,
                        NULL);
}

void log_line(int priority, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        (void) sd_journal_printv(priority, format, ap);
        va_end(ap);
}

void log_last_words(int priority, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        fprintf(stderr, "<%d>%s\n", priority, n < 0 ? "Out of memory" : text); /* see sd-daemon(3) */
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
