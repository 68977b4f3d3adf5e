/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "macro.h"
#include "question.h"

static int split(Question *q, size_t size) {
        if (size == 0 || q->bytes[size - 1] != '\0')
                return -EBADMSG;
        for (size_t at = 0; at < size; at += strlen(q->bytes + at) + 1) {
                if (q->n_words >= QUESTION_WORDS_MAX)
                        return -EBADMSG;
                q->words[q->n_words++] = q->bytes + at;
        }
        q->words[q->n_words] = NULL;
        return 0;
}

/* There is room for one each time. */
static void take_descriptors(Question *q, struct msghdr *message) {
        for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
                if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                        continue;
                close_fd(q->fd);
                memcpy(&q->fd, CMSG_DATA(header), sizeof(int));
        }
}

static ssize_t receive(int fd, Question *q, size_t size) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec piece = { q->bytes + size, sizeof(q->bytes) - size };
        struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
                .msg_controllen = sizeof(control) };
        ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

        if (n > 0)
                take_descriptors(q, &message);
        return n;
}

int question_read(int fd, Question *ret) {
        size_t size = 0;
        ssize_t n;

        ret->n_words = 0;
        ret->fd = -EBADF;
        do {
                n = receive(fd, ret, size);
                if (n > 0)
                        size += (size_t) n;
        } while (n > 0 || (n < 0 && errno == EINTR));
        if (n < 0)
                return -errno;
        return split(ret, size);
}

static ssize_t send_some(int fd, const char *bytes, size_t size, int file_fd) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct iovec piece = { (char *) bytes, size };
        struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

        if (file_fd >= 0) {
                message.msg_control = &control;
                message.msg_controllen = sizeof(control);
                *CMSG_FIRSTHDR(&message) = (struct cmsghdr){
                        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS
                };
                memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &file_fd, sizeof(int));
        }
        return sendmsg(fd, &message, MSG_NOSIGNAL);
}

int answer_send(int fd, const char *bytes, size_t size, int file_fd) {
        while (size > 0) {
                ssize_t n = send_some(fd, bytes, size, file_fd);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                bytes += n;
                size -= (size_t) n;
                file_fd = -EBADF; /* it is with the first of them */
        }
        return 0;
}
