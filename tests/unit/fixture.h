/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What several unit tests need: cmocka with the headers that it wants before it, and folders, files
 * and jobs to test with. A fixture that cannot be made fails the test that asked for it. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "job.h"
#include "macro.h"

/* A new empty folder. */
char *folder_new(void);
/* Removes it with all of its files. */
char *folder_free(char *folder);
DEFINE_CLEANUP(char, folder_free);
/* How many files are in it. */
size_t folder_count(const char *folder);
#define _cleanup_folder_ _cleanup_(folder_freep)

/* "FOLDER/NAME" */
char *path_in(const char *folder, const char *name);

void file_write(const char *path, const void *bytes, size_t size);
/* All of a file, with a NUL behind it. */
char *file_read(const char *path, size_t *ret_size);

/* A queued job of a command, as the daemon would insert it. */
Job *sample_job(uid_t uid, const char *user);
/* Replaces a string of a job. */
void set_text(char **field, const char *text);

/* Whether two jobs have the same values everywhere. Fails, and names the field that differs. */
void assert_jobs_equal(const Job *a, const Job *b);
