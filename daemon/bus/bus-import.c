/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ImportHistory: says who may; the file is the helper's to read, see import.h. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "bus-manager.h"
#include "client.h"
#include "import.h"
#include "options.h"
#include "protocol.h"

typedef struct ImportCall {
        int file_fd, report_fd; /* the message's */
        ExportFormat format;
} ImportCall;

/* Nothing else is asked of a descriptor here: what is behind it may let whoever asks wait. */
static bool is_open_for(int fd, int mode) {
        int flags = fcntl(fd, F_GETFL);

        return flags >= 0 && !(flags & O_PATH) &&
                        ((flags & O_ACCMODE) == O_RDWR || (flags & O_ACCMODE) == mode);
}

static int read_call(Request *q, ImportCall *call, sd_bus_error *e) {
        const char *format;
        int r;

        r = sd_bus_message_read(q->message, "hhs", &call->file_fd, &call->report_fd, &format);
        if (r >= 0)
                r = flags_read(q->message, e);
        if (r < 0)
                return r;
        call->format = export_format_from_string(format);
        if ((int) call->format < 0)
                return error_invalid(e, "The format is csv or json, not \"" QUOTE "\".", QUOTED(format));
        if (!is_open_for(call->file_fd, O_RDONLY))
                return error_invalid(e, "The file is not open for reading.");
        if (!is_open_for(call->report_fd, O_WRONLY))
                return error_invalid(e, "The report is not open for writing.");
        return 0;
}

static void fail(Request *q, int r, const char *mistake) {
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;

        if (mistake)
                sd_bus_error_set(&e, SD_BUS_ERROR_INVALID_ARGS, mistake);
        else if (r == -EDQUOT)
                sd_bus_error_setf(&e, JOBSD_ERROR_STORE_FAILED,
                                "The disk of jobsd's history is nearly full: an import leaves %" PRIu64
                                " MiB free."
                                " Nothing was changed.",
                                IMPORT_FREE_BYTES / 1024 / 1024);
        else if (r == -EPROTO)
                sd_bus_error_set(&e, SD_BUS_ERROR_FAILED,
                                "The import broke off, see the log of jobsd.service. Nothing was changed.");
        request_fail(q, r, &e);
}

static void on_imported(int r, const char *mistake, const ImportCounts *counts, void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Request *q = userdata;

        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(
                                reply, "ttt", counts->n_imported, counts->n_known, counts->n_refused);
        if (r < 0)
                fail(q, r, mistake);
        else
                request_reply(q, reply);
}

int bus_manager_import_history(Request *q, sd_bus_error *e) {
        ImportCall call;
        int r;

        r = read_call(q, &call, e);
        if (r >= 0)
                r = request_authorize(q, ACTION_IMPORT, TARGET_NONE, e);
        if (r <= 0)
                return r;
        if (!client_find(q->manager, sd_bus_message_get_sender(q->message))) {
                request_free(q); /* he left the bus while polkit was asked */
                return REQUEST_DONE;
        }
        r = import_start(q->manager, sd_bus_message_get_sender(q->message), q->uid, call.format,
                        call.file_fd, call.report_fd, on_imported, q);
        if (r == -EBUSY)
                return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Another import goes on, and there is one at a time. Try again when it has "
                                "ended.");
        return r < 0 ? r : REQUEST_PENDING;
}
