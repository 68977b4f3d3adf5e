/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "confine.h"
#include "job.h"
#include "journal-line.h"
#include "journal-sync.h"
#include "macro.h"
#include "parse.h"
#include "protocol.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* journald answers only when nobody writes: while another job prints without a pause, never. By then
 * it has taken its turn with this one's many times. */
#define SYNC_USEC_MAX (10 * USEC_PER_SEC)

typedef struct Output {
        uint64_t id;
        unsigned n_tries;
        const char *boot_id; /* or any */
        sd_journal *journal;
        bool has_copied;     /* anything */
        bool ended;          /* the job is over, */
        bool is_stored;      /* and the journal has all of its output, */
        bool may_ask;        /* which journald may have to be asked for */
        bool is_snapshot;    /* the job goes on, the reader does not wait for it */
        uint64_t until_usec; /* of a snapshot: entries that came later are left out; else UINT64_MAX */
        uint64_t n_wanted;   /* of a snapshot's last lines: so many entries; else UINT64_MAX */
} Output;

/* After a restart of jobsd nobody but journald knows whether it has stored everything. */
static int synchronize(const Output *output) {
        int r;

        if (output->is_stored || !output->may_ask)
                return 0;
        r = journal_synchronize_sync(JOBSD_JOURNAL_NAMESPACE, SYNC_USEC_MAX);
        /* it is not running, so nothing is on its way; or it has had time enough */
        return r == -ENOENT || r == -ECONNREFUSED || r == -ETIMEDOUT ? 0 : r;
}

/* By the units: of lines stored under load some have no invocation id. Units never get a name twice, unless
 * the history was moved away or is an old one, and then rarely in the same boot. The fields are journald's
 * own, which nobody can forge. */
static int add_matches(sd_journal *journal, const Output *output) {
        char match_boot[64];
        int r = 0;

        snprintf(match_boot, sizeof(match_boot), "_BOOT_ID=%s", output->boot_id);
        if (strcmp(output->boot_id, STREAM_BOOT_ANY) != 0)
                r = sd_journal_add_match(journal, match_boot, 0);
        for (unsigned attempt = 1; r >= 0 && attempt <= output->n_tries; attempt++) {
                _cleanup_free_ char *unit = NULL, *match = NULL;

                r = job_unit_name(output->id, attempt, &unit);
                if (r >= 0 && asprintf(&match, "_SYSTEMD_UNIT=%s", unit) < 0)
                        r = -ENOMEM;
                if (r >= 0) /* one of them is enough: they are about the same field */
                        r = sd_journal_add_match(journal, match, 0);
        }
        return r;
}

static int open_journal(Output *output) {
        sd_journal *journal;
        int r;

        r = sd_journal_open_namespace(&journal, JOBSD_JOURNAL_NAMESPACE, SD_JOURNAL_LOCAL_ONLY);
        if (r < 0)
                return r;
        r = sd_journal_set_data_threshold(journal, 0); /* lines of any length */
        if (r >= 0)
                r = add_matches(journal, output);
        if (r < 0) {
                sd_journal_close(journal);
                return r;
        }
        output->journal = journal;
        return 0;
}

/* Moves to before the last so many lines, each of which may be several entries. */
static int seek_lines(Output *output, uint64_t n_lines) {
        sd_journal *journal = output->journal;
        uint64_t n = 0, n_entries = 0;
        bool in_line = false;
        int r;

        r = output->is_snapshot ? sd_journal_seek_realtime_usec(journal, output->until_usec)
                                : sd_journal_seek_tail(journal);
        if (r < 0)
                return r;
        if (n_lines == 0) {
                if (output->is_snapshot)
                        output->n_wanted = 0;
                return sd_journal_previous(journal);
        }
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
                if (n > n_lines) /* the next entry is the first that is wanted */
                        break;
                n_entries++;
        }
        /* the time alone is no bound: entries that journald is about to store carry an earlier one */
        if (output->is_snapshot)
                output->n_wanted = n_entries;
        return r < 0 || n > n_lines ? r : sd_journal_seek_head(journal);
}

static int write_line(const JournalLine *line) {
        if (fwrite_unlocked(line->text, 1, line->size, stdout) != line->size ||
                        fwrite_unlocked(line->terminator, 1, line->n_terminator, stdout) !=
                                        line->n_terminator)
                return -errno;
        return 0;
}

/* A job that prints without a pause is ahead of its reader for ever. */
static bool entry_is_too_late(const Output *output) {
        uint64_t usec;

        return output->until_usec != UINT64_MAX &&
                        sd_journal_get_realtime_usec(output->journal, &usec) >= 0 &&
                        usec > output->until_usec;
}

/* Copies everything that is there. */
static int copy_stored(Output *output) {
        int r = 0;

        while (output->n_wanted > 0 && (r = sd_journal_next(output->journal)) > 0) {
                JournalLine line;

                if (entry_is_too_late(output))
                        break;
                r = journal_line_read(output->journal, &line);
                if (r == -ENOENT)
                        continue;
                output->n_wanted--;
                output->has_copied = true;
                if (r >= 0)
                        r = write_line(&line);
                if (r < 0)
                        return r;
        }
        if (r >= 0 && fflush_unlocked(stdout) != 0)
                return -errno;
        return r;
}

/* jobsd's word. Without it the pipe was closed by the end of jobsd, and this is not the end of the
 * output: the reader learns that from the job, which has not ended. */
static int read_control(Output *output) {
        char word;
        ssize_t n = read(STDIN_FILENO, &word, 1);

        if (n < 0)
                return errno == EINTR ? 0 : -errno;
        if (n == 0)
                return -ECONNRESET;
        output->ended = true;
        output->is_stored = word == STREAM_STORED;
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

/* Goes on behind the last entry, but looks into all files: sd-journal passes over one in which it has found
 * no more, as long as that has as many entries as it had then, and journald counts an entry a moment before
 * it can be found by its unit. So the last one of all could be missed. */
static int look_anew(Output *output) {
        _cleanup_free_ char *cursor = NULL;
        int r;

        r = sd_journal_process(output->journal); /* files may have been added or rotated meanwhile */
        if (r >= 0)
                r = sd_journal_get_cursor(output->journal, &cursor);
        if (r >= 0)
                r = sd_journal_seek_cursor(output->journal, cursor);
        if (r >= 0)
                return sd_journal_next(output->journal); /* to that entry itself */
        if (r != -EADDRNOTAVAIL)
                return r;
        if (output->has_copied) /* the file of that entry is gone */
                return 0;
        sd_journal_close(output->journal); /* its directory may have been made after we looked */
        output->journal = NULL;
        return open_journal(output);
}

/* What came while the job ran, until it ends; then all that is left. */
static int follow(Output *output) {
        int r;

        while (!output->ended) {
                r = copy_stored(output);
                if (r >= 0)
                        r = wait_for_more(output);
                if (r < 0)
                        return r;
        }
        r = synchronize(output);
        if (r >= 0)
                r = look_anew(output);
        return r < 0 ? r : copy_stored(output);
}

static uint64_t realtime_usec(void) {
        struct timespec ts;

        (void) clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail for this clock */
        return (uint64_t) ts.tv_sec * USEC_PER_SEC + (uint64_t) ts.tv_nsec / NSEC_PER_USEC;
}

static int copy(uint64_t n_lines, bool awaits_end, Output *output) {
        int r = 0;

        while (r >= 0 && awaits_end && !output->ended)
                r = read_control(output);
        if (r >= 0 && output->ended) /* the last lines may be on their way */
                r = synchronize(output);
        if (output->is_snapshot)
                output->until_usec = realtime_usec();
        if (r >= 0 && output->ended) /* nothing is left to be asked */
                r = confine(false);
        if (r >= 0)
                r = open_journal(output);
        if (r >= 0) /* from now on changes are told */
                r = sd_journal_get_fd(output->journal);
        if (r >= 0 && n_lines != UINT64_MAX)
                r = seek_lines(output, n_lines);
        if (r < 0)
                return r;
        return output->ended || output->is_snapshot ? copy_stored(output) : follow(output);
}

/* A stream carries nothing but the output: in it is the only place to say that something is missing. */
static void tell_damage(void) {
        static const char text[] =
                        "\njobsd: The rest of this output could not be read, the journal is damaged.\n";

        (void) !write(STDOUT_FILENO, text, sizeof(text) - 1); /* who does not read is not told */
}

/* sd-journal maps files, and does not expect that one is cut. */
static void on_bus_error(int signal) {
        tell_damage();
        _exit(EXIT_FAILURE);
}

bool stream_output_may_ask(const char *mode) {
        return strcmp(mode, STREAM_MODE_AWAIT) == 0 || strcmp(mode, STREAM_MODE_RESUME) == 0;
}

int stream_output(const char *id, const char *tries, const char *boot_id, const char *lines,
                const char *mode) {
        uint64_t n_lines = UINT64_MAX;
        int n_tries, r;
        Output output = {
                .boot_id = boot_id,
                .is_snapshot = strcmp(mode, STREAM_MODE_SNAPSHOT) == 0,
                .may_ask = stream_output_may_ask(mode),
                .until_usec = UINT64_MAX,
                .n_wanted = UINT64_MAX,
        };

        if ((strcmp(lines, "all") != 0 && parse_uint64(lines, &n_lines) < 0) ||
                        parse_id(id, &output.id) < 0 || parse_int(tries, 1, INT_MAX, &n_tries) < 0)
                return 2;
        output.n_tries = (unsigned) n_tries;
        (void) sigaction(SIGBUS, &(struct sigaction){ .sa_handler = on_bus_error }, NULL); /* cannot fail */
        r = copy(n_lines, strcmp(mode, STREAM_MODE_AWAIT) == 0, &output);
        sd_journal_close(output.journal);
        if (r == -EPIPE || r == -ECONNRESET) /* nobody reads any more, or jobsd was ended */
                return EXIT_FAILURE;
        if (r < 0 && fflush_unlocked(stdout) == 0) /* what was read before is whole */
                tell_damage();
        return r < 0 ? stream_error(r, "Failed to copy an output") : EXIT_SUCCESS;
}
