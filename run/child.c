/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "output-entry.h"

/* ---- signals ---- */

/* All that can be; but an ignored SIGCHLD would take the command's end away. */
static void set_signals(void (*handler)(int)) {
        for (int number = 1; number <= SIGRTMAX; number++)
                if (number != SIGCHLD)
                        (void) signal(number, handler); /* not SIGKILL and SIGSTOP */
}

/* What was sent while the command did not exist was meant for it as well. */
static void pass_on_pending(pid_t pid) {
        sigset_t pending;

        if (sigpending(&pending) < 0)
                return;
        for (int number = 1; number <= SIGRTMAX; number++)
                if (number != SIGCHLD && sigismember(&pending, number) > 0)
                        (void) kill(pid, number); /* fails when it is over already */
}

/* ---- the environment ---- */

/* Where systemd puts the main process's id, for whom it is to compare with its own. */
static char exec_pid[48], watchdog_pid[48];

/* How PID 1 tells of the folder for result files, which has another name here. Another folder is the job's matter. */
static bool is_results(const char *assignment) {
        const char *results = getenv("JOBSD_RESULTS");

        return results && strncmp(assignment, "STATE_DIRECTORY=", 16) == 0 && strcmp(assignment + 16, results) == 0;
}

/* These are replaced, and what journald told of its stream is no longer so. */
static void fix_environment(char **environment, const char *notify_socket) {
        char **to = environment;

        for (char **from = environment; *from; from++) {
                bool is_notify_socket = strncmp(*from, "NOTIFY_SOCKET=", 14) == 0;

                if (strncmp(*from, "JOURNAL_STREAM=", 15) == 0 || is_results(*from) || (is_notify_socket && !*notify_socket))
                        continue;
                if (is_notify_socket)
                        *to++ = (char *) notify_socket;
                else if (strncmp(*from, "SYSTEMD_EXEC_PID=", 17) == 0)
                        *to++ = exec_pid;
                else if (strncmp(*from, "WATCHDOG_PID=", 13) == 0)
                        *to++ = watchdog_pid;
                else
                        *to++ = *from;
        }
        *to = NULL;
}

static void set_pid(pid_t pid) {
        snprintf(exec_pid, sizeof(exec_pid), "SYSTEMD_EXEC_PID=%d", (int) pid);
        snprintf(watchdog_pid, sizeof(watchdog_pid), "WATCHDOG_PID=%d", (int) pid);
}

/* ---- start ---- */

/* execve(2) says of a folder what it says of a file without the permission. */
static int explain(int error, const char *program) {
        struct stat st;

        return error == EACCES && stat(program, &st) >= 0 && S_ISDIR(st.st_mode) ? EISDIR : error;
}

/* A shell says so, too: of a script whose lines end with CR LF it is "/bin/sh\r" that is not there. */
static void read_interpreter(const char *program, char interpreter[static CHILD_INTERPRETER_BYTES]) {
        char line[CHILD_INTERPRETER_BYTES] = "";
        int fd = open(program, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
        const char *from;
        char *to = interpreter;

        if (fd >= 0)
                (void) close(fd);
        if (n < 2 || strncmp(line, "#!", 2) != 0)
                return;
        from = line + 2 + strspn(line + 2, " \t");
        for (; *from && !strchr(" \t\n", *from) && to < interpreter + CHILD_INTERPRETER_BYTES - 2; from++) {
                if (*from == '\r')
                        *to++ = '\\';
                *to++ = *from == '\r' ? 'r' : *from > ' ' && *from < 0x7f ? *from : '?';
        }
        *to = 0;
}

/* In the child, which has its parent's memory until it is another program. */
static int become(char **command, char **environment, int output_fd, const sigset_t *mask) {
        set_signals(SIG_DFL);
        set_pid(getpid());
        (void) setsid(); /* it is not the leader of a group: that is its parent */
        if (dup2(output_fd, STDOUT_FILENO) < 0 || dup2(output_fd, STDERR_FILENO) < 0)
                return errno;
        if (sigprocmask(SIG_SETMASK, mask, NULL) < 0)
                return errno;
        (void) execve(command[0], command, environment);
        return explain(errno, command[0]);
}

/* A signal ends this process until there is a child, and from then on is the child's. It must not meet a
 * handler on the way: blocked, it waits. */
void child_start(
                Child *child, char **command, char **environment, const char *notify_socket, int output_fd) {
        sigset_t all, before;
        volatile int error = 0;
        pid_t pid;

        fix_environment(environment, notify_socket);
        sigfillset(&all);
        (void) sigprocmask(SIG_BLOCK, &all, &before); /* cannot fail for this set */
        pid = vfork();
        if (pid == 0) {
                error = become(command, environment, output_fd, &before);
                _exit(EXIT_NOT_EXECUTED);
        }
        if (pid < 0)
                error = errno;
        else
                pass_on_pending(pid);
        set_signals(SIG_IGN);
        (void) sigprocmask(SIG_SETMASK, &before, NULL);
        *child = (Child){ .pid = pid, .pid_fd = pid < 0 ? -1 : pidfd_open(pid, 0), .error = error };
        if (error == ENOENT)
                read_interpreter(command[0], child->interpreter);
}

void child_wait(Child *child) {
        int r;

        if (child->pid < 0)
                return;
        do
                r = waitid(P_PID, (id_t) child->pid, &child->info, WEXITED);
        while (r < 0 && errno == EINTR);
}

/* ---- end ---- */

static const char *describe_code(int code) {
        return code == CLD_EXITED ? OUTPUT_EXITED : code == CLD_DUMPED ? OUTPUT_DUMPED : OUTPUT_KILLED;
}

void child_describe(const Child *child, char *buffer, size_t size) {
        if (child->error > 0)
                snprintf(buffer, size, OUTPUT_FAILED " %d%s%s", child->error, *child->interpreter ? " " : "",
                                child->interpreter);
        else
                snprintf(buffer, size, "%s %d", describe_code(child->info.si_code), child->info.si_status);
}

/* The command has left its core dump; there is nothing in ours. */
static void die_of(int number) {
        static const struct rlimit none = {};
        sigset_t nothing;

        (void) setrlimit(RLIMIT_CORE, &none); /* lower is always allowed */
        (void) signal(number, SIG_DFL);
        sigemptyset(&nothing);
        (void) sigprocmask(SIG_SETMASK, &nothing, NULL);
        (void) kill(getpid(), number);
}

void child_end_alike(const Child *child) {
        if (child->error > 0)
                _exit(EXIT_NOT_EXECUTED);
        if (child->info.si_code != CLD_EXITED)
                die_of(child->info.si_status);
        _exit(child->info.si_status);
}
