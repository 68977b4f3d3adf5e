/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One entry of the journal as a datagram, see "Native Journal Protocol" of systemd. One each: of several in
 * a datagram journald stores only the first that has a MESSAGE=, from systemd 253 on. */

#include <stddef.h>
#include <stdint.h>

#include "cutter.h"

#define IDENTIFIER_BYTES_MAX 255U
#define ENTRY_BYTES_MAX (CHUNK_BYTES_MAX + 1024)

typedef struct Entry {
        char data[ENTRY_BYTES_MAX];
        size_t size;
} Entry;

void entry_clear(Entry *entry);
/* The value may have any bytes. What does not fit is a mistake of the caller's. */
void entry_add(Entry *entry, const char *field, const void *value, size_t size);
void entry_add_text(Entry *entry, const char *field, const char *value);
void entry_add_number(Entry *entry, const char *field, uint64_t value);
