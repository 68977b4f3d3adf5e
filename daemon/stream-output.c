/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "journal-line.h"
#include "journal-sync.h"
#include "macro.h"
#include "parse.h"
#include "protocol.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* A busy journald may need long to store what is on its way. */
#define SYNC_USEC_MAX (90 * USEC_PER_SEC)

typedef struct Output {
        sd_journal *journal;
        bool ended; /* the job is over: what the journal has is all */
} Output;

static int synchronize(void) {
        int r = journal_synchronize_sync(JOBSD_JOURNAL_NAMESPACE, SYNC_USEC_MAX);

        if (r == -ENOENT || r == -ECONNREFUSED) /* it is not running: nothing is on its way */
                return 0;
        if (r < 0)
                return stream_error(r, "Failed to wait for the journal, the end of an output may be missing"), r;
        return 0;
}

static int open_journal(const char *unit, sd_journal **ret) {
        char match[300];
        sd_journal *journal;
        int r;

        /* By the unit: of lines stored under load some have no invocation id. Units never get a name
         * twice, and the field is journald's own, which nobody can forge. */
        snprintf(match, sizeof(match), "_SYSTEMD_UNIT=%s", unit);
        r = sd_journal_open_namespace(&journal, JOBSD_JOURNAL_NAMESPACE, SD_JOURNAL_LOCAL_ONLY);
        if (r < 0)
                return r;
        r = sd_journal_set_data_threshold(journal, 0); /* lines of any length */
        if (r >= 0)
                r = sd_journal_add_match(journal, match, 0);
        if (r < 0) {
                sd_journal_close(journal);
                return r;
        }
        *ret = journal;
        return 0;
}

/* Moves to before the last so many lines, each of which may be several entries. */
static int seek_lines(sd_journal *journal, uint64_t n_lines) {
        bool in_line = false;
        uint64_t n = 0;
        int r;

        r = sd_journal_seek_tail(journal);
        if (r < 0)
                return r;
        if (n_lines == 0)
                return sd_journal_previous(journal);
        while ((r = sd_journal_previous(journal)) > 0) {
                JournalLine line;

                r = journal_line_read(journal, &line);
                if (r == -ENOENT)
                        continue;
                if (r < 0)
                        return r;
                if (journal_line_is_complete(&line) || !in_line)
                        n++;
                in_line = true;
                if (n > n_lines)
                        return 0; /* the next entry is the first that is wanted */
        }
        return r < 0 ? r : sd_journal_seek_head(journal);
}

static int write_line(const JournalLine *line) {
        if (fwrite_unlocked(line->text, 1, line->size, stdout) != line->size ||
                fwrite_unlocked(line->terminator, 1, line->n_terminator, stdout) != line->n_terminator)
                return -errno;
        return 0;
}

/* Copies everything that is there. */
static int copy_stored(sd_journal *journal) {
        int r;

        while ((r = sd_journal_next(journal)) > 0) {
                JournalLine line;

                r = journal_line_read(journal, &line);
                if (r == -ENOENT)
                        continue;
                if (r >= 0)
                        r = write_line(&line);
                if (r < 0)
                        return r;
        }
        if (r >= 0 && fflush_unlocked(stdout) != 0)
                return -errno;
        return r;
}

/* jobsd's word: the job has ended. Without it the pipe was closed by the end of jobsd: the reader
 * is told by our exit that it is not the end of the output. */
static int read_control(Output *output) {
        char c;
        ssize_t n = read(STDIN_FILENO, &c, 1);

        if (n < 0)
                return errno == EINTR ? 0 : -errno;
        if (n == 0)
                return -ECONNRESET;
        if (c == STREAM_JOB_ENDED)
                output->ended = true;
        return 0;
}

/* Until the journal has more, the job has ended, or the reader has gone. */
static int wait_for_more(Output *output) {
        struct pollfd fds[] = {
                { .fd = sd_journal_get_fd(output->journal), .events = POLLIN },
                { .fd = STDIN_FILENO, .events = POLLIN },
                { .fd = STDOUT_FILENO },
        };

        if (fds[0].fd < 0)
                return fds[0].fd;
        if (poll(fds, ELEMENTSOF(fds), -1) < 0)
                return errno == EINTR ? 0 : -errno;
        if (fds[2].revents & (POLLERR | POLLHUP))
                return -EPIPE;
        if (fds[0].revents) {
                int r = sd_journal_process(output->journal);

                if (r < 0)
                        return r;
        }
        return fds[1].revents ? read_control(output) : 0;
}

static int follow(Output *output) {
        int r = 0;

        while (!output->ended) {
                r = copy_stored(output->journal);
                if (r >= 0)
                        r = wait_for_more(output);
                if (r < 0)
                        return r;
        }
        r = synchronize();
        if (r < 0)
                return r;
        /* files may have been added or rotated meanwhile */
        r = sd_journal_process(output->journal);
        return r < 0 ? r : copy_stored(output->journal);
}

/* Whether jobsd has already said that the job is over. */
static int peek_ended(Output *output) {
        struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
        int r = poll(&fd, 1, 0);

        if (r < 0)
                return -errno;
        return r > 0 ? read_control(output) : 0;
}

static int copy(const char *unit, uint64_t n_lines, Output *output) {
        int r;

        /* What was written before the question belongs to the answer. */
        r = synchronize();
        if (r >= 0)
                r = open_journal(unit, &output->journal);
        if (r >= 0) /* from now on changes are told */
                r = sd_journal_get_fd(output->journal);
        if (r >= 0 && n_lines != UINT64_MAX)
                r = seek_lines(output->journal, n_lines);
        if (r >= 0)
                r = peek_ended(output);
        return r < 0 ? r : follow(output);
}

int stream_output(const char *unit, const char *lines) {
        uint64_t n_lines = UINT64_MAX;
        Output output = {};
        int r;

        if (strcmp(lines, "all") != 0 && parse_uint64(lines, &n_lines) < 0)
                return 2;
        r = copy(unit, n_lines, &output);
        sd_journal_close(output.journal);
        if (r == -EPIPE || r == -ECONNRESET) /* nobody reads any more, or jobsd was ended */
                return EXIT_FAILURE;
        return r < 0 ? stream_error(r, "Failed to copy an output") : EXIT_SUCCESS;
}
