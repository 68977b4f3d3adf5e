/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last bytes of an output of which not all is written: they are, when it is over. */

#include <stddef.h>
#include <stdint.h>

#define TAIL_BYTES_MAX ((size_t) 64 * 1024)

typedef struct Tail {
        char buffer[TAIL_BYTES_MAX]; /* a byte has its place by its number */
        size_t size;                 /* at most so much is kept, from 1 */
        uint64_t begin, end;         /* the number of the first byte that is kept, and of the next one to come */
} Tail;

/* The next bytes are from this number on. Clears nothing: memory that is not used is not there. */
void tail_begin(Tail *tail, size_t size, uint64_t at);
void tail_add(Tail *tail, const char *bytes, size_t n);
/* Takes some from the beginning; returns how many, 0 when there are none. */
size_t tail_take(Tail *tail, char *buffer, size_t size);
