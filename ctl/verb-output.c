/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "job.h"
#include "outcome.h"
#include "pager.h"
#include "stream.h"
#include "verb.h"
#include "waiter.h"

static int follow_output(Context *context, uint64_t id) {
        _cleanup_(waiter_freep) Waiter *waiter = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = waiter_new(context, &waiter);
        if (r < 0)
                return r;
        r = stream_follow(context, waiter, id, context->arguments->lines, &job);
        if (r == -EINTR)
                return outcome_tell_interrupted(context->arguments, id);
        if (r < 0)
                return r;
        outcome_tell(context->arguments, job);
        return 0;
}

int verb_output(Context *context) {
        const Arguments *arguments = context->arguments;
        _cleanup_(pager_finishp) _unused_ pid_t pager = 0;

        if (arguments->follow)
                return follow_output(context, arguments->ids[0]);
        pager = pager_start(arguments, &context->terminal);
        return stream_print(context, arguments->ids[0], arguments->lines);
}
