/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "format.h"
#include "outcome.h"
#include "report.h"

int outcome_exit_status(const Job *job) {
        switch (job->result) {
        case JOB_RESULT_SUCCESS:
        case JOB_RESULT_EXIT_CODE:
                return job->exit_status;
        default:
                return EXIT_STATUS_NO_STATUS;
        }
}

/* The job's info says it best: with an end that was an error it tells why. */
static int failure_text(const Job *job, char **ret) {
        return job->info ? format_one_line(job->info, ret) : format_result(job, ret);
}

void outcome_tell(const Arguments *arguments, const Job *job) {
        _cleanup_free_ char *reason = NULL;

        switch (job->status) {
        case JOB_COMPLETED:
                note(arguments, "Job %" PRIu64 " completed.", job->id);
                return;
        case JOB_CANCELLED:
                note(arguments, "Job %" PRIu64 " was cancelled.", job->id);
                return;
        default:
                if (failure_text(job, &reason) < 0)
                        return; /* the exit status tells it, too */
                note(arguments, "Job %" PRIu64 " failed%s%s", job->id, *reason ? ": " : ".", reason);
        }
}

int outcome_tell_interrupted(const Arguments *arguments, uint64_t id) {
        char options[128];

        (void) hint_options(arguments, options);
        note(arguments, "\nJob %" PRIu64 " goes on. Stop it with: jobsctl %scancel %" PRIu64, id, options,
                        id);
        return EXIT_STATUS_INTERRUPTED;
}

const char *hint_options(const Arguments *arguments, char buffer[static 128]) {
        static const char *const options[] = {
                [BUS_TRANSPORT_LOCAL] = "",
                [BUS_TRANSPORT_REMOTE] = "-H ",
                [BUS_TRANSPORT_MACHINE] = "-M ",
        };

        (void) snprintf(buffer, 128, "%s%s%s%s", arguments->user_bus ? "--user " : "",
                        options[arguments->transport], arguments->host ?: "", arguments->host ? " " : "");
        return buffer;
}
