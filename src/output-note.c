/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "macro.h"
#include "output-note.h"

static const char *const words[] = {
        [NOTE_MISSING] = "missing",
        [NOTE_GONE] = "gone",
        [NOTE_UNFINISHED] = "unfinished",
        [NOTE_HELD] = "held",
        [NOTE_DAMAGED] = "damaged",
        [NOTE_END] = "end",
};

static OutputNoteKind kind_from_string(const char *word) {
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strcmp(words[i], word) == 0)
                        return (OutputNoteKind) i;
        return NOTE_UNKNOWN;
}

static void parse(const char *line, OutputNote *ret) {
        char word[32] = "";

        *ret = (OutputNote){ .at = UINT64_MAX }; /* without a number: behind all that comes */
        (void) sscanf(line, "%31s %" SCNu64 " %" SCNu64, word, &ret->at, &ret->number);
        ret->kind = kind_from_string(word);
}

/* 1 when something came, 0 when there is nothing now. */
static int read_more(OutputNoteReader *reader) {
        struct pollfd pollfd = { .fd = reader->fd, .events = POLLIN };
        ssize_t n;

        if (poll(&pollfd, 1, 0) <= 0 || !(pollfd.revents & (POLLIN | POLLHUP)))
                return 0;
        if (reader->size == sizeof(reader->buffer)) /* no line is so long */
                reader->size = 0;
        n = read(reader->fd, reader->buffer + reader->size, sizeof(reader->buffer) - reader->size);
        if (n < 0)
                return errno == EINTR ? 0 : -errno;
        reader->size += (size_t) n;
        return n > 0;
}

static bool take_line(OutputNoteReader *reader, OutputNote *ret) {
        char *end = memchr(reader->buffer, '\n', reader->size);

        if (!end)
                return false;
        *end = 0;
        parse(reader->buffer, ret);
        reader->size -= (size_t) (end + 1 - reader->buffer);
        memmove(reader->buffer, end + 1, reader->size);
        return true;
}

int output_note_next(OutputNoteReader *reader, OutputNote *ret) {
        while (!take_line(reader, ret)) {
                int r = read_more(reader);

                if (r <= 0)
                        return r;
        }
        return 1;
}
