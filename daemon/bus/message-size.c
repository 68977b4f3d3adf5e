/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "message-size.h"

#define VALUE_BYTES 8U

static int count(sd_bus_message *m, size_t max, size_t *bytes);

static int count_container(sd_bus_message *m, char type, const char *contents, size_t max, size_t *bytes) {
        int r;

        r = sd_bus_message_enter_container(m, type, contents);
        if (r >= 0)
                r = count(m, max, bytes);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int count_value(sd_bus_message *m, char type, size_t *bytes) {
        union {
                uint64_t number;
                const char *text;
        } value;
        int r = sd_bus_message_read_basic(m, type, &value);

        if (r >= 0 && strchr("sog", type))
                *bytes += strlen(value.text);
        return r;
}

/* Up to the end of the message or of the container that was entered. */
static int count(sd_bus_message *m, size_t max, size_t *bytes) {
        const char *contents;
        char type;
        int r;

        while ((r = sd_bus_message_peek_type(m, &type, &contents)) > 0) {
                *bytes += VALUE_BYTES;
                r = strchr("arev", type) ? count_container(m, type, contents, max, bytes)
                                         : count_value(m, type, bytes);
                if (r < 0)
                        return r;
                if (*bytes > max)
                        return -E2BIG;
        }
        return r;
}

int message_count_bytes(sd_bus_message *m, size_t max, size_t *ret) {
        size_t bytes = 0;
        int r;

        r = count(m, max, &bytes);
        if (r < 0)
                return r;
        *ret = bytes;
        r = sd_bus_message_rewind(m, true);
        return r < 0 ? r : 0;
}
