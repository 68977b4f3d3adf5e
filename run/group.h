/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit's control group, of version 2. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* That of a process, 0 for this one; false where there is none, or no such process. */
bool group_find(pid_t pid, char *path, size_t size);
/* Whether a process is in the group of this one, or below it. */
bool group_has(pid_t pid);
