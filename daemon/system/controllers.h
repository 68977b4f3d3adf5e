/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The controllers of control groups, which make the limits of a job hold. In a container some may be
 * missing: PID 1 takes the limits all the same, and they have no effect. */

#include "job.h"

/* Where the kernel shows them. */
#define CONTROLLERS_ROOT "/sys/fs/cgroup"

/* The job's limits that have no effect, with the controllers that they lack, as "MemoryMax= (memory),
 * TasksMax= (pids)"; NULL when all hold. The kernel's files tell at once, whatever the disk does. */
int controllers_find_lacking(const char *root, const Job *job, char **ret);
