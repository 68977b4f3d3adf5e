/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A row of a file that is imported: a record of the past, made cell by cell and checked. What does not
 * fit is -EINVAL, and *ret_why then tells it in a few words. */

#include <stdio.h>

#include "job.h"

#define IMPORT_INFO_BYTES_MAX 4096U
/* Longer than any row that import_row_pack() writes. */
#define IMPORT_PACKED_BYTES_MAX ((size_t) 16 * 1024)

typedef struct ImportColumn ImportColumn;
struct ImportColumn {
        const char *name;
        int (*set)(const ImportColumn *column, Job *job, const char *text, char **ret_why);
        size_t offset; /* of its field in a Job */
        uint64_t max;
};

/* *ret is NULL for what an export may have and no import takes, as ids. -ENOENT for all else. */
int import_column_find(const char *name, const ImportColumn **ret);

/* Sets a field of the job. An empty text sets nothing. */
int import_column_set(const ImportColumn *column, Job *job, const char *text, char **ret_why);

/* Whether the row is a record of the past, now that all of it is set. Fills in what follows from it. */
int import_row_check(Job *job, uint64_t now_usec, char **ret_why);

/* Orders rows so that those which tell of the same job are equal: same user, name and status, and the
 * same seconds of start and end, which is all that a file for people tells. */
int import_row_compare(const Job *a, const Job *b);

/* "KEY=VALUE" texts, each with a NUL behind it. */
int import_row_pack(FILE *file, const Job *job);
/* -EBADMSG for what import_row_pack() has not written. */
int import_row_unpack(char *const *texts, Job **ret);
