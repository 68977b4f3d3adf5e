/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where job types are: files NAME.job with drop-ins NAME.job.d/ *.conf in several folders. As systemd has it
 * for units, a file in a later folder replaces one of its name in an earlier one, drop-ins of all folders
 * are read over the file in the order of their names, and an empty file or a link to /dev/null stands for
 * none. */

#include "ini-file.h"
#include "job-type.h"

/* Gets the type, also one with a mistake in it. An error ends the reading. */
typedef int (*job_type_cb)(JobType *type, void *userdata);

/* One file, NAME.job, with the drop-ins beside it, as it would be read in one of the folders. 0, or -EINVAL after its
 * mistakes are told. */
int job_type_check_file(const char *path, ini_mistake_cb mistake, void *userdata);

/* Reads all types of these folders, NULL behind the last, in the order of their names. A folder that is not
 * there is an empty one. */
int job_types_read(char *const *folders, job_type_cb callback, ini_mistake_cb mistake, void *userdata);
