/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs of before wrote into a stream of journald's, which splits it into entries. What stood between an
 * entry and the next is told by the field _LINE_BREAK= (systemd.journal-fields(7)): without it a line break.
 * Put back, the output reads as it was written. */

#include <stddef.h>

#include <systemd/sd-journal.h>

typedef struct JournalLine {
        const void *text; /* valid until the journal moves on */
        size_t size;
        const char *terminator; /* what followed the text; may contain a NUL, see n_terminator */
        size_t n_terminator;
} JournalLine;

/* What a value of _LINE_BREAK= stands for; NULL when the field is not there. */
void journal_line_set_terminator(JournalLine *line, const char *line_break, size_t size);

/* The entry that the journal stands at. -ENOENT when it is not a line of output. */
int journal_line_read(sd_journal *journal, JournalLine *ret);
