/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsd-run COMMAND [ARGUMENT…]: the main process of a job's unit. It runs the command as its only child,
 * with one pipe for standard output and standard error, and writes what comes out of it to the journal of
 * jobs, every byte: see output-entry.h. It has no library but libc, no privilege, and no memory that grows.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "cutter.h"
#include "journal.h"
#include "others.h"
#include "output-entry.h"
#include "protocol.h"

#define JOURNAL_SOCKET "/run/systemd/journal." JOBSD_JOURNAL_NAMESPACE "/socket"

/* For what the beginning of a line waits for its end. */
#define LINE_MSEC 100
/* For what others than the command may hold the pipe after its end. */
#define GRACE_MSEC 2000
/* The same when everybody has been killed: PID 1 will kill this process, too. */
#define LAST_WORDS_MSEC 200
#define NEVER INT64_MAX
/* Of writers that are faster than their reader, before the clock is looked at. */
#define READS_MAX 64

/* No part of it is large on the stack, and none is zeroed: what is not used costs no memory. */
static struct Run {
        Journal journal;
        Cutter cutter;
        Entry entry;
        char identifier[IDENTIFIER_BYTES_MAX + 1];
        int pipe_fd;
        Child child;
} run;

/* What journalctl shows in front of each line: the program's name, in one line. */
static void set_identifier(const char *program) {
        const char *slash = strrchr(program, '/');

        snprintf(run.identifier, sizeof(run.identifier), "%s", slash ? slash + 1 : program);
        for (char *p = run.identifier; *p; p++)
                if ((unsigned char) *p < ' ')
                        *p = '_';
}

static void begin_entry(void) {
        entry_clear(&run.entry);
        entry_add_number(&run.entry, "PRIORITY", LOG_INFO);
        entry_add_text(&run.entry, "SYSLOG_IDENTIFIER", run.identifier);
}

static void send_start(void) {
        begin_entry();
        entry_add_text(&run.entry, OUTPUT_START, "1");
        journal_send(&run.journal, &run.entry);
}

static void send_chunks(bool rest) {
        Chunk chunk;

        while (cutter_take(&run.cutter, rest, &chunk)) {
                begin_entry();
                entry_add_number(&run.entry, OUTPUT_AT, chunk.at);
                entry_add(&run.entry, OUTPUT_TEXT, chunk.text, chunk.size);
                if (chunk.is_part)
                        entry_add_text(&run.entry, OUTPUT_PART, "1");
                journal_send(&run.journal, &run.entry);
        }
}

static void send_end(bool is_held) {
        char text[32];

        child_describe(&run.child, text, sizeof(text));
        begin_entry();
        entry_add_text(&run.entry, OUTPUT_END, "1");
        entry_add_number(&run.entry, OUTPUT_AT, run.cutter.n_bytes);
        entry_add_number(&run.entry, OUTPUT_BYTES, run.cutter.n_bytes);
        entry_add_number(&run.entry, OUTPUT_LINES, run.cutter.n_lines);
        entry_add_text(&run.entry, OUTPUT_EXIT, text);
        if (is_held)
                entry_add_text(&run.entry, OUTPUT_HELD, "1");
        journal_send(&run.journal, &run.entry);
}

/* What is there, or much of it; false when everybody has closed the pipe. */
static bool read_pipe(void) {
        ssize_t n = 1;

        for (unsigned i = 0; n > 0 && i < READS_MAX; i++) {
                size_t size;
                char *space = cutter_space(&run.cutter, &size);

                n = read(run.pipe_fd, space, size);
                if (n > 0)
                        cutter_add(&run.cutter, (size_t) n);
                if (cutter_is_full(&run.cutter))
                        send_chunks(false);
        }
        send_chunks(false);
        return n != 0;
}

static void wait_for_more(struct pollfd fds[3], int64_t until) {
        int64_t now = now_msec();

        for (unsigned i = 0; i < 3; i++)
                fds[i].revents = 0;
        (void) poll(fds, 3,
                        until == NEVER                ? -1
                                        : until > now ? (int) (until - now)
                                                      : 0); /* again, if it fails */
}

/* True when somebody else held the pipe for too long after the command's end. */
static bool copy_output(void) {
        struct pollfd fds[] = { { .fd = run.pipe_fd, .events = POLLIN },
                { .fd = run.child.pid_fd, .events = POLLIN }, { .fd = others_open(), .events = POLLIN } };
        int64_t end = NEVER, line_end = NEVER;

        for (;;) {
                int64_t now;

                wait_for_more(fds, MIN(end, line_end));
                if (fds[0].revents && !read_pipe())
                        return false;
                now = now_msec();
                if (fds[1].revents) {
                        end = MIN(end, now + GRACE_MSEC);
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
                        send_chunks(true);
                if (cutter_is_empty(&run.cutter))
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

static void run_command(char **command, char **environment) {
        bool is_held = false;
        int write_fd = -1, r;

        r = make_pipe(&write_fd);
        if (r < 0)
                run.child = (Child){ .pid = -1, .error = -r };
        else {
                child_start(&run.child, command, environment, write_fd);
                (void) close(write_fd);
                is_held = copy_output();
                child_wait(&run.child);
        }
        send_chunks(true);
        send_end(is_held);
        journal_finish(&run.journal);
}

int main(int argc, char *argv[], char *envp[]) {
        if (argc < 2) {
                fputs("jobsd-run is started by jobsd, see jobsd-run(8).\n", stderr);
                return 2;
        }
        /* the job's processes have the same user: they shall not attach to this one, or take what it has
         * open */
        (void) prctl(PR_SET_DUMPABLE, 0);
        set_identifier(argv[1]);
        journal_open(&run.journal, JOURNAL_SOCKET);
        send_start();
        run_command(argv + 1, envp);
        child_end_alike(&run.child);
}
