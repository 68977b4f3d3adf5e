/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "entry.h"

void entry_clear(Entry *entry) {
        entry->size = 0;
}

static void append(Entry *entry, const void *data, size_t size) {
        assert(size <= sizeof(entry->data) - entry->size);
        memcpy(entry->data + entry->size, data, size);
        entry->size += size;
}

/* The form with a length: a value with line breaks has no other. */
void entry_add(Entry *entry, const char *field, const void *value, size_t size) {
        const uint64_t length = htole64(size);

        append(entry, field, strlen(field));
        append(entry, "\n", 1);
        append(entry, &length, sizeof(length));
        append(entry, value, size);
        append(entry, "\n", 1);
}

void entry_add_text(Entry *entry, const char *field, const char *value) {
        entry_add(entry, field, value, strlen(value));
}

void entry_add_number(Entry *entry, const char *field, uint64_t value) {
        char text[24];

        snprintf(text, sizeof(text), "%" PRIu64, value);
        entry_add_text(entry, field, text);
}
