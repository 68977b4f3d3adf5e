/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>

#include "interrupt.h"
#include "macro.h"

int signals_open(const sigset_t *signals, int *ret_fd) {
        int fd;

        if (sigprocmask(SIG_BLOCK, signals, NULL) < 0)
                return -errno;
        fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

int interrupt_open(int *ret_fd) {
        sigset_t mask;

        (void) sigemptyset(&mask);
        (void) sigaddset(&mask, SIGINT);
        return signals_open(&mask, ret_fd);
}

int interrupt_wait_sync(int interrupt_fd, int fd, short events, uint64_t usec) {
        struct pollfd fds[] = {
                { .fd = interrupt_fd, .events = POLLIN },
                { .fd = fd, .events = events },
        };
        struct timespec timeout = {
                .tv_sec = (time_t) (usec / USEC_PER_SEC),
                .tv_nsec = (long) (usec % USEC_PER_SEC * NSEC_PER_USEC),
        };

        while (ppoll(fds, ELEMENTSOF(fds), usec == UINT64_MAX ? NULL : &timeout, NULL) < 0)
                if (errno != EINTR) /* of another signal: a stop and a continue */
                        return -errno;
        return fds[0].revents ? -EINTR : 0;
}
