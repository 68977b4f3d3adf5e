/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "attend.h"
#include "outcome.h"
#include "report.h"
#include "stream.h"
#include "waiter.h"

int attend_sync(const Context *context, uint64_t id, bool follow, uint64_t lines, int *ret_status) {
        _cleanup_(waiter_freep) Waiter *waiter = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = waiter_new(context, &waiter);
        if (r < 0)
                return r;
        if (follow)
                r = stream_follow(context, waiter, id, lines, &job);
        else
                r = waiter_wait_sync(waiter, id, &job);
        if (r == -EINTR)
                return outcome_tell_interrupted(context->arguments, id);
        if (r < 0)
                return r;
        outcome_tell(context->arguments, job);
        *ret_status = outcome_exit_status(job);
        return 0;
}

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

int attend_all_sync(const Context *context, const uint64_t *ids, size_t n_ids) {
        _cleanup_(waiter_freep) Waiter *waiter = NULL;
        int r, status = 0;

        r = waiter_new(context, &waiter);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_ids; i++) {
                r = wait_for_job(waiter, context->arguments, ids[i]);
                if (r == -EINTR)
                        return outcome_tell_interrupted(context->arguments, ids[i]);
                if (status == 0)
                        status = r;
        }
        return status;
}
