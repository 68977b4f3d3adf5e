/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a job's unit gets and nobody else may see: its environment and its secret parameters. Whatever is a
 * property of a unit PID 1 tells everybody, be it Environment= or SetCredential=. So these are handed over
 * in files that only root can read: a folder for each unit that needs one, from before its start until its
 * end. */

#include <stdbool.h>

#include "job.h"

/* Writes those that the job needs, and the one without which its unit does not start; secrets are
 * "NAME=VALUE". Blocks for a file system in memory only. */
int unit_files_write(const Job *job, char *const *secrets);
void unit_files_remove(const char *unit);
/* It has been started: once is enough. */
void unit_files_forbid_start(const char *unit);
/* After a start of jobsd: those of units that are nobody's any more. */
void unit_files_remove_leftovers(bool (*is_used)(const char *unit, void *userdata), void *userdata);

/* Where they are, for ConditionPathExists=, EnvironmentFile= and LoadCredential=. */
int unit_files_permit_path(const char *unit, char **ret);
int unit_files_environment_path(const char *unit, char **ret);
int unit_files_secret_path(const char *unit, const char *name, char **ret);
