/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "bus-util.h"
#include "parse.h"
#include "report.h"
#include "source.h"

void source_done(Source *source) {
        close_fd(source->fd);
        close_fd(source->status_fd);
}

int source_check_transport(const Context *context, const char *words) {
        int r = sd_bus_can_send(context->bus, SD_BUS_TYPE_UNIX_FD);

        if (r < 0)
                return fail_bus(NULL, r, "Failed to ask the bus whether it carries files");
        if (r > 0)
                return 0;
        return fail_plain(-EOPNOTSUPP, "This does not come through this connection. Try: ssh %s jobsctl %s",
                        context->arguments->host ?: "HOST", words);
}

/* The message owns the descriptors that it carried. */
static int read_reply(Source *source, sd_bus_message *reply) {
        int fd, status_fd, r;
        const char *scope;

        r = sd_bus_message_read(reply, "hhs", &fd, &status_fd, &scope);
        if (r < 0)
                return r;
        source->is_own = strcmp(scope, "own") == 0;
        source->is_shared = strcmp(scope, "shared") == 0;
        source->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (source->fd < 0)
                return -errno;
        source->status_fd = fcntl(status_fd, F_DUPFD_CLOEXEC, 3);
        return source->status_fd < 0 ? -errno : 0;
}

int source_open(const Context *context, sd_bus_message *call, const char *what, const char *words, Source *ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = source_check_transport(context, words);

        if (r < 0)
                return r;
        r = bus_ask(context->bus, call, &error, &reply);
        if (r >= 0)
                r = read_reply(ret, reply);
        return r < 0 ? fail_bus(&error, r, "Failed to %s", what) : 0;
}

int source_read_count(const Source *source, uint64_t *ret) {
        char text[32];
        ssize_t n;

        do
                n = read(source->status_fd, text, sizeof(text) - 1);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        if (n == 0 || text[n - 1] != '\n')
                return -ENODATA;
        text[n - 1] = '\0';
        return parse_uint64(text, ret);
}
