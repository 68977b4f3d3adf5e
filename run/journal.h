/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The way to journald: a connected datagram socket. What has been sent last is kept, and sent again when the
 * socket was closed and there is a new one in its place; of what arrives twice the reader takes one. Waits
 * for journald as long as it takes: meanwhile the pipe fills, and the command waits, too. */

#include <stddef.h>

#include "entry.h"

/* Bounds what is unread; the kernel doubles it, see SO_SNDBUF in socket(7), and lets one more in. */
#define JOURNAL_SEND_BUFFER ((size_t) 128 * 1024)

/* The least that is kept: what may be in the socket, and one more that journald has in its hands. Also when the
 * kernel says that it has been read: that may have been PID 1, which empties the socket of a service that is
 * stopped before it closes it. */
#define JOURNAL_KEPT_MIN (2 * JOURNAL_SEND_BUFFER + ENTRY_BYTES_MAX)

typedef struct Journal {
        const char *path; /* of journald's socket */
        int fd;
        char kept[JOURNAL_KEPT_MIN + 3 * ENTRY_BYTES_MAX]; /* datagrams, each behind its size */
        size_t n_kept;
} Journal;

/* Waits until there is somebody to send to. */
void journal_open(Journal *journal, const char *path);
void journal_send(Journal *journal, const Entry *entry);

/* Waits until journald has read everything. It looks for the unit of whom it reads from, and remembers what
 * it found: so the sender must not be gone before its last entry is read. Gives up after a minute. */
void journal_finish(Journal *journal);
