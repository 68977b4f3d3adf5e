/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ctrl-C while jobsctl waits: an event like others, because the job goes on and the person should
 * hear so. */

#include <signal.h>
#include <stdint.h>

/* From here on these signals do nothing of themselves; the descriptor tells of them, see signalfd(2). */
int signals_open(const sigset_t *signals, int *ret_fd);
/* From here on SIGINT kills no longer; the descriptor becomes readable instead. */
int interrupt_open(int *ret_fd);
/* Until fd is ready or usec have passed (UINT64_MAX: for ever); -EINTR for Ctrl-C. */
int interrupt_wait_sync(int interrupt_fd, int fd, short events, uint64_t usec);
