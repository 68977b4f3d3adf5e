/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/sockios.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "journal.h"

#define RECONNECT_USEC 20000
/* How long to wait before looking again: there may be many who wait. */
#define LOOK_USEC_MIN 100
#define LOOK_USEC_MAX 12800
/* Where journald does not read at all. */
#define PATIENCE_MSEC 60000

/* No socket of this name, nobody who listens, or no descriptor left: each may pass. */
static bool try_to_connect(Journal *journal) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int size = JOURNAL_SEND_BUFFER;

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", journal->path);
        journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (journal->fd < 0)
                return false;
        if (setsockopt(journal->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) >= 0 &&
                        connect(journal->fd, (struct sockaddr *) &address, sizeof(address)) >= 0)
                return true;
        (void) close(journal->fd);
        return false;
}

static void connect_journal(Journal *journal) {
        while (!try_to_connect(journal))
                (void) usleep(RECONNECT_USEC);
}

void journal_open(Journal *journal, const char *path) {
        journal->path = path;
        connect_journal(journal);
}

/* Whether it arrived; false when the socket's other end is gone. */
static bool send_datagram(Journal *journal, const void *data, size_t size) {
        while (send(journal->fd, data, size, MSG_NOSIGNAL) < 0)
                if (errno == ENOBUFS || errno == ENOMEM)
                        (void) usleep(RECONNECT_USEC);
                else if (errno != EINTR)
                        return false;
        return true;
}

static bool send_kept(Journal *journal) {
        const char *p = journal->kept, *end = p + journal->n_kept;
        size_t size;

        for (; p < end; p += size) {
                memcpy(&size, p, sizeof(size));
                p += sizeof(size);
                if (!send_datagram(journal, p, size))
                        return false;
        }
        return true;
}

static void reconnect(Journal *journal) {
        do {
                (void) close(journal->fd);
                (void) usleep(RECONNECT_USEC);
                connect_journal(journal);
        } while (!send_kept(journal));
}

/* Where the newest begin, of n bytes at most. */
static size_t find_newest(const Journal *journal, size_t n) {
        size_t offset = 0, size;

        for (; journal->n_kept - offset > n; offset += sizeof(size) + size)
                memcpy(&size, journal->kept + offset, sizeof(size));
        return offset;
}

static void keep(Journal *journal, const void *data, size_t size) {
        char *end;

        if (journal->n_kept + sizeof(size) + size > sizeof(journal->kept)) {
                size_t offset = find_newest(journal, JOURNAL_KEPT_MIN + ENTRY_BYTES_MAX);

                journal->n_kept -= offset;
                memmove(journal->kept, journal->kept + offset, journal->n_kept);
        }
        end = journal->kept + journal->n_kept;
        memcpy(end, &size, sizeof(size));
        memcpy(end + sizeof(size), data, size);
        journal->n_kept += sizeof(size) + size;
}

void journal_send(Journal *journal, const Entry *entry) {
        while (!send_datagram(journal, entry->data, entry->size))
                reconnect(journal);
        keep(journal, entry->data, entry->size);
}

static bool all_is_read(const Journal *journal) {
        int n_unread;

        return ioctl(journal->fd, SIOCOUTQ, &n_unread) < 0 || n_unread == 0;
}

static bool wait_until_read(const Journal *journal, int64_t until) {
        useconds_t usec = LOOK_USEC_MIN;

        while (!all_is_read(journal)) {
                if (now_msec() >= until)
                        return false;
                (void) usleep(usec);
                usec = MIN(2 * usec, LOOK_USEC_MAX);
        }
        return true;
}

void journal_finish(Journal *journal) {
        static const char nothing[] = "\n"; /* an entry without fields is none */
        int64_t until = now_msec() + PATIENCE_MSEC;

        while (wait_until_read(journal, until) && !send_datagram(journal, nothing, 1))
                reconnect(journal);
}
