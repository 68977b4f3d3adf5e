/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The highest id that was given on this machine, in a file beside the history: a history that is put back,
 * or begins anew, goes on above it. An id is the name of a unit, and of what the unit printed: whoever got
 * another one's would read his output, and stop his job. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct HistoryMark {
        int fd;
        uint64_t last_id;
        ino_t history; /* which file gave it */
} HistoryMark;

/* Opens the mark of the history at path, which is there, and makes it if there is none. *ret_same is whether
 * the history is the file that it was when the mark was written: if not, others may know of higher ids than
 * the mark. */
int history_mark_open(const char *path, HistoryMark *ret, bool *ret_same);
void history_mark_close(HistoryMark *mark);
/* Ids up to this one have been given, as far as anybody knows. */
int history_mark_set(HistoryMark *mark, uint64_t last_id);
/* The same where it is higher. It is not on the disk yet: the history is, and who loses both has the
 * journal. */
int history_mark_raise(HistoryMark *mark, uint64_t last_id);
