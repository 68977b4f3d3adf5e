/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether journald has stored what was sent to a namespace's socket before. It has one thread and takes one
 * datagram after the other: when one of ours is read, those before it are stored. Ours has no fields, which
 * is no entry. Other than io.systemd.Journal.Synchronize() this is not put off while others write. */

#include <stdint.h>

/* Connects; connect(2)'s errors. */
int journal_barrier_open(const char *namespace, int *ret_fd);
/* Needs neither privileges nor a socket but this one. -ETIMEDOUT, or send(2)'s errors. */
int journal_barrier_wait_sync(int fd, uint64_t timeout_usec);
