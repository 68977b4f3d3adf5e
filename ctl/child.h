/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Programs that help at the terminal: pager and password agent. */

#include <sys/types.h>

/* Starts argv, looked up in $PATH, with stdin_fd as its standard input (-1: ours); it ends with us.
 * -ENOENT and the like tell that the program is not there. */
int child_start(char *const *argv, int stdin_fd, pid_t *ret);
/* Waits for its end. */
void child_wait_sync(pid_t pid);
/* Ends it, and waits. */
void child_stop_sync(pid_t pid);
