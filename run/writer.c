/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <syslog.h>
#include <unistd.h>

#include "output-entry.h"
#include "writer.h"

static void begin_entry(Writer *writer) {
        entry_clear(&writer->entry);
        entry_add_number(&writer->entry, "PRIORITY", LOG_INFO);
        entry_add_text(&writer->entry, "SYSLOG_IDENTIFIER", writer->identifier);
}

/* The program's name, in one line. */
static void set_identifier(Writer *writer, const char *program) {
        const char *slash = strrchr(program, '/');

        snprintf(writer->identifier, sizeof(writer->identifier), "%s", slash ? slash + 1 : program);
        for (char *p = writer->identifier; *p; p++)
                if ((unsigned char) *p < ' ')
                        *p = '_';
}

static void write_start(Writer *writer) {
        begin_entry(writer);
        entry_add_text(&writer->entry, OUTPUT_START, "1");
        journal_send(&writer->journal, &writer->entry);
}

void writer_open(Writer *writer, const char *socket_path, const char *program, uint64_t bytes_max) {
        size_t n_tail = bytes_max / 2 < TAIL_BYTES_MAX ? (size_t) MAX(bytes_max / 2, 1U) : TAIL_BYTES_MAX;

        writer->n_head = bytes_max - n_tail;
        tail_begin(&writer->tail, n_tail, writer->n_head);
        set_identifier(writer, program);
        journal_open(&writer->journal, socket_path);
        write_start(writer);
}

static void write_chunk(Writer *writer, const Chunk *chunk) {
        begin_entry(writer);
        entry_add_number(&writer->entry, OUTPUT_AT, chunk->at);
        entry_add(&writer->entry, OUTPUT_TEXT, chunk->text, chunk->size);
        if (chunk->is_part)
                entry_add_text(&writer->entry, OUTPUT_PART, "1");
        journal_send(&writer->journal, &writer->entry);
}

/* Writes what is of the first bytes, and keeps what may be of the last ones. */
static void put_chunk(Writer *writer, const Chunk *chunk) {
        size_t size = chunk->size + !chunk->is_part, n_head = 0;

        if (chunk->at < writer->n_head)
                n_head = (size_t) MIN(size, writer->n_head - chunk->at);
        if (n_head == size)
                write_chunk(writer, chunk);
        else if (n_head > 0)
                write_chunk(writer, &(Chunk){ chunk->text, n_head, .is_part = true, .at = chunk->at });
        tail_add(&writer->tail, chunk->text + n_head, size - n_head);
}

ssize_t writer_read(Writer *writer, int fd) {
        size_t size;
        char *space = cutter_space(&writer->cutter, &size);
        ssize_t n = read(fd, space, size);

        if (n > 0)
                cutter_add(&writer->cutter, (size_t) n);
        if (cutter_is_full(&writer->cutter))
                writer_flush(writer, false);
        return n;
}

void writer_flush(Writer *writer, bool rest) {
        Chunk chunk;

        while (cutter_take(&writer->cutter, rest, &chunk))
                put_chunk(writer, &chunk);
}

/* Through the cutter, which has nothing else by now. */
static void write_tail(Writer *writer) {
        Cutter *cutter = &writer->cutter;
        uint64_t n_bytes = cutter->n_bytes, n_lines = cutter->n_lines;
        size_t n = 1;

        cutter->n_bytes = writer->tail.begin;
        while (n > 0) {
                size_t size;
                char *space = cutter_space(cutter, &size);
                Chunk chunk;

                n = tail_take(&writer->tail, space, size);
                cutter_add(cutter, n);
                while (cutter_take(cutter, n == 0, &chunk))
                        write_chunk(writer, &chunk);
        }
        cutter->n_bytes = n_bytes;
        cutter->n_lines = n_lines;
}

static void write_end(Writer *writer, const char *end, bool is_held) {
        begin_entry(writer);
        entry_add_text(&writer->entry, OUTPUT_END, "1");
        entry_add_number(&writer->entry, OUTPUT_AT, writer->cutter.n_bytes);
        entry_add_number(&writer->entry, OUTPUT_BYTES, writer->cutter.n_bytes);
        entry_add_number(&writer->entry, OUTPUT_LINES, writer->cutter.n_lines);
        entry_add_text(&writer->entry, OUTPUT_EXIT, end);
        if (is_held)
                entry_add_text(&writer->entry, OUTPUT_HELD, "1");
        journal_send(&writer->journal, &writer->entry);
}

void writer_close(Writer *writer, const char *end, bool is_held) {
        writer_flush(writer, true);
        write_tail(writer);
        write_end(writer, end, is_held);
        journal_finish(&writer->journal);
}
