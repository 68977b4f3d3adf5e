/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Waits until the journal of a namespace (NULL: the system's) has stored everything that was written to it
 * before: io.systemd.Journal.Synchronize() of its Varlink socket, which answers root alone. journald stores
 * a line long after the process that wrote it is gone, so this is the only end of an output.
 * Blocks up to the time-out: never called from the daemon. -ETIMEDOUT, -EPROTO, or connect(2)'s. */
int journal_synchronize_sync(const char *namespace, uint64_t timeout_usec);
