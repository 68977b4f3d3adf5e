/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The folders that jobs leave files in, and those with the files that they are handed, as far as their names go: what is in them is their owners', and for jobsd-results.
 * PID 1 makes one for each unit, of StateDirectory=, and jobsd-results moves it when the job has ended. These calls wait for
 * no more than a name in a folder. */

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-id128.h>

/* For StateDirectory=, and where that is. */
int result_folder_state_directory(uint64_t id, char **ret);
int result_folder_path(uint64_t id, char **ret);

/* Removes it if nothing is in it: whether it has gone, or was not there. */
bool result_folder_remove_empty(uint64_t id);

/* Before the job's row is deleted: false if there is none. What is set aside is removed, unless it is put back. */
bool result_folder_set_aside(uint64_t id);
void result_folder_put_back(uint64_t id);
/* What it is called then. */
int result_folder_cleared_name(uint64_t id, char **ret);

/* Tells each of them until the callback returns another value than 0. */
typedef int (*result_folder_cb)(uint64_t id, bool is_set_aside, void *userdata);
int result_folder_foreach(result_folder_cb callback, void *userdata);
/* The same of the folders of input files. */
typedef int (*result_folder_inputs_cb)(sd_id128_t inputs, void *userdata);
int result_folder_foreach_inputs(result_folder_inputs_cb callback, void *userdata);
