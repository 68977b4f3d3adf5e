/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a command prints becomes entries of the journal of jobs: see output-entry.h. Of an output with more
 * bytes than are allowed the first ones are written as they come and the last ones at its end; JOBSD_AT=
 * tells what is missing between them. */

#include "cutter.h"
#include "entry.h"
#include "journal.h"
#include "tail.h"

typedef struct Writer {
        Journal journal;
        Cutter cutter;
        Tail tail;
        uint64_t n_head; /* so many bytes are written as they come */
        Entry entry;
        char identifier[IDENTIFIER_BYTES_MAX + 1];
} Writer;

/* Waits for journald's socket, and writes the first entry. "Program" is what journalctl shows in front of
 * each line. At most so many bytes of output, from 1; UINT64_MAX for all. Everything else of the writer is
 * zero before. */
void writer_open(Writer *writer, const char *socket_path, const char *program, uint64_t bytes_max);

/* Reads once into the writer, and writes what is to be written. As of read(2). */
ssize_t writer_read(Writer *writer, int fd);
/* Writes what there is; with "rest" the beginning of a line, too. */
void writer_flush(Writer *writer, bool rest);
static inline bool writer_waits_for_line(const Writer *writer) {
        return !cutter_is_empty(&writer->cutter);
}

/* Writes everything that is left, and the last entry: how the command ended, see child_describe(), and
 * whether somebody held its output open then. Waits until journald has read it. */
void writer_close(Writer *writer, const char *end, bool is_held);
