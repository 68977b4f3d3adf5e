/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the file of an export or an import is. */

#include "arguments.h"

typedef enum FileFormat {
        FILE_CSV,
        FILE_JSON,
        FILE_XLSX,
        _FILE_FORMAT_MAX,
        _FILE_FORMAT_INVALID = -22, /* -EINVAL */
} FileFormat;

/* What --format= says, or else the end of the file's name, which may be NULL; CSV where that says nothing.
 */
FileFormat file_format(const Arguments *arguments, const char *name);

const char *file_format_to_string(FileFormat format);
FileFormat file_format_from_string(const char *s);
