/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cutter.h"

char *cutter_space(Cutter *cutter, size_t *ret_size) {
        size_t size = cutter->end - cutter->begin;

        memmove(cutter->buffer, cutter->buffer + cutter->begin, size);
        cutter->begin = 0;
        cutter->end = size;
        *ret_size = sizeof(cutter->buffer) - size;
        return cutter->buffer + size;
}

void cutter_add(Cutter *cutter, size_t size) {
        cutter->end += size;
}

static uint64_t count_lines(const char *text, const char *end) {
        uint64_t n = 0;

        while ((text = memchr(text, '\n', (size_t) (end - text)))) {
                text++;
                n++;
        }
        return n;
}

bool cutter_take(Cutter *cutter, bool rest, Chunk *ret) {
        const char *text = cutter->buffer + cutter->begin, *last;
        size_t size = cutter->end - cutter->begin;

        last = memrchr(text, '\n', size);
        if (last)
                size = (size_t) (last + 1 - text);
        else if (size == 0 || (!rest && !cutter_is_full(cutter)))
                return false;
        *ret = (Chunk){ text, last ? size - 1 : size, !last, cutter->n_bytes };
        cutter->begin += size;
        cutter->n_bytes += size;
        cutter->n_lines += count_lines(text, text + size);
        return true;
}
