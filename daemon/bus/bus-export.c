/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ExportHistory: says who may have which rows; the rest is the helper's, see stream-export.c. */

#include <errno.h>

#include "bus-manager.h"
#include "options.h"
#include "stream.h"

static int read_call(Request *q, ExportOptions *options, sd_bus_error *e) {
        const char *format;
        int r;

        r = export_options_read(q->message, options, e);
        if (r >= 0)
                r = sd_bus_message_read(q->message, "s", &format);
        if (r >= 0)
                r = flags_read(q->message, e);
        if (r < 0)
                return r;
        options->query.format = export_format_from_string(format);
        if ((int) options->query.format < 0)
                return error_invalid(e, "The format is csv or json, not \"" QUOTE "\".", QUOTED(format));
        return export_query_set_default_columns(&options->query);
}

static int reply_streams(Request *q, const ExportQuery *query, sd_bus_error *e) {
        _cleanup_close_ int fd = -EBADF, status_fd = -EBADF;
        const StreamReader reader = { q->uid, query->filter.uid == q->uid && !query->filter.shared ? NULL : request_sender(q) };
        int r = stream_open_export(q->manager, &reader, query, &fd, &status_fd);

        return bus_manager_reply_streams(
                        q, r, fd, status_fd, bus_manager_scope(query->filter.uid, query->filter.shared), e);
}

int bus_manager_export_history(Request *q, sd_bus_error *e) {
        ExportOptions options = {};
        int r;

        r = read_call(q, &options, e);
        if (r >= 0)
                r = bus_manager_authorize_filter(q, options.all, &options.query.filter, e);
        if (r > 0)
                r = reply_streams(q, &options.query, e);
        export_query_done(&options.query);
        return r;
}
