/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "error.h"
#include "protocol.h"

/* What an errno is to a caller. */
static const struct {
        int error;
        const char *name, *message;
} errors[] = {
        { EACCES, SD_BUS_ERROR_ACCESS_DENIED, "Access denied." },
        { EINVAL, SD_BUS_ERROR_INVALID_ARGS, "Invalid arguments." },
        { ENXIO, SD_BUS_ERROR_INVALID_ARGS, "Invalid arguments." },
        { ENOENT, JOBSD_ERROR_NO_SUCH_JOB, "No such job." },
        { EDQUOT, SD_BUS_ERROR_LIMITS_EXCEEDED, "A limit is exceeded." },
        { EMFILE, SD_BUS_ERROR_LIMITS_EXCEEDED, "Too many open files in jobsd." },
        { ENOMEM, SD_BUS_ERROR_NO_MEMORY, "Out of memory." },
        { ENOSPC, JOBSD_ERROR_STORE_FAILED, "The disk of jobsd's history is full. Nothing was changed." },
        { EROFS, JOBSD_ERROR_STORE_FAILED,
                        "The file system of jobsd's history is read-only. Nothing was changed." },
        { EBADMSG, JOBSD_ERROR_STORE_FAILED,
                        "jobsd's history is damaged, see the log of jobsd.service. Nothing was changed." },
        { EIO, JOBSD_ERROR_STORE_FAILED, "jobsd's history cannot be read or written. Nothing was changed." },
};

int error_no_such_job(uint64_t id, sd_bus_error *e) {
        return sd_bus_error_setf(
                        e, JOBSD_ERROR_NO_SUCH_JOB, "There is no job %" PRIu64 " that you may see.", id);
}

int error_invalid(sd_bus_error *e, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0)
                return -ENOMEM;
        sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS, text);
        return -EINVAL;
}

void error_set_errno(sd_bus_error *e, int error) {
        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (errors[i].error == -error) {
                        sd_bus_error_set(e, errors[i].name, errors[i].message);
                        return;
                }
        sd_bus_error_set_errno(e, -error);
}
