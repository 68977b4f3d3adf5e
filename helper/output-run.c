/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "journal-line.h"
#include "macro.h"
#include "output-entry.h"
#include "output-run.h"
#include "parse.h"

void output_runs_done(OutputRuns *runs) {
        free(runs->runs);
        runs->runs = NULL;
        runs->n_runs = 0;
}

int output_get_text(sd_journal *journal, const char *field, char *buffer, size_t size) {
        const void *data;
        size_t n, n_prefix = strlen(field) + 1;
        int r = sd_journal_get_data(journal, field, &data, &n);

        if (r < 0)
                return r;
        snprintf(buffer, size, "%.*s", (int) (n - n_prefix), (const char *) data + n_prefix);
        return 0;
}

static bool has_field(sd_journal *journal, const char *field) {
        const void *data;
        size_t size;

        return sd_journal_get_data(journal, field, &data, &size) >= 0;
}

static int get_at(sd_journal *journal, uint64_t *ret) {
        char text[24];
        int r = output_get_text(journal, OUTPUT_AT, text, sizeof(text));

        return r < 0 ? r : parse_uint64(text, ret) < 0 ? -ENOENT : 0;
}

/* Those fields that tell who wrote an entry. */
static int read_writer(sd_journal *journal, OutputRun *ret) {
        int r;

        r = output_get_text(journal, "_SYSTEMD_UNIT", ret->unit, sizeof(ret->unit));
        if (r >= 0)
                r = output_get_text(journal, "_PID", ret->pid, sizeof(ret->pid));
        if (r >= 0)
                r = output_get_text(
                                journal, "_SYSTEMD_INVOCATION_ID", ret->invocation, sizeof(ret->invocation));
        /* of a writer that was gone when journald looked: it is no runner, which waits for that */
        return r == -ENOENT ? 0 : r;
}

static bool has_unit(const OutputRuns *runs, const char *unit, const char *invocation) {
        for (size_t i = 0; i < runs->n_runs; i++)
                if (strcmp(runs->runs[i].unit, unit) == 0 &&
                                (!invocation || strcmp(runs->runs[i].invocation, invocation) == 0))
                        return true;
        return false;
}

static OutputRun *find_run(const OutputRuns *runs, const OutputRun *writer) {
        for (size_t i = runs->n_runs; i > 0; i--)
                if (strcmp(runs->runs[i - 1].unit, writer->unit) == 0 &&
                                strcmp(runs->runs[i - 1].pid, writer->pid) == 0)
                        return &runs->runs[i - 1];
        return NULL;
}

static int add_run(OutputRuns *runs, const OutputRun *writer) {
        OutputRun *array = realloc(runs->runs, (runs->n_runs + 1) * sizeof(OutputRun));

        if (!array)
                return -ENOMEM;
        runs->runs = array;
        array[runs->n_runs] = *writer;
        array[runs->n_runs].at = 0;
        array[runs->n_runs].low = UINT64_MAX;
        runs->n_runs++;
        return 0;
}

/* The unit was started again, by hand, or is one of a history that was moved away. */
static bool is_another_invocation(const OutputRuns *runs, const OutputRun *writer) {
        return runs->invocation && strcmp(runs->unit, writer->unit) == 0 && *writer->invocation &&
                        strcmp(runs->invocation, writer->invocation) != 0;
}

static int read_line(sd_journal *journal, OutputPiece *ret) {
        JournalLine line;
        int r = journal_line_read(journal, &line);

        if (r < 0)
                return r;
        *ret = (OutputPiece){ .text = line.text,
                .size = line.size,
                .terminator = line.terminator,
                .n_terminator = line.n_terminator };
        return 0;
}

/* The text comes last: what sd_journal_get_data() has returned is gone with the next call. */
static int read_chunk(sd_journal *journal, OutputRun *run, uint64_t at, OutputPiece *ret) {
        const void *data;
        size_t size;
        int r;

        *ret = (OutputPiece){
                .run = run,
                .at = at,
                .text = "",
                .terminator = "",
                .is_end = has_field(journal, OUTPUT_END),
                .is_held = has_field(journal, OUTPUT_HELD),
        };
        if (ret->is_end)
                return 0;
        if (!has_field(journal, OUTPUT_PART)) {
                ret->terminator = "\n";
                ret->n_terminator = 1;
        }
        r = sd_journal_get_data(journal, OUTPUT_TEXT, &data, &size);
        if (r < 0)
                return r;
        ret->text = (const char *) data + sizeof(OUTPUT_TEXT); /* with its "=" */
        ret->size = size - sizeof(OUTPUT_TEXT);
        return 0;
}

int output_runs_read(OutputRuns *runs, sd_journal *journal, OutputPiece *ret) {
        OutputRun writer = {}, *run;
        uint64_t at;
        int r = read_writer(journal, &writer);

        if (r < 0)
                return r;
        if (is_another_invocation(runs, &writer))
                return -ENOENT;
        if (has_field(journal, OUTPUT_START)) {
                /* only the first one of an invocation: then there was nobody else in the unit */
                r = has_unit(runs, writer.unit, writer.invocation) ? 0 : add_run(runs, &writer);
                return r < 0 ? r : -ENOENT;
        }
        run = find_run(runs, &writer);
        if (!run && has_unit(runs, writer.unit, NULL))
                return -ENOENT;
        r = get_at(journal, &at);
        if (r == -ENOENT)
                return run ? -ENOENT : read_line(journal, ret);
        if (r >= 0 && !run) { /* its first entries have been removed from the journal */
                r = add_run(runs, &writer);
                run = r < 0 ? NULL : &runs->runs[runs->n_runs - 1];
        }
        return r < 0 ? r : read_chunk(journal, run, at, ret);
}

static int match_start(sd_journal *journal, const char *unit, const char *boot_id) {
        char match[128];
        int r;

        sd_journal_flush_matches(journal);
        snprintf(match, sizeof(match), "_SYSTEMD_UNIT=%s", unit);
        r = sd_journal_add_match(journal, match, 0);
        if (r >= 0)
                r = sd_journal_add_match(journal, OUTPUT_START "=1", 0);
        if (r < 0 || !boot_id)
                return r;
        snprintf(match, sizeof(match), "_BOOT_ID=%s", boot_id);
        return sd_journal_add_match(journal, match, 0);
}

int output_runs_find(OutputRuns *runs, sd_journal *journal, const char *unit, const char *boot_id) {
        int r = match_start(journal, unit, boot_id);

        if (r >= 0)
                r = sd_journal_seek_head(journal);
        while (r >= 0 && !has_unit(runs, unit, NULL) && (r = sd_journal_next(journal)) > 0) {
                OutputPiece piece;

                r = output_runs_read(runs, journal, &piece);
                if (r == -ENOENT)
                        r = 0;
        }
        sd_journal_flush_matches(journal);
        return r < 0 ? r : 0;
}

bool output_piece_is_next(const OutputPiece *piece, uint64_t *ret_missing) {
        OutputRun *run = piece->run;

        *ret_missing = 0;
        if (!run)
                return true;
        if (piece->at < run->at)
                return false;
        *ret_missing = piece->at - run->at;
        run->at = piece->at + piece->size + piece->n_terminator;
        run->ended = run->ended || piece->is_end;
        return true;
}

bool output_piece_is_previous(const OutputPiece *piece) {
        OutputRun *run = piece->run;

        if (!run)
                return true;
        if (piece->at >= run->low)
                return false;
        run->low = piece->at;
        return true;
}
