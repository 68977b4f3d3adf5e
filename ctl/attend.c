/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "attend.h"
#include "outcome.h"
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
