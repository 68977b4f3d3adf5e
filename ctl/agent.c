/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "agent.h"
#include "child.h"

static bool agent_wanted(const Arguments *arguments) {
        return !arguments->no_ask_password && !arguments->user_bus &&
                        arguments->transport == BUS_TRANSPORT_LOCAL && geteuid() != 0 &&
                        isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* The agent closes notify_fd when it has registered with polkit. It gets no other copy. */
static int agent_spawn(int notify_fd, pid_t *ret) {
        char fd_text[sizeof("2147483647")], pid_text[sizeof("2147483647")];
        char *argv[] = {
                (char *) "pkttyagent",
                (char *) "--notify-fd",
                fd_text,
                (char *) "--fallback",
                (char *) "--process",
                pid_text,
                NULL,
        };

        (void) snprintf(fd_text, sizeof(fd_text), "%i", notify_fd);
        (void) snprintf(pid_text, sizeof(pid_text), "%i", (int) getpid());
        return child_start(argv, -1, ret);
}

pid_t agent_start(const Arguments *arguments) {
        _cleanup_close_ int read_fd = -EBADF, write_fd = -EBADF;
        struct pollfd ready = { .events = POLLIN };
        pid_t pid;
        int fds[2];

        if (!agent_wanted(arguments) || pipe2(fds, O_CLOEXEC) < 0)
                return 0;
        read_fd = fds[0];
        write_fd = fds[1];
        if (fcntl(write_fd, F_SETFD, 0) < 0 || agent_spawn(write_fd, &pid) < 0)
                return 0;
        close_fd(TAKE_FD(write_fd));

        ready.fd = read_fd;
        while (poll(&ready, 1, -1) < 0 && errno == EINTR)
                ;
        return pid;
}

void agent_stop(pid_t agent) {
        if (agent > 0)
                child_stop_sync(agent);
}
