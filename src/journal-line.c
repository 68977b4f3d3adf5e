/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "journal-line.h"

void journal_line_set_terminator(JournalLine *line, const char *line_break, size_t size) {
        if (!line_break) {
                line->terminator = "\n";
                line->n_terminator = 1;
        } else if (size == 3 && memcmp(line_break, "nul", 3) == 0) {
                line->terminator = "\0";
                line->n_terminator = 1;
        } else {
                /* line-max: split for its length. pid-change: another process went on in the same line.
                 * eof: the last line had no end. */
                line->terminator = "";
                line->n_terminator = 0;
        }
}

/* The value of a field, without its name; -ENOENT. */
static int get_value(sd_journal *journal, const char *field, const void **ret, size_t *ret_size) {
        const void *data;
        size_t size, n_prefix = strlen(field) + 1;
        int r = sd_journal_get_data(journal, field, &data, &size);

        if (r < 0)
                return r;
        *ret = (const char *) data + n_prefix;
        *ret_size = size - n_prefix;
        return 0;
}

int journal_line_read(sd_journal *journal, JournalLine *ret) {
        const void *value;
        size_t size;
        int r;

        r = get_value(journal, "_LINE_BREAK", &value, &size);
        if (r < 0 && r != -ENOENT)
                return r;
        journal_line_set_terminator(ret, r < 0 ? NULL : value, r < 0 ? 0 : size);
        r = get_value(journal, "MESSAGE", &ret->text, &ret->size);
        return r;
}
