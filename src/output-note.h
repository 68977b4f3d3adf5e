/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the bytes of an output do not tell: the status of OpenOutput(), see org.jobsd1.Manager.xml. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum OutputNoteKind {
        NOTE_MISSING,
        NOTE_GONE,
        NOTE_UNFINISHED,
        NOTE_HELD,
        NOTE_DAMAGED,
        NOTE_END,
        NOTE_UNKNOWN, /* of a newer jobsd */
} OutputNoteKind;

typedef struct OutputNote {
        OutputNoteKind kind;
        uint64_t at;        /* how many bytes come before it */
        uint64_t number;    /* of bytes: NOTE_MISSING; µs since 1970, 0: unknown: NOTE_GONE */
} OutputNote;

/* The next lines, as far as they have come. */
typedef struct OutputNoteReader {
        int fd;
        char buffer[256];
        size_t size;
} OutputNoteReader;

/* 1 and the next note, or 0: there is none yet. After the end of file: none any more. A note is there before
 * the bytes behind it are, so that this need not wait. */
int output_note_next(OutputNoteReader *reader, OutputNote *ret);
