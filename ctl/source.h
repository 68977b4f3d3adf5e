/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd answers ExportHistory() and OpenLog() with: lines in a pipe, and in a second one how many, if they are
 * all. */

#include "verb.h"

typedef struct Source {
        int fd;         /* the lines */
        int status_fd;  /* how many these are, if they are all */
        bool is_own;    /* the caller's only, */
        bool is_shared; /* or those of types that are shared with him, too */
} Source;

#define SOURCE_NONE { -EBADF, -EBADF, false, false }

/* Makes the call; what: "export the history", for reports. words: of jobsctl(1), for who comes by a way that carries
 * no descriptors. Reports. */
int source_open(const Context *context, sd_bus_message *call, const char *what, const char *words, Source *ret);
void source_done(Source *source);

/* Whether the connection carries descriptors, which ssh does not; reports. */
int source_check_transport(const Context *context, const char *words);

/* The number of lines, which stands at the end of a complete source only: -ENODATA. */
int source_read_count(const Source *source, uint64_t *ret);
