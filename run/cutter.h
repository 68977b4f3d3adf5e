/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Cuts what a command prints into chunks, each of which becomes an entry of the journal: all the whole lines
 * that are there, or a part of a line that is too long or that is not waited for any longer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reader of journals gets up to 64 KiB of a field unless he asks for more, see
 * sd_journal_set_data_threshold(3). */
#define CHUNK_BYTES_MAX ((size_t) 48 * 1024)

typedef struct Cutter {
        char buffer[CHUNK_BYTES_MAX];
        size_t begin, end;         /* what is in it and not taken */
        uint64_t n_bytes, n_lines; /* taken so far */
} Cutter;

typedef struct Chunk {
        const char *text; /* in the buffer: valid until there is asked for space */
        size_t size;      /* without the last line break, */
        bool is_part;     /* which is not there */
        uint64_t at;      /* how many bytes came before it */
} Chunk;

/* Where to read more to, and how much fits; nothing when all of the buffer is waiting to be taken. */
char *cutter_space(Cutter *cutter, size_t *ret_size);
/* So much has been read there. */
void cutter_add(Cutter *cutter, size_t size);

/* False when there is no chunk yet; with "rest" a line that has not ended is one, too. */
bool cutter_take(Cutter *cutter, bool rest, Chunk *ret);

static inline bool cutter_is_full(const Cutter *cutter) {
        return cutter->end - cutter->begin == sizeof(cutter->buffer);
}

static inline bool cutter_is_empty(const Cutter *cutter) {
        return cutter->begin == cutter->end;
}
