/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a format of files that can be imported has to do. */

#include "import-file.h"

/* A format gets the file in pieces that begin in a line. A piece ends where a line does, at CR or LF; of a
 * line that is long there are several. */
typedef struct ImportFormat {
        void *(*new)(ImportFile *file);
        int (*feed)(void *parser, const char *piece, size_t size, uint64_t line);
        int (*end)(void *parser);
        void (*free)(void *parser);
} ImportFormat;

extern const ImportFormat import_csv, import_json;
