/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/param.h>

#include "tail.h"

void tail_begin(Tail *tail, size_t size, uint64_t at) {
        tail->size = size;
        tail->begin = tail->end = at;
}

/* How much there is room for in one piece, from a byte's place on. */
static size_t room_at(const Tail *tail, uint64_t number) {
        return tail->size - (size_t) (number % tail->size);
}

void tail_add(Tail *tail, const char *bytes, size_t n) {
        while (n > 0) {
                size_t k = MIN(n, room_at(tail, tail->end));

                memcpy(tail->buffer + tail->end % tail->size, bytes, k);
                tail->end += k;
                bytes += k;
                n -= k;
        }
        if (tail->end - tail->begin > tail->size)
                tail->begin = tail->end - tail->size;
}

size_t tail_take(Tail *tail, char *buffer, size_t size) {
        size_t n = MIN(MIN(size, room_at(tail, tail->begin)), (size_t) (tail->end - tail->begin));

        memcpy(buffer, tail->buffer + tail->begin % tail->size, n);
        tail->begin += n;
        return n;
}
