/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "confine.h"
#include "job.h"
#include "journal-barrier.h"
#include "macro.h"
#include "output-run.h"
#include "parse.h"
#include "protocol.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* For what is still on its way when the job has ended. */
#define BARRIER_USEC_MAX (10 * USEC_PER_SEC)

typedef struct Output {
        uint64_t id;
        unsigned n_tries;
        const char *boot_id; /* or NULL, for any */
        OutputRuns runs;
        sd_journal *journal;
        int barrier_fd;   /* -EBADF: nothing can be on its way */
        bool has_run;     /* so that there must have been something */
        bool follows;     /* until the job ends */
        bool is_snapshot; /* the job goes on, and its reader does not wait for it: */
        char *last;       /* this is the cursor of the last entry that he gets */
        bool is_done;     /* there is no more to be copied */
        bool has_read;    /* anything */
        uint64_t n_entries; /* that were copied, or looked at for that */
        bool ended;       /* the job is over, */
        bool is_stored;   /* and has been for so long that the journal has it all */
        uint64_t skip;    /* so much is before what is wanted; */
        bool in_middle;   /* of last lines, from the next piece on, and what its run had before it is, too */
        uint64_t n_written;
} Output;

static void output_done(Output *output) {
        sd_journal_close(output->journal);
        output_runs_done(&output->runs);
        close_fd(output->barrier_fd);
        free(output->last);
}

/* By the units: of entries stored under load some have no invocation id. The fields are journald's own,
 * which nobody can forge. */
static int add_matches(sd_journal *journal, const Output *output) {
        char match_boot[64];
        int r = 0;

        snprintf(match_boot, sizeof(match_boot), "_BOOT_ID=%s", output->boot_id ?: "");
        if (output->boot_id)
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
        r = sd_journal_set_data_threshold(journal, 0); /* of any length */
        if (r >= 0)
                r = add_matches(journal, output);
        if (r < 0) {
                sd_journal_close(journal);
                return r;
        }
        output->journal = journal;
        return 0;
}

/* ---- the last lines ---- */

/* Who reads back meets a chunk before the first entry of its run. */
static int find_runs(Output *output) {
        int r = 0;

        for (unsigned attempt = 1; r >= 0 && attempt <= output->n_tries; attempt++) {
                _cleanup_free_ char *unit = NULL;

                r = job_unit_name(output->id, attempt, &unit);
                if (r >= 0)
                        r = output_runs_find(&output->runs, output->journal, unit, output->boot_id);
        }
        return r < 0 ? r : add_matches(output->journal, output);
}

/* Counts line breaks from the end of a piece. True when the last one that was wanted is there: the lines
 * begin behind it. */
static bool find_line(const OutputPiece *piece, uint64_t *n_breaks, size_t *ret_offset) {
        const char *end = piece->text + piece->size, *line_break;

        if (piece->n_terminator > 0 && --*n_breaks == 0) {
                *ret_offset = piece->size + piece->n_terminator;
                return true;
        }
        while ((line_break = memrchr(piece->text, '\n', (size_t) (end - piece->text)))) {
                if (--*n_breaks == 0) {
                        *ret_offset = (size_t) (line_break + 1 - piece->text);
                        return true;
                }
                end = line_break;
        }
        return false;
}

/* Reads back to the entry in which the last so many lines begin. 0: there are not so many. */
static int find_lines(Output *output, uint64_t n_lines) {
        uint64_t n_breaks = n_lines;
        bool has_text = false;
        int r = 1;

        for (; r > 0; r = sd_journal_previous(output->journal)) {
                OutputPiece piece;
                int k = output_runs_read(&output->runs, output->journal, &piece);

                if (k == -ENOENT || (k >= 0 && (!output_piece_is_previous(&piece) || piece.is_end)))
                        continue;
                if (k < 0)
                        return k;
                if (!has_text && piece.n_terminator > 0) /* a last line without a break is one as well */
                        n_breaks++;
                has_text = true;
                if (find_line(&piece, &n_breaks, &output->skip))
                        return 1;
        }
        return r;
}

/* From the last entry to before the last so many lines. */
static int seek_lines(Output *output, uint64_t n_lines) {
        int r;

        output->in_middle = true;
        if (n_lines == 0) {
                output->is_done = !output->follows;
                return 0;
        }
        r = find_lines(output, n_lines);
        if (r > 0) /* so that it comes next */
                r = sd_journal_previous(output->journal);
        else
                output->in_middle = false;
        return r != 0 ? r : sd_journal_seek_head(output->journal);
}

/* To what is to be copied. A job that prints without a pause is ahead of its reader for ever: a snapshot is
 * of what is there now. */
static int seek(Output *output, uint64_t n_lines) {
        bool all = n_lines == UINT64_MAX;
        int r = 0;

        if (all && !output->is_snapshot)
                return 0;
        if (!all)
                r = find_runs(output);
        if (r >= 0)
                r = sd_journal_seek_tail(output->journal);
        if (r >= 0)
                r = sd_journal_previous(output->journal);
        if (r == 0) { /* there is nothing yet: whatever comes is behind the beginning */
                output->is_done = !output->follows;
                return sd_journal_seek_head(output->journal);
        }
        if (r < 0)
                return r;
        output->has_read = true;
        if (output->is_snapshot)
                r = sd_journal_get_cursor(output->journal, &output->last);
        if (r < 0)
                return r;
        return all ? sd_journal_seek_head(output->journal) : seek_lines(output, n_lines);
}

/* ---- notes: what the bytes do not tell ---- */

/* Before the byte of this number, which is not written yet. Who does not read notes has none: the pipe takes thousands,
 * and nobody waits for room. */
static void add_note(const Output *output, const char *word) {
        (void) dprintf(STREAM_STATUS_FD, "%s %" PRIu64 "\n", word, output->n_written);
}

static void note_missing(const Output *output, uint64_t n_missing) {
        (void) dprintf(STREAM_STATUS_FD, STREAM_NOTE_MISSING " %" PRIu64 " %" PRIu64 "\n", output->n_written,
                        n_missing);
}

/* It was vacuumed, or is lost: from when on the journal has what was printed tells which. */
static void note_gone(const Output *output) {
        uint64_t since_usec = 0;

        if (sd_journal_get_cutoff_realtime_usec(output->journal, &since_usec, NULL) <= 0)
                since_usec = 0; /* it has nothing */
        (void) dprintf(STREAM_STATUS_FD, STREAM_NOTE_GONE " %" PRIu64 " %" PRIu64 "\n", output->n_written, since_usec);
}

/* Of the last one of so many runs, when there will be no more of it. */
static void note_end_of_run(const Output *output, size_t n_runs) {
        if (n_runs > 0 && !output->runs.runs[n_runs - 1].ended)
                add_note(output, STREAM_NOTE_UNFINISHED);
}

/* All is written that will be. */
static void note_end(const Output *output) {
        if (output->ended && output->has_run && !output->has_read)
                note_gone(output);
        if (output->ended)
                note_end_of_run(output, output->runs.n_runs);
        add_note(output, STREAM_NOTE_END);
}

static void note_piece(Output *output, const OutputPiece *piece, uint64_t n_missing) {
        uint64_t n_skipped = output->in_middle ? n_missing : MIN(n_missing, output->skip);

        if (n_missing > n_skipped)
                note_missing(output, n_missing - n_skipped);
        if (piece->is_held)
                add_note(output, STREAM_NOTE_HELD);
        if (!output->in_middle)
                output->skip -= n_skipped;
        output->in_middle = false;
}

/* ---- copying ---- */

static int write_bytes(Output *output, const char *bytes, size_t size) {
        size_t n_skipped = (size_t) MIN(size, output->skip);

        output->skip -= n_skipped;
        output->n_written += size - n_skipped;
        return fwrite_unlocked(bytes + n_skipped, 1, size - n_skipped, stdout) == size - n_skipped ? 0 : -errno;
}

static int copy_entry(Output *output) {
        size_t n_runs = output->runs.n_runs;
        uint64_t n_missing;
        OutputPiece piece;
        int r;

        output->has_read = true;
        output->n_entries++;
        r = output_runs_read(&output->runs, output->journal, &piece);
        if (output->runs.n_runs > n_runs)
                note_end_of_run(output, n_runs);
        if (r == -ENOENT || (r >= 0 && !output_piece_is_next(&piece, &n_missing)))
                return 0;
        if (r >= 0) {
                note_piece(output, &piece, n_missing);
                r = write_bytes(output, piece.text, piece.size);
        }
        return r < 0 ? r : write_bytes(output, piece.terminator, piece.n_terminator);
}

/* Copies everything that is there. */
static int copy_stored(Output *output) {
        int r = 0;

        while (!output->is_done && (r = sd_journal_next(output->journal)) > 0) {
                r = copy_entry(output);
                if (r < 0)
                        return r;
                output->is_done = output->last && sd_journal_test_cursor(output->journal, output->last) > 0;
        }
        return r >= 0 && fflush_unlocked(stdout) != 0 ? -errno : r;
}

/* ---- the end ---- */

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

static int open_barrier(Output *output) {
        int r = journal_barrier_open(JOBSD_JOURNAL_NAMESPACE, &output->barrier_fd);

        return r == -ENOENT || r == -ECONNREFUSED ? 0 : r; /* nothing is on its way there */
}

/* Waits for what is on its way when the job has ended. */
static void pass_barrier(const Output *output) {
        int r = 0;

        if (output->barrier_fd >= 0)
                r = journal_barrier_wait_sync(output->barrier_fd, BARRIER_USEC_MAX);
        if (r < 0) /* journald is gone, or does nothing: there is no more */
                (void) stream_error(r, "The end of an output may be missing");
}

/* A runner waits until journald has read its last entry, unless it is killed. */
static bool has_end(const Output *output) {
        return output->n_tries == 1 && output->runs.n_runs == 1 && output->runs.runs[0].ended;
}

/* Nothing has been read yet. A namespace's folder that is made later, with its first job, is not looked into by a journal
 * that is open. */
static int begin_anew(Output *output) {
        bool has_files = sd_journal_has_persistent_files(output->journal) > 0 ||
                        sd_journal_has_runtime_files(output->journal) > 0;
        int r;

        if (has_files && !output->ended) /* to open it again and again would be much work */
                return sd_journal_seek_head(output->journal);
        sd_journal_close(output->journal);
        output->journal = NULL;
        r = open_journal(output);
        return r < 0 ? r : sd_journal_get_fd(output->journal);
}

/* Goes on behind the last entry, but looks into all files: sd-journal passes over one in which it has found
 * no more, as long as that has as many entries as it had then, and journald counts an entry a moment before
 * it can be found by its unit. So the last one could be missed. */
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
        return output->has_read ? 0 : begin_anew(output); /* 0: the file of that entry is gone */
}

static int copy_rest(Output *output) {
        int r;

        if (has_end(output))
                return 0;
        pass_barrier(output);
        r = look_anew(output);
        return r < 0 ? r : copy_stored(output);
}

/* What made the journal speak is to be found now, or is nothing of this job's. */
static int copy_more(Output *output) {
        uint64_t n_entries = output->n_entries;
        int r = copy_stored(output);

        if (r < 0 || output->n_entries > n_entries)
                return r;
        r = look_anew(output);
        return r < 0 ? r : copy_stored(output);
}

/* What comes while the job runs, until it ends; then all that is left. */
static int follow(Output *output) {
        int r = copy_stored(output);

        while (r >= 0 && !output->ended) {
                r = wait_for_more(output);
                if (r >= 0 && !output->ended)
                        r = copy_more(output);
        }
        return r < 0 ? r : copy_rest(output);
}

static int copy(uint64_t n_lines, Output *output) {
        int r = 0;

        while (r >= 0 && !output->follows && !output->is_snapshot && !output->ended)
                r = read_control(output);
        if (r >= 0 && !output->is_snapshot && !output->is_stored)
                r = open_barrier(output);
        if (r >= 0 && output->ended)
                pass_barrier(output);
        if (r >= 0) /* nothing is left to be connected to when the journal is read */
                r = confine(false);
        if (r >= 0)
                r = open_journal(output);
        if (r >= 0) /* from now on changes are told */
                r = sd_journal_get_fd(output->journal);
        if (r >= 0)
                r = seek(output, n_lines);
        if (r < 0)
                return r;
        return output->follows ? follow(output) : copy_stored(output);
}

static void note_damage(void) {
        static const char note[] = STREAM_NOTE_DAMAGED "\n";

        (void) !write(STREAM_STATUS_FD, note, sizeof(note) - 1); /* who does not read is not told */
}

/* sd-journal maps files, and does not expect that one is cut. */
static void on_bus_error(int signal) {
        note_damage();
        _exit(EXIT_FAILURE);
}

bool stream_output_may_connect(const char *mode) {
        return strcmp(mode, STREAM_MODE_SNAPSHOT) != 0;
}

static const char *unless_any(const char *argument) {
        return strcmp(argument, STREAM_ANY) == 0 ? NULL : argument;
}

int stream_output(const char *id, const char *tries, const char *boot_id, const char *unit,
                const char *invocation_id, const char *ran, const char *lines, const char *since,
                const char *mode) {
        uint64_t n_lines = UINT64_MAX;
        int n_tries, r;
        Output output = {
                .boot_id = unless_any(boot_id),
                .runs = { .unit = unit, .invocation = unless_any(invocation_id) },
                .barrier_fd = -EBADF,
                .has_run = strcmp(ran, STREAM_YES) == 0,
                .follows = strcmp(mode, STREAM_MODE_FOLLOW) == 0,
                .is_snapshot = strcmp(mode, STREAM_MODE_SNAPSHOT) == 0,
        };

        if ((unless_any(lines) && parse_uint64(lines, &n_lines) < 0) ||
                        parse_uint64(since, &output.skip) < 0 || parse_id(id, &output.id) < 0 ||
                        parse_int(tries, 1, INT_MAX, &n_tries) < 0)
                return 2;
        output.n_tries = (unsigned) n_tries;
        (void) sigaction(SIGBUS, &(struct sigaction){ .sa_handler = on_bus_error }, NULL); /* cannot fail */
        (void) signal(SIGPIPE, SIG_IGN); /* the notes may have no reader */
        r = copy(n_lines, &output);
        if (r >= 0)
                note_end(&output);
        output_done(&output);
        if (r == -EPIPE || r == -ECONNRESET) /* nobody reads any more, or jobsd was ended */
                return EXIT_FAILURE;
        if (r < 0 && fflush_unlocked(stdout) == 0) /* what was read before is whole */
                note_damage();
        return r < 0 ? stream_error(r, "Failed to copy an output") : EXIT_SUCCESS;
}
