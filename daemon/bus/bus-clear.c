/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ClearJobs, whose permission is the most particular: see design notes in docs/architecture.md. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bus-manager.h"
#include "clear.h"
#include "options.h"
#include "parse.h"
#include "protocol.h"

static void on_cleared(int r, const ClearCounts *counts, void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Request *q = userdata;

        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0 && q->job_id == 0) /* a job's own Clear() returns nothing */
                r = sd_bus_message_append(reply, "ttt", counts->n_cleared, counts->n_kept, counts->n_tasks);
        if (r < 0)
                request_fail(q, r, NULL);
        else
                request_reply(q, reply);
}

/* A person who is named: may be himself, a system account or another person. */
static int authorize_named(Request *q, StoreFilter *filter, sd_bus_error *e) {
        const Identity *identity;
        uid_t uid = UID_INVALID;
        Action action;
        int r;

        /* the number of an account that is gone is as good as a name */
        if (parse_uid(filter->user, &uid) < 0) {
                r = request_identify(q, filter->user, &identity, e);
                if (r <= 0)
                        return r;
                uid = identity->uid;
        }
        action = uid == q->uid                                       ? ACTION_CLEAR
                        : uid_is_system(uid, filter->system_uid_max) ? ACTION_CLEAR_TASKS
                                                                     : ACTION_CLEAR_OTHERS;
        r = request_authorize(q, action, TARGET_NONE, e);
        if (r <= 0)
                return r;
        filter->uid = uid;
        free(filter->user);
        filter->user = NULL;
        return 1;
}

/* Command-line tasks are named: nothing of the caller's own is meant. */
static int authorize_tasks(Request *q, sd_bus_error *e) {
        return request_authorize(q, ACTION_CLEAR_TASKS, TARGET_NONE, e);
}

/* Whether ids are named that are not the caller's own: command-line tasks, others' or no one's. */
static bool names_others(Request *q, const StoreFilter *filter) {
        uint64_t id;

        return filter->n_ids > 0 && clear_check_ids(q->manager, filter, &id) == -ENOENT;
}

/* Nobody is named: one's own, and for an administrator command-line tasks. For these a password is asked for
 * only if ids are named: whatever they are, so that the question tells nothing. */
static int authorize_default(Request *q, StoreFilter *filter, sd_bus_error *e) {
        int r;

        r = request_authorize(q, ACTION_CLEAR, TARGET_NONE, e);
        if (r <= 0)
                return r;
        filter->uid = q->uid;
        r = request_may(q, ACTION_CLEAR_TASKS, names_others(q, filter));
        if (r == REQUEST_PENDING)
                return r;
        filter->system_users = r > 0;
        return 1;
}

/* It is not among those that the filter names. Whose it is learns who may see it; whoever may not is asked about all the
 * same, so that the time tells nothing. */
static int tell_missing(Request *q, uint64_t id, const StoreFilter *filter, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        int may_see = request_may(q, ACTION_VIEW_OTHERS, false), r;
        char **shared;

        if (may_see == REQUEST_PENDING)
                return REQUEST_PENDING;
        r = request_find_shared(q, &shared);
        if (r <= 0)
                return r;
        r = id > INT64_MAX ? -ENOENT : store_get(q->manager->store, id, &job);
        if (r < 0 && r != -ENOENT)
                return r;
        if (!job || (job->uid != q->uid && may_see < 0 && !shares_have(q->manager, shared, job)))
                return error_no_such_job(id, e);
        if (job->uid != q->uid && filter->uid == q->uid)
                return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_JOB,
                                "Job %" PRIu64 " is %s's: a person's jobs are cleared by others only when that person "
                                "is named.",
                                id, job->user ?: "somebody else");
        return sd_bus_error_setf(
                        e, JOBSD_ERROR_NO_SUCH_JOB, "Job %" PRIu64 " is not one of those that are to be cleared.", id);
}

/* 1 when all are there and have ended, or REQUEST_PENDING. */
static int check_ids(Request *q, const StoreFilter *filter, sd_bus_error *e) {
        uint64_t id = 0;
        int r;

        if (filter->n_ids == 0)
                return 1;
        r = clear_check_ids(q->manager, filter, &id);
        if (r == -ENOENT)
                return tell_missing(q, id, filter, e);
        if (r == -EBUSY)
                return sd_bus_error_setf(e, JOBSD_ERROR_ACTIVE,
                                "Job %" PRIu64 " has not ended. Cancel it first, or wait for it.", id);
        return r < 0 ? r : 1;
}

static int authorize(Request *q, StoreFilter *filter, sd_bus_error *e) {
        if (filter->user)
                return authorize_named(q, filter, e);
        return filter->tasks ? authorize_tasks(q, e) : authorize_default(q, filter, e);
}

static int clear(Request *q, StoreFilter *filter, bool dry_run, sd_bus_error *e) {
        int r;

        filter->system_uid_max = q->manager->config.system_uid_max;
        r = authorize(q, filter, e);
        if (r <= 0)
                return r;
        r = check_ids(q, filter, e);
        if (r <= 0)
                return r;
        r = clear_start(q->manager, filter, q->uid, dry_run, on_cleared, q);
        return r < 0 ? r : REQUEST_PENDING;
}

int bus_manager_clear_jobs(Request *q, sd_bus_error *e) {
        StoreFilter filter = { .uid = UID_INVALID };
        uint64_t flags;
        int r;

        r = clear_options_read(q->message, &filter, e);
        if (r >= 0)
                r = flags_read_known(q->message, JOBSD_CLEAR_DRY_RUN, &flags, e);
        if (r >= 0)
                r = clear(q, &filter, flags & JOBSD_CLEAR_DRY_RUN, e);
        store_filter_done(&filter);
        return r;
}

int bus_manager_clear_one(Request *q, uint64_t id, sd_bus_error *e) {
        StoreFilter filter = { .uid = UID_INVALID };
        int r;

        r = flags_read(q->message, e);
        if (r < 0)
                return r;
        filter.ids = malloc(sizeof(uint64_t));
        if (!filter.ids)
                return -ENOMEM;
        filter.ids[0] = id;
        filter.n_ids = 1;
        r = clear(q, &filter, false, e);
        store_filter_done(&filter);
        return r;
}
