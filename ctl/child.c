/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "child.h"
#include "macro.h"

/* Only async-signal-safe calls between fork(2) and exec. */
static void child_exec(char *const *argv, int stdin_fd, pid_t parent, int error_fd) {
        int error;

        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || (stdin_fd >= 0 && dup2(stdin_fd, STDIN_FILENO) < 0))
                goto finish;
        /* Our end before the prctl() sent no signal. */
        if (getppid() != parent)
                _exit(0);
        execvp(argv[0], argv);
finish:
        error = errno;
        (void) !write(error_fd, &error, sizeof(error));
        _exit(127);
}

int child_start(char *const *argv, int stdin_fd, pid_t *ret) {
        _cleanup_close_ int error_read_fd = -EBADF, error_write_fd = -EBADF;
        pid_t parent = getpid(), pid;
        int fds[2], error;

        /* Closed by a successful exec: end of file says that the program runs. */
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        error_read_fd = fds[0];
        error_write_fd = fds[1];

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                child_exec(argv, stdin_fd, parent, error_write_fd);

        close_fd(TAKE_FD(error_write_fd));
        if (read(error_read_fd, &error, sizeof(error)) == sizeof(error)) {
                child_wait_sync(pid);
                return -error;
        }
        *ret = pid;
        return 0;
}

void child_wait_sync(pid_t pid) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
}

void child_stop_sync(pid_t pid) {
        (void) kill(pid, SIGTERM); /* ended by itself: waiting is all that is left */
        (void) kill(pid, SIGCONT);
        child_wait_sync(pid);
}
