/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>

#include "job.h"
#include "outcome.h"
#include "protocol.h"
#include "report.h"
#include "verb.h"
#include "waiter.h"

static int cancel_job(Context *context, uint64_t id) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_call_method(context->bus, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                        "CancelJob", &error, NULL, "tt", id, UINT64_C(0));
        return r < 0 ? fail_bus(&error, r, "Failed to cancel job %" PRIu64, id) : 0;
}

static int wait_for_end(Waiter *waiter, const Arguments *arguments, uint64_t id) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = waiter_wait_sync(waiter, id, &job);
        if (r == -EINTR)
                fail_plain(r, "\nJob %" PRIu64 " is told to stop, and has not ended yet.", id);
        if (r < 0)
                return r;
        if (job && job->status != JOB_CANCELLED) /* it was faster */
                outcome_tell(arguments, job);
        return 0;
}

int verb_cancel(Context *context) {
        const Arguments *arguments = context->arguments;
        _cleanup_(waiter_freep) Waiter *waiter = NULL;
        _cleanup_free_ int *results = calloc(arguments->n_ids, sizeof(int));
        int r, first_error = 0;

        if (!results)
                return fail_memory();
        if (!arguments->no_block) {
                r = waiter_new(context, &waiter);
                if (r < 0)
                        return r;
                waiter_accept_gone(waiter); /* a site may keep no history */
        }
        /* All of them are told first: they stop side by side. */
        for (size_t i = 0; i < arguments->n_ids; i++)
                results[i] = cancel_job(context, arguments->ids[i]);
        for (size_t i = 0; i < arguments->n_ids; i++) {
                if (waiter && results[i] >= 0)
                        results[i] = wait_for_end(waiter, arguments, arguments->ids[i]);
                if (results[i] == -EINTR)
                        return EXIT_STATUS_INTERRUPTED;
                if (first_error >= 0)
                        first_error = results[i];
        }
        return first_error;
}
