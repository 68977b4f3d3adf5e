/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "name.h"
#include "parse.h"

static const char hex[] = "0123456789abcdef";

int name_escape(const char *name, char *buffer, size_t size) {
        bool is_text = utf8_is_valid(name) && text_is_one_line(name);
        size_t n = 0;

        for (; *name; name++) {
                unsigned char c = (unsigned char) *name;
                bool plain = c != '\\' && (is_text || (c >= ' ' && c < 0x7f));

                if (n + (plain ? 1 : 4) >= size)
                        return -ENAMETOOLONG;
                if (plain)
                        buffer[n++] = *name;
                else {
                        snprintf(buffer + n, 5, "\\x%02x", c);
                        n += 4;
                }
        }
        buffer[n] = '\0';
        return 0;
}

static int read_byte(const char *text, char *ret) {
        const char *high, *low;

        if (text[0] != 'x' || !text[1] || !text[2])
                return -EINVAL;
        high = strchr(hex, text[1]);
        low = strchr(hex, text[2]);
        if (!high || !low || (high == hex && low == hex)) /* a name has no NUL */
                return -EINVAL;
        *ret = (char) ((high - hex) << 4 | (low - hex));
        return 0;
}

int name_unescape(const char *text, char *buffer, size_t size) {
        size_t n = 0;

        for (; *text; n++) {
                if (n + 1 >= size)
                        return -ENAMETOOLONG;
                buffer[n] = *text++;
                if (buffer[n] != '\\')
                        continue;
                if (read_byte(text, &buffer[n]) < 0)
                        return -EINVAL;
                text += 3;
        }
        buffer[n] = '\0';
        return 0;
}
