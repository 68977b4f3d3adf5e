/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* OpenLog: says whose jobs' steps somebody may read of; the rest is the helper's, see stream-log.c. */

#include <errno.h>

#include "bus-manager.h"
#include "options.h"
#include "stream.h"
#include "strv.h"

static int read_call(Request *q, LogOptions *options, sd_bus_error *e) {
        int r = sd_bus_message_read(q->message, "t", &options->query.id);

        if (r >= 0)
                r = log_options_read(q->message, options, e);
        return r < 0 ? r : flags_read(q->message, e);
}

/* Of one job that is named: whoever asks for another's, or for one that is not there any more, may have to type a
 * password, as for a list of everybody's of its type. */
static int wants_all(Request *q, uint64_t id, char **ret_type) {
        _cleanup_(job_freep) Job *job = NULL;
        int r = id > INT64_MAX ? -ENOENT : store_get(q->manager->store, id, &job);

        if (r < 0 && r != -ENOENT)
                return r;
        if (job)
                *ret_type = TAKE_PTR(job->type);
        return !job || job->uid != q->uid;
}

static int authorize(Request *q, LogOptions *options, sd_bus_error *e) {
        StoreFilter filter = { .uid = UID_INVALID };
        int all = options->all, r;

        if (!all && options->query.id > 0)
                all = wants_all(q, options->query.id, &filter.type);
        r = all < 0 ? all : bus_manager_authorize_filter(q, all, &filter, e);
        options->query.uid = filter.uid;
        options->query.shared = TAKE_PTR(filter.shared);
        store_filter_done(&filter);
        return r;
}

static int reply_streams(Request *q, const LogQuery *query, sd_bus_error *e) {
        _cleanup_close_ int fd = -EBADF, status_fd = -EBADF;
        const StreamReader reader = { q->uid, query->uid == q->uid && !query->shared ? NULL : request_sender(q) };
        int r = stream_open_log(q->manager, &reader, query, &fd, &status_fd);

        return bus_manager_reply_streams(q, r, fd, status_fd, bus_manager_scope(query->uid, query->shared), e);
}

int bus_manager_open_log(Request *q, sd_bus_error *e) {
        LogOptions options = {};
        int r;

        r = read_call(q, &options, e);
        if (r >= 0)
                r = authorize(q, &options, e);
        if (r > 0)
                r = reply_streams(q, &options.query, e);
        strv_free(options.query.shared);
        return r;
}
