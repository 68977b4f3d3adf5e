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
#include "strv.h"

/* A pager that can start a shell must not do so with another user's rights. */
static bool pager_must_be_secure(void) {
        const char *text = getenv("SYSTEMD_PAGERSECURE");
        bool secure;

        if (text && parse_boolean(text, &secure) >= 0)
                return secure;
        return geteuid() != getuid() || getenv("SUDO_UID") || getenv("PKEXEC_UID");
}

/* NULL: what jobsctl would choose; empty: none. With options, but no shell looks at it. */
static const char *pager_command(void) {
        return getenv("SYSTEMD_PAGER") ?: getenv("PAGER");
}

static bool pager_wanted(const Arguments *arguments, const Terminal *terminal) {
        const char *command = pager_command(), *term = getenv("TERM");

        if (arguments->no_pager || arguments->watch || !terminal->is_terminal ||
                        (term && strcmp(term, "dumb") == 0))
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

static int spawn_command(const char *command, int stdin_fd, pid_t *ret) {
        _cleanup_free_ char *copy = strdup(command);
        _cleanup_strv_free_ char **argv = NULL;
        char *state = NULL;
        int r;

        if (!copy)
                return -ENOMEM;
        for (char *word = strtok_r(copy, " \t", &state); word; word = strtok_r(NULL, " \t", &state)) {
                r = strv_extend(&argv, word);
                if (r < 0)
                        return r;
        }
        return argv ? child_start(argv, stdin_fd, ret) : -ENOENT;
}

/* The first one that there is. */
static int pager_spawn(int stdin_fd, pid_t *ret) {
        bool secure = pager_must_be_secure();
        /* less is the only one that knows $LESSSECURE */
        const char *const commands[] = { secure ? NULL : pager_command(), secure ? NULL : "pager", "less",
                secure ? NULL : "more" };
        int r = -ENOENT;

        pager_set_environment(secure);
        for (size_t i = 0; i < ELEMENTSOF(commands) && r < 0; i++)
                if (commands[i])
                        r = spawn_command(commands[i], stdin_fd, ret);
        return r;
}

void pager_open(Context *context) {
        _cleanup_close_ int read_fd = -EBADF, write_fd = -EBADF;
        pid_t pid;
        int fds[2];

        if (context->pager > 0 || !pager_wanted(context->arguments, &context->terminal) ||
                        pipe2(fds, O_CLOEXEC) < 0)
                return;
        read_fd = fds[0];
        write_fd = fds[1];
        (void) fflush(stdout);
        if (pager_spawn(read_fd, &pid) < 0)
                return;
        if (dup2(write_fd, STDOUT_FILENO) < 0) {
                child_stop_sync(pid);
                return;
        }
        context->pager = pid;
        /* Ctrl-C is the pager's: it may mean "stop searching". */
        (void) signal(SIGINT, SIG_IGN);
}

void pager_close_sync(Context *context) {
        _cleanup_close_ int null_fd = -EBADF;

        if (context->pager <= 0)
                return;
        (void) fflush(stdout);
        /* Its end of file; standard output stays open, so that no other file takes its number. */
        null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null_fd < 0 || dup2(null_fd, STDOUT_FILENO) < 0)
                close_fd(STDOUT_FILENO);
        child_wait_sync(context->pager);
        context->pager = 0;
}
