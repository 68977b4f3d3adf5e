/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The way to journald: a connected datagram socket. What has been sent and perhaps not read is kept, and
 * sent again when journald's socket was closed and there is a new one in its place. Waits for journald as
 * long as it takes: meanwhile the pipe fills, and the command waits, too. */

#include <stddef.h>

#include "entry.h"

/* Bounds what is unread; the kernel doubles it, see SO_SNDBUF in socket(7), and lets one more in. */
#define JOURNAL_SEND_BUFFER ((size_t) 128 * 1024)

typedef struct Journal {
        const char *path; /* of journald's socket */
        int fd;
        /* datagrams, each behind its size: what is unread, and the last one that was read, which journald
         * may still have had in its hands */
        char kept[2 * JOURNAL_SEND_BUFFER + 3 * ENTRY_BYTES_MAX];
        size_t n_kept, last_kept; /* where the last one begins */
} Journal;

/* Waits until there is somebody to send to. */
void journal_open(Journal *journal, const char *path);
void journal_send(Journal *journal, const Entry *entry);

/* Waits until journald has read everything. It looks for the unit of whom it reads from, and remembers what
 * it found: so the sender must not be gone before its last entry is read. Gives up after a minute. */
void journal_finish(Journal *journal);
