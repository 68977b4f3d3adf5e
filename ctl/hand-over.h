/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files among the parameters of "run --type=": they are opened here, with the caller's rights, and jobsd gets their
 * descriptors. */

#include "verb.h"

typedef struct HandedFile {
        const char *operand; /* "KEY=PATH" of the command line */
        char *key;
        const char *name;    /* of the file, without its folder */
        int fd;
} HandedFile;

typedef struct HandedFiles {
        HandedFile *files;
        size_t n;
} HandedFiles;

/* Finds out which of the operands are files, if any of them may be one, and opens these; reports. */
int hand_over_open(const Context *context, HandedFiles *ret);
void hand_over_done(HandedFiles *files);

/* NULL for an operand that is no file. */
const HandedFile *hand_over_find(const HandedFiles *files, const char *operand);
/* The option of RunType; nothing where there are none. */
int hand_over_append(const HandedFiles *files, sd_bus_message *call);
