/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "journal-sync.h"
#include "macro.h"

/* Varlink: a JSON object and a NUL each way, https://varlink.org/Interface-Definition. The call is
 * a constant and the reply tells by one key whether it failed, so a JSON library has nothing to do. */
static const char call[] = "{\"method\":\"io.systemd.Journal.Synchronize\",\"parameters\":{}}";

static int connect_journal(const char *namespace, uint64_t timeout_usec) {
        struct timeval timeout = { .tv_sec = (time_t) (timeout_usec / USEC_PER_SEC),
                .tv_usec = (suseconds_t) (timeout_usec % USEC_PER_SEC) };
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_close_ int fd = -EBADF;

        snprintf(address.sun_path, sizeof(address.sun_path), "/run/systemd/journal%s%s/io.systemd.journal",
                        namespace ? "." : "", namespace ?: "");
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
                        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
                return -errno;
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

int journal_synchronize_sync(const char *namespace, uint64_t timeout_usec) {
        _cleanup_close_ int fd = -EBADF;
        char reply[1024];
        size_t n = 0;

        fd = connect_journal(namespace, timeout_usec);
        if (fd < 0)
                return fd;
        if (send(fd, call, sizeof(call), MSG_NOSIGNAL) != (ssize_t) sizeof(call))
                return -EPROTO;
        do {
                ssize_t k = recv(fd, reply + n, sizeof(reply) - n, 0);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return errno == EAGAIN ? -ETIMEDOUT : -errno;
                if (k == 0)
                        return -ECONNRESET;
                n += (size_t) k;
        } while (reply[n - 1] != '\0' && n < sizeof(reply));

        return reply[n - 1] == '\0' && !strstr(reply, "\"error\"") ? 0 : -EPROTO;
}
