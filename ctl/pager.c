/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "macro.h"
#include "pager.h"
#include "parse.h"

/* A pager that can start a shell must not do so with another user's rights. */
static bool pager_must_be_secure(void) {
        const char *text = getenv("SYSTEMD_PAGERSECURE");
        bool secure;

        if (text && parse_boolean(text, &secure) >= 0)
                return secure;
        return geteuid() != getuid() || getenv("SUDO_UID") || getenv("PKEXEC_UID");
}

/* NULL: what jobsctl would choose; empty: none. */
static const char *pager_command(void) {
        return getenv("SYSTEMD_PAGER") ?: getenv("PAGER");
}

static bool pager_wanted(const Arguments *arguments, const Terminal *terminal) {
        const char *command = pager_command(), *term = getenv("TERM");

        if (arguments->no_pager || !terminal->is_terminal || (term && strcmp(term, "dumb") == 0))
                return false;
        return !command || (*command && strcmp(command, "cat") != 0);
}

/* Only what is not set: a person's own options win. */
static void pager_set_environment(bool secure) {
        (void) setenv("LESS", getenv("SYSTEMD_LESS") ?: "FRSXMK", true);
        (void) setenv("LESSCHARSET", getenv("SYSTEMD_LESSCHARSET") ?: "utf-8", true);
        if (secure)
                (void) setenv("LESSSECURE", "1", true);
        else
                (void) unsetenv("LESSSECURE");
}

static int pager_spawn(int stdin_fd, pid_t *ret) {
        const char *command = pager_command();
        bool secure = pager_must_be_secure();
        /* through a shell: the variable may hold options */
        char *const custom[] = { (char *) "sh", (char *) "-c", (char *) command, NULL };
        char *const standard[][2] = { { (char *) "pager", NULL }, { (char *) "less", NULL },
                { (char *) "more", NULL } };
        int r = -ENOENT;

        pager_set_environment(secure);
        if (command && !secure)
                return child_start(custom, stdin_fd, ret);
        if (secure) /* the only one that knows $LESSSECURE */
                return child_start(standard[1], stdin_fd, ret);
        for (size_t i = 0; i < ELEMENTSOF(standard) && r == -ENOENT; i++)
                r = child_start(standard[i], stdin_fd, ret);
        return r;
}

pid_t pager_start(const Arguments *arguments, const Terminal *terminal) {
        _cleanup_close_ int read_fd = -EBADF, write_fd = -EBADF;
        pid_t pid;
        int fds[2];

        if (!pager_wanted(arguments, terminal) || pipe2(fds, O_CLOEXEC) < 0)
                return 0;
        read_fd = fds[0];
        write_fd = fds[1];
        (void) fflush(stdout);
        if (pager_spawn(read_fd, &pid) < 0)
                return 0;
        if (dup2(write_fd, STDOUT_FILENO) < 0) {
                child_stop_sync(pid);
                return 0;
        }
        /* Ctrl-C is the pager's: it may mean "stop searching". */
        (void) signal(SIGINT, SIG_IGN);
        return pid;
}

pid_t pager_finish(pid_t pager) {
        _cleanup_close_ int null_fd = -EBADF;

        if (pager <= 0)
                return 0;
        (void) fflush(stdout);
        /* Its end of file; standard output stays open, so that no other file takes its number. */
        null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null_fd < 0 || dup2(null_fd, STDOUT_FILENO) < 0)
                close_fd(STDOUT_FILENO);
        child_wait_sync(pager);
        return 0;
}
