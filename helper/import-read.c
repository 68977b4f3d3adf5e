/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "import-format.h"
#include "import-read.h"

#define BLOCK_BYTES ((size_t) 64 * 1024)

/* Some programs write it, none needs it: https://www.unicode.org/faq/utf_bom.html */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* As much as the block holds, but for the last one. */
static int read_block(int fd, char *block, size_t *ret_size) {
        size_t size = 0;

        while (size < BLOCK_BYTES) {
                ssize_t n = read(fd, block + size, BLOCK_BYTES - size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN) { /* the caller's end of a pipe may be non-blocking */
                        (void) poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
                        continue;
                }
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                size += (size_t) n;
        }
        *ret_size = size;
        return 0;
}

typedef struct Reading {
        ImportFile *file;
        const ImportFormat *format;
        void *parser;
        uint64_t n_bytes, line;
        char last; /* byte of the piece before */
} Reading;

static size_t piece_size(const char *block, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (block[i] == '\n' || block[i] == '\r')
                        return i + 1;
        return size;
}

static int feed_piece(Reading *reading, const char *piece, size_t size) {
        bool ends_crlf = reading->last == '\r' && *piece == '\n';
        int r;

        if (memchr(piece, 0, size))
                return import_file_fail(reading->file, reading->line, "a NUL byte is no text");
        r = reading->format->feed(reading->parser, piece, size, reading->line);
        reading->last = piece[size - 1];
        /* CR, LF and CR LF end a line each; what is CR LF comes as two pieces */
        if (reading->last == '\r' || (reading->last == '\n' && !ends_crlf))
                reading->line++;
        return r;
}

static int feed_block(Reading *reading, const char *block, size_t size) {
        int r = 0;

        if (reading->n_bytes == 0 && size >= 3 && memcmp(block, BYTE_ORDER_MARK, 3) == 0) {
                block += 3;
                size -= 3;
        }
        reading->n_bytes += size;
        if (reading->n_bytes > IMPORT_BYTES_MAX)
                return import_file_fail(reading->file, reading->line, "a file has at most 1 GiB");
        while (r >= 0 && size > 0) {
                size_t n = piece_size(block, size);

                r = feed_piece(reading, block, n);
                block += n;
                size -= n;
        }
        return r;
}

static int read_all(Reading *reading, int fd) {
        _cleanup_free_ char *block = malloc(BLOCK_BYTES);
        size_t size;
        int r;

        if (!block)
                return -ENOMEM;
        do {
                r = read_block(fd, block, &size);
                if (r >= 0)
                        r = feed_block(reading, block, size);
        } while (r >= 0 && size == BLOCK_BYTES);
        return r < 0 ? r : reading->format->end(reading->parser);
}

int import_file_read(ImportFile *file, int fd, ExportFormat format) {
        Reading reading = {
                .file = file, .format = format == EXPORT_CSV ? &import_csv : &import_json, .line = 1
        };
        int r;

        reading.parser = reading.format->new (file);
        if (!reading.parser)
                return -ENOMEM;
        r = read_all(&reading, fd);
        reading.format->free(reading.parser);
        return r;
}
