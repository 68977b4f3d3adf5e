/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file that is there whole or not at all: it gets its name when everything is written and on the
 * disk. Where the file system can, it has none before, so that nothing is left behind even by a
 * SIGKILL. Nothing here reports. */

#include <stdbool.h>

#include "macro.h"

typedef struct OutputFile OutputFile;

/* -EEXIST when there is a file of that name, unless it may be replaced; -EINVAL when what is there is
 * no file. */
int output_file_open(const char *path, bool replace, OutputFile **ret);
int output_file_fd(const OutputFile *file);
/* Where it will be. */
const char *output_file_folder(const OutputFile *file);
/* Gives it its name: -EEXIST as above, when somebody was faster. */
int output_file_commit(OutputFile *file);
/* Without a commit nothing of it is left. */
OutputFile *output_file_free(OutputFile *file);
DEFINE_CLEANUP(OutputFile, output_file_free);
