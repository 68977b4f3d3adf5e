/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "job.h"
#include "outcome.h"
#include "report.h"
#include "verb.h"
#include "waiter.h"

/* The job's exit status, or one of ours after a failure. */
static int wait_for_job(Waiter *waiter, const Arguments *arguments, uint64_t id) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = waiter_wait_sync(waiter, id, &job);
        if (r == -EINTR)
                return r;
        if (r < 0)
                return EXIT_STATUS_FAILURE;
        outcome_tell(arguments, job);
        return outcome_exit_status(job);
}

int verb_wait(Context *context) {
        const Arguments *arguments = context->arguments;
        _cleanup_(waiter_freep) Waiter *waiter = NULL;
        int r, status = 0;

        r = waiter_new(context, &waiter);
        if (r < 0)
                return r;
        for (size_t i = 0; i < arguments->n_ids; i++) {
                r = wait_for_job(waiter, arguments, arguments->ids[i]);
                if (r == -EINTR)
                        return outcome_tell_interrupted(arguments, arguments->ids[i]);
                if (status == 0)
                        status = r;
        }
        return status;
}
