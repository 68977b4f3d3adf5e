/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "attend.h"
#include "bus-util.h"
#include "job.h"
#include "report.h"
#include "submission.h"
#include "verb.h"

int retry_check(const Arguments *arguments) {
        if (arguments->follow && arguments->n_ids > 1)
                return fail_usage("--follow follows one job. For several of them: --wait");
        return 0;
}

static int retry_job(Context *context, uint64_t id, uint64_t *ret_id) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        char what[64];
        int r;

        (void) snprintf(what, sizeof(what), "Failed to repeat job %" PRIu64, id);
        r = bus_new_manager_call(context->bus, "RetryJob", &call);
        if (r >= 0)
                r = sd_bus_message_append(call, "tt", id, UINT64_C(0));
        if (r < 0)
                return fail(r, "%s", what);
        r = submission_send(context, call, what, ret_id);
        return r < 0 ? r : submission_tell(context->arguments, *ret_id);
}

/* The new jobs' ids, of those that could be submitted; the first error. */
static int retry_all(Context *context, uint64_t *ids, size_t *ret_n) {
        const Arguments *arguments = context->arguments;
        int r, first_error = 0;
        size_t n = 0;

        for (size_t i = 0; i < arguments->n_ids; i++) {
                r = retry_job(context, arguments->ids[i], &ids[n]);
                if (r >= 0)
                        n++;
                if (first_error >= 0)
                        first_error = r;
        }
        *ret_n = n;
        return first_error;
}

static int attend(Context *context, const uint64_t *ids, size_t n) {
        const Arguments *arguments = context->arguments;
        int r, status;

        if (n == 0 || (!arguments->wait && !arguments->follow))
                return 0;
        if (!arguments->follow)
                return attend_all_sync(context, ids, n);
        r = attend_sync(context, ids[0], true, LINES_ALL, &status);
        return r != 0 ? r : status;
}

int verb_retry(Context *context) {
        _cleanup_free_ uint64_t *ids = calloc(context->arguments->n_ids, sizeof(uint64_t));
        int r, status;
        size_t n;

        if (!ids)
                return fail_memory();
        r = retry_all(context, ids, &n);
        status = attend(context, ids, n);
        return r < 0 ? r : status;
}
