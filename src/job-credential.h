/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Secret parameters reach the program as credentials of its unit, see systemd.exec(5): in place of the value
 * an argument has the path of a file. That path has the unit's name in it, which is known once the job has
 * an id and anew for each try. Until then one byte stands for the folder: UTF-8 has no such byte, so no
 * argument has it. */

#include <stdbool.h>

#include "job.h"

#define CREDENTIAL_FOLDER_PLACE "\xff"

/* Puts the folder of this try into the command. */
int job_set_credential_folder(Job *job);

/* Among "NAME=VALUE" parameters a secret one is its name alone. */
bool parameter_is_secret(const char *parameter);
/* The first that there is; NULL. */
const char *job_find_secret(const Job *job);
