/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files of a job type into the type: every mistake is told, the first one is kept in the type. */

#include "ini-file.h"
#include "job-type.h"

/* Reads the files over each other, NULL behind the last, and checks the whole. Fails with -ENOMEM alone:
 * what is wrong with the files is the type's mistake. */
int job_type_read(JobType *type, char *const *paths, ini_mistake_cb mistake, void *userdata);
