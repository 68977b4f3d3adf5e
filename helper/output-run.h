/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which entries of the journal are the output of a job, and what they add to it. Each of its tries is a run:
 * the entries of the process that wrote the first one of its unit, see output-entry.h. Only fields that
 * journald itself adds are believed, so a job may send what it likes: it is no output. Jobs of before wrote
 * into journald's stream, and have no runs. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-journal.h>

typedef struct OutputRun {
        char unit[64], invocation[64], pid[16]; /* of the one who writes */
        uint64_t at;                            /* where its next chunk begins, reading on, */
        uint64_t low;                           /* and reading back: where the last one began */
        bool ended;
} OutputRun;

typedef struct OutputRuns {
        OutputRun *runs;
        size_t n_runs;
        const char *unit, *invocation; /* this unit's can be only of this invocation; or NULL */
} OutputRuns;

/* What one entry adds. */
typedef struct OutputPiece {
        OutputRun *run;   /* NULL: a line of a stream */
        const char *text; /* valid until the journal moves on */
        size_t size;
        const char *terminator; /* what followed the text; may contain a NUL, see n_terminator */
        size_t n_terminator;
        uint64_t at;
        bool is_end;  /* the run's last entry, without text */
        bool is_held; /* and somebody held the output open behind it */
} OutputPiece;

void output_runs_done(OutputRuns *runs);

/* Looks for a unit's run, so that the journal can be read back. Leaves it without matches and without a
 * position. A boot id, or NULL. */
int output_runs_find(OutputRuns *runs, sd_journal *journal, const char *unit, const char *boot_id);

/* The entry that the journal stands at. -ENOENT when it is none of the output. */
int output_runs_read(OutputRuns *runs, sd_journal *journal, OutputPiece *ret);

/* Reading on: false when this was read already, because it was sent twice. Otherwise how many bytes are
 * missing before it. */
bool output_piece_is_next(const OutputPiece *piece, uint64_t *ret_missing);
/* The same, reading back. */
bool output_piece_is_previous(const OutputPiece *piece);

/* A value of the entry that the journal stands at, as text; -ENOENT. */
int output_get_text(sd_journal *journal, const char *field, char *buffer, size_t size);
