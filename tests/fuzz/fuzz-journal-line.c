/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a job prints, divided into entries as journald does it, is put together again as it was printed. */

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "journal-line.h"

/* journald's LineMax=, small, so that inputs need not be long. */
#define LINE_MAX_BYTES 16U

/* The entry that begins at data: how long its text is, how many bytes end it, and its _LINE_BREAK=. */
static size_t next_entry(
                const uint8_t *data, size_t size, size_t *ret_n_terminator, const char **ret_line_break) {
        for (size_t i = 0; i < size && i < LINE_MAX_BYTES; i++)
                if (data[i] == '\n' || data[i] == '\0') {
                        *ret_n_terminator = 1;
                        *ret_line_break = data[i] == '\n' ? NULL : "nul";
                        return i;
                }
        *ret_n_terminator = 0;
        *ret_line_break = size >= LINE_MAX_BYTES ? "line-max" : "eof";
        return size >= LINE_MAX_BYTES ? LINE_MAX_BYTES : size;
}

static void check_output(const uint8_t *data, size_t size) {
        while (size > 0) {
                JournalLine line = {};
                const char *line_break;
                size_t n_terminator, n = next_entry(data, size, &n_terminator, &line_break);

                journal_line_set_terminator(&line, line_break, line_break ? strlen(line_break) : 0);
                CHECK(line.n_terminator == n_terminator);
                CHECK(memcmp(line.terminator, data + n, n_terminator) == 0);
                data += n + n_terminator;
                size -= n + n_terminator;
        }
}

/* A field with any bytes, which need not end in a NUL. */
static void check_field(const uint8_t *data, size_t size) {
        JournalLine line = {};

        journal_line_set_terminator(&line, (const char *) data, size);
        CHECK(line.terminator && line.n_terminator <= 1);
        CHECK((line.n_terminator == 1) == (size == 3 && memcmp(data, "nul", 3) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        check_output(data, size);
        if (data)
                check_field(data, size);
        return 0;
}
