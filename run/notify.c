/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "group.h"
#include "notify.h"

/* PID 1 takes no longer ones, see NOTIFY_BUFFER_MAX of systemd. */
#define MESSAGE_BYTES_MAX 4096
/* Before others get their turn. */
#define MESSAGES_MAX 64
/* SCM_MAX_FD of the kernel. */
#define FDS_MAX 253

/* A name that the kernel finds, see "Autobind feature" of unix(7): there is no file to be removed. */
static int listen_anywhere(char *assignment, size_t size) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        socklen_t n = sizeof(address);
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -1;
        if (bind(fd, (struct sockaddr *) &address, offsetof(struct sockaddr_un, sun_path)) < 0 ||
                        setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)) < 0 ||
                        getsockname(fd, (struct sockaddr *) &address, &n) < 0) {
                (void) close(fd);
                return -1;
        }
        n -= offsetof(struct sockaddr_un, sun_path) + 1;
        snprintf(assignment, size, "NOTIFY_SOCKET=@%.*s", (int) n, address.sun_path + 1);
        return fd;
}

/* A path, or "@" and a name; see sd_notify(3). Taken now: the environment becomes the command's. */
static bool find_receiver(Notify *notify) {
        const char *path = getenv("NOTIFY_SOCKET");
        size_t n = path ? strlen(path) : 0;

        if (n == 0 || n >= sizeof(notify->to.sun_path))
                return false;
        notify->to.sun_family = AF_UNIX;
        memcpy(notify->to.sun_path, path, n);
        if (path[0] == '@')
                notify->to.sun_path[0] = 0;
        notify->n_to = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n);
        return true;
}

void notify_open(Notify *notify) {
        *notify = (Notify){ .fd = -1 };
        if (find_receiver(notify))
                notify->fd = listen_anywhere(notify->assignment, sizeof(notify->assignment));
}

/* ---- what is handed on ---- */

/* From a socket of its own: that of the command's waits for nobody. */
static void send_on(const Notify *notify, const char *text, size_t size) {
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (fd < 0)
                return;
        (void) !sendto(fd, text, size, MSG_NOSIGNAL, (const struct sockaddr *) &notify->to,
                        notify->n_to); /* who cannot be told is not told */
        (void) close(fd);
}

static bool is_handed_on(const char *line) {
        return strncmp(line, "STATUS=", 7) == 0 || strncmp(line, "WATCHDOG=", 9) == 0;
}

/* The message ends with a NUL. */
static void hand_on(const Notify *notify, const char *message) {
        char text[MESSAGE_BYTES_MAX + 1];
        size_t size = 0;

        while (*message) {
                size_t n = strcspn(message, "\n");

                if (is_handed_on(message)) {
                        memcpy(text + size, message, n);
                        size += n;
                        text[size++] = '\n';
                }
                message += n + (message[n] == '\n');
        }
        if (size > 0)
                send_on(notify, text, size);
}

/* ---- what comes ---- */

/* Who waits until his messages have been read has sent a descriptor, and waits until it is closed. */
static void close_fds(const struct cmsghdr *header) {
        size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        for (size_t i = 0; i < n; i++) {
                int fd;

                memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
                (void) close(fd);
        }
}

/* The user himself, who may do with his processes what he likes, or whoever runs in the unit. */
static bool is_of_the_job(const struct ucred *sender) {
        return sender->uid == getuid() || group_has(sender->pid);
}

/* False when there is no more. */
static bool receive(const Notify *notify) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(FDS_MAX * sizeof(int))];
        } control;
        char message[MESSAGE_BYTES_MAX + 1];
        struct iovec iov = { message, MESSAGE_BYTES_MAX };
        struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
                .msg_controllen = sizeof(control) };
        struct ucred sender = { .uid = (uid_t) -1 };
        ssize_t n = recvmsg(notify->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

        if (n < 0)
                return errno == EINTR;
        message[n] = 0;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&msg); header; header = CMSG_NXTHDR(&msg, header))
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS)
                        memcpy(&sender, CMSG_DATA(header), sizeof(sender));
        if (!(msg.msg_flags & MSG_TRUNC) && is_of_the_job(&sender))
                hand_on(notify, message);
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&msg); header; header = CMSG_NXTHDR(&msg, header))
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
                        close_fds(header);
        return true;
}

void notify_dispatch(const Notify *notify) {
        for (unsigned i = 0; notify->fd >= 0 && i < MESSAGES_MAX && receive(notify); i++)
                ;
}
