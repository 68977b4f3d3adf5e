/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The other processes of the unit. */

#include <sys/types.h>

/* A descriptor that becomes readable when they are to be killed, see last-words.h; negative without one. To be
 * called when the command has been started: it does not inherit this. */
int others_open(void);

/* Kills them by SIGKILL, but for those that this process may not kill; at least the command's process group. */
void others_kill(pid_t command);
