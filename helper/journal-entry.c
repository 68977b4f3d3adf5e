/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "journal-entry.h"
#include "output-run.h"
#include "parse.h"

int entry_match(sd_journal *journal, const char *field, const char *value) {
        char text[300];

        snprintf(text, sizeof(text), "%s=%s", field, value);
        return sd_journal_add_match(journal, text, 0);
}

uint64_t entry_get_usec(sd_journal *journal) {
        char text[24];
        uint64_t usec;

        if (output_get_text(journal, "_SOURCE_REALTIME_TIMESTAMP", text, sizeof(text)) >= 0 &&
                        parse_uint64(text, &usec) >= 0)
                return usec;
        return sd_journal_get_realtime_usec(journal, &usec) < 0 ? 0 : usec;
}
