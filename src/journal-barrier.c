/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "journal-barrier.h"
#include "macro.h"

#define LOOK_USEC (1 * USEC_PER_MSEC)

int journal_barrier_open(const char *namespace, int *ret_fd) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -errno;
        snprintf(address.sun_path, sizeof(address.sun_path), "/run/systemd/journal.%s/socket", namespace);
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* Waits a moment; -ETIMEDOUT when there is none left. */
static int wait_a_moment(uint64_t *left_usec) {
        if (*left_usec < LOOK_USEC)
                return -ETIMEDOUT;
        *left_usec -= LOOK_USEC;
        (void) usleep(LOOK_USEC);
        return 0;
}

int journal_barrier_wait_sync(int fd, uint64_t timeout_usec) {
        int n_unread, r = 0;

        while (r >= 0 && write(fd, "\n", 1) < 0)
                r = errno == EAGAIN || errno == EINTR ? wait_a_moment(&timeout_usec) : -errno;
        while (r >= 0 && ioctl(fd, SIOCOUTQ, &n_unread) >= 0 && n_unread > 0)
                r = wait_a_moment(&timeout_usec);
        return r;
}
