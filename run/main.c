/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsd-run [--output-max=BYTES] [--output-grace=MSEC] COMMAND [ARGUMENT…]: the main process of a job's unit.
 * It runs the command as its only child, with one pipe for standard output and standard error, and writes
 * what comes out of it to the journal of jobs, byte for byte: see writer.h. It has no library but libc, no
 * privilege, and no memory that grows.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "notify.h"
#include "others.h"
#include "protocol.h"
#include "writer.h"

#define JOURNAL_SOCKET "/run/systemd/journal." JOBSD_JOURNAL_NAMESPACE "/socket"

/* For what the beginning of a line waits for its end. */
#define LINE_MSEC 100
/* When everybody has been killed: PID 1 will kill this process, too. */
#define LAST_WORDS_MSEC 200
#define NEVER INT64_MAX
/* Of writers that are faster than their reader, before the clock is looked at. */
#define READS_MAX 64

static struct Options {
        uint64_t bytes_max;
        int64_t grace_msec; /* for what others than the command may hold the pipe after its end */
} options = { UINT64_MAX, 2000 };

/* No part of it is large on the stack, and none is zeroed: what is not used costs no memory. */
static struct Run {
        Writer writer;
        Notify notify;
        int pipe_fd;
        Child child;
} run;

/* What is there, or much of it; false when everybody has closed the pipe. */
static bool read_pipe(void) {
        ssize_t n = 1;

        for (unsigned i = 0; n > 0 && i < READS_MAX; i++)
                n = writer_read(&run.writer, run.pipe_fd);
        writer_flush(&run.writer, false);
        return n != 0;
}

#define N_FDS 4U

static void wait_for_more(struct pollfd fds[N_FDS], int64_t until) {
        int64_t now = now_msec();

        for (unsigned i = 0; i < N_FDS; i++)
                fds[i].revents = 0;
        (void) poll(fds, N_FDS,
                        until == NEVER                ? -1
                                        : until > now ? (int) (until - now)
                                                      : 0); /* again, if it fails */
}

/* True when somebody else held the pipe for too long after the command's end. */
static bool copy_output(void) {
        struct pollfd fds[N_FDS] = { { .fd = run.pipe_fd, .events = POLLIN },
                { .fd = run.child.pid_fd, .events = POLLIN }, { .fd = others_open(), .events = POLLIN },
                { .fd = run.notify.fd, .events = POLLIN } };
        int64_t end = NEVER, line_end = NEVER;

        for (;;) {
                int64_t now;

                wait_for_more(fds, MIN(end, line_end));
                if (fds[3].revents)
                        notify_dispatch(&run.notify);
                if (fds[0].revents && !read_pipe())
                        return false;
                now = now_msec();
                if (fds[1].revents) {
                        end = MIN(end, now + options.grace_msec);
                        fds[1].fd = -1; /* it is not looked at again */
                }
                if (fds[2].revents) {
                        others_kill(run.child.pid);
                        end = MIN(end, now + LAST_WORDS_MSEC);
                        fds[2].fd = -1;
                }
                if (now >= end)
                        return true;
                if (now >= line_end)
                        writer_flush(&run.writer, true);
                if (!writer_waits_for_line(&run.writer))
                        line_end = NEVER;
                else if (line_end == NEVER)
                        line_end = now + LINE_MSEC;
        }
}

/* Who becomes another user, with su(1), may still open /dev/stderr. */
static int make_pipe(int *ret_write_fd) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        if (fchmod(fds[1], 0622) < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        run.pipe_fd = fds[0];
        *ret_write_fd = fds[1];
        return 0;
}

/* Where the user has one: "systemctl --user" finds his service manager by it. */
static void set_runtime_directory(void) {
        char path[32];
        struct stat st;

        snprintf(path, sizeof(path), "/run/user/%u", (unsigned) getuid());
        if (stat(path, &st) >= 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid())
                (void) setenv("XDG_RUNTIME_DIR", path, false); /* fails only without memory */
}

static void run_command(char **command, char **environment) {
        bool is_held = false;
        int write_fd = -1, r;
        char end[CHILD_DESCRIPTION_BYTES];

        r = make_pipe(&write_fd);
        if (r < 0)
                run.child = (Child){ .pid = -1, .error = -r };
        else {
                child_start(&run.child, command, environment, run.notify.assignment, write_fd);
                (void) close(write_fd);
                is_held = copy_output();
                child_wait(&run.child);
                notify_dispatch(&run.notify); /* last words */
        }
        child_describe(&run.child, end, sizeof(end));
        writer_close(&run.writer, end, is_held);
}

static bool parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret) {
        char *end;

        errno = 0;
        *ret = strtoull(text, &end, 10);
        return *text >= '0' && *text <= '9' && !*end && errno == 0 && *ret >= min && *ret <= max;
}

/* The command, or NULL. */
static char **parse_arguments(int argc, char *argv[]) {
        static const struct option table[] = {
                { "output-max", required_argument, NULL, 'm' },
                { "output-grace", required_argument, NULL, 'g' },
                {},
        };
        uint64_t value;
        int c;

        while ((c = getopt_long(argc, argv, "+", table, NULL)) >= 0)
                if (c == 'm' && parse(optarg, 1, UINT64_MAX, &value))
                        options.bytes_max = value;
                else if (c == 'g' && parse(optarg, 0, INT_MAX, &value))
                        options.grace_msec = (int64_t) value;
                else
                        return NULL;
        return argv[optind] ? argv + optind : NULL;
}

int main(int argc, char *argv[]) {
        char **command = parse_arguments(argc, argv);

        if (!command) {
                fputs("jobsd-run is started by jobsd, see jobsd-run(8).\n", stderr);
                return 2;
        }
        /* the job's processes have the same user: they shall not attach to this one, or take what it has
         * open */
        (void) prctl(PR_SET_DUMPABLE, 0);
        notify_open(&run.notify);
        writer_open(&run.writer, JOURNAL_SOCKET, command[0], options.bytes_max);
        set_runtime_directory();
        run_command(command, environ);
        child_end_alike(&run.child);
}
