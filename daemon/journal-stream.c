/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "journal-stream.h"
#include "macro.h"
#include "protocol.h"

static int connect_namespace(void) {
        static const struct sockaddr_un address = {
                .sun_family = AF_UNIX,
                .sun_path = "/run/systemd/journal." JOBSD_JOURNAL_NAMESPACE "/stdout",
        };
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        if (shutdown(fd, SHUT_RD) < 0)
                return -errno;
        return TAKE_FD(fd);
}

int journal_stream_open(const char *identifier, const char *unit, int *ret_fd) {
        _cleanup_free_ char *header = NULL;
        _cleanup_close_ int fd = -EBADF;
        int n, flags;

        fd = connect_namespace();
        if (fd < 0)
                return fd;
        /* identifier, unit, priority, whether "<3>" at the start of a line is a priority, and whether
         * to forward to syslog, kmsg and the console */
        n = asprintf(&header, "%s\n%s\n%d\n0\n0\n0\n0\n", identifier, unit, LOG_INFO);
        if (n < 0)
                return -ENOMEM;
        if (send(fd, header, (size_t) n, MSG_NOSIGNAL) != n)
                return -EAGAIN;

        /* the flag is the job's, too: its writes have to wait */
        flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}
