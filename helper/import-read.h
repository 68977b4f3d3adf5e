/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a file that is to be imported. Without being in a hurry: for the helper. */

#include "export-query.h"
#include "import-file.h"

/* Up to the end of the file. -EINVAL with a mistake, or a negative errno of reading. */
int import_file_read(ImportFile *file, int fd, ExportFormat format);
