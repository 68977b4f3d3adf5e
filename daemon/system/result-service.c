/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "log.h"
#include "macro.h"
#include "parse.h"
#include "result-protocol.h"
#include "result-service.h"

/* Below MaxConnections= of jobsd-results.socket. */
#define ACTIVE_MAX 16U
#define ACTIVE_OF_USER_MAX 4U
/* More than the service gives itself: RuntimeMaxSec= of jobsd-results@.service. */
#define CALL_USEC (330 * USEC_PER_SEC)
#define READ_BYTES 4096U

struct ResultCall {
        TAILQ_ENTRY(ResultCall) list;
        ResultService *service;
        bool is_active;
        int handed_fd; /* with the question, */
        uid_t uid;     /* and whose it is */
        char *question;
        size_t n_question;
        int fd;
        sd_event_source *io, *timer;
        char *answer;
        size_t n_answer;
        int file_fd; /* that came with it */
        result_call_cb done;
        void *userdata;
};

static ResultCall *call_free(ResultCall *call) {
        if (!call)
                return NULL;
        TAILQ_REMOVE(call->is_active ? &call->service->active : &call->service->waiting, call, list);
        if (call->is_active)
                call->service->n_active--;
        sd_event_source_disable_unref(call->io);
        sd_event_source_disable_unref(call->timer);
        close_fd(call->fd);
        close_fd(call->file_fd);
        close_fd(call->handed_fd);
        free(call->question);
        free(call->answer);
        free(call->userdata);
        free(call);
        return NULL;
}

static void start_waiting(ResultService *service);

static void finish(ResultCall *call, int r, const char *answer, size_t size) {
        ResultService *service = call->service;

        call->done(r, answer, size, &call->file_fd, call->userdata);
        call_free(call);
        start_waiting(service);
}

/* Its first text is an errno. */
static void finish_with_answer(ResultCall *call) {
        uint64_t error;
        size_t n;

        if (call->n_answer == 0 || call->answer[call->n_answer - 1] != '\0' || parse_uint64(call->answer, &error) < 0 ||
                        error > INT16_MAX) {
                finish(call, -EIO, NULL, 0);
                return;
        }
        n = strlen(call->answer) + 1;
        finish(call, -(int) error, call->answer + n, call->n_answer - n);
}

static void take_file(ResultCall *call, struct msghdr *message) {
        struct cmsghdr *header = CMSG_FIRSTHDR(message);

        if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
                        header->cmsg_len != CMSG_LEN(sizeof(int)))
                return;
        close_fd(call->file_fd);
        memcpy(&call->file_fd, CMSG_DATA(header), sizeof(int));
}

static ssize_t receive(ResultCall *call) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec piece = { call->answer + call->n_answer, READ_BYTES };
        struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
                .msg_controllen = sizeof(control) };
        ssize_t n = recvmsg(call->fd, &message, MSG_CMSG_CLOEXEC);

        if (n > 0)
                take_file(call, &message);
        return n;
}

static int make_room(ResultCall *call) {
        char *larger;

        if (call->n_answer + READ_BYTES > RESULT_ANSWER_BYTES_MAX + READ_BYTES)
                return -EIO;
        larger = realloc(call->answer, call->n_answer + READ_BYTES);
        if (!larger)
                return -ENOMEM;
        call->answer = larger;
        return 0;
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        ResultCall *call = userdata;
        int r = make_room(call);
        ssize_t n = r < 0 ? -1 : receive(call);

        if (r < 0)
                finish(call, r, NULL, 0);
        else if (n > 0)
                call->n_answer += (size_t) n;
        else if (n == 0)
                finish_with_answer(call);
        else if (errno != EAGAIN && errno != EINTR)
                finish(call, -EIO, NULL, 0);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        ResultCall *call = userdata;

        /* of a call that was never sent, how it failed is known */
        finish(call, call->fd < 0 ? -ECONNREFUSED : -EIO, NULL, 0);
        return 0;
}

static int connect_to_service(int *ret_fd) {
        const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = RESULT_SOCKET };
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0 || connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* A question fits into what a socket takes at once. */
static ssize_t send_question(const ResultCall *call) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct iovec piece = { call->question, call->n_question };
        struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

        if (call->handed_fd >= 0) {
                message.msg_control = &control;
                message.msg_controllen = sizeof(control);
                control.header = (struct cmsghdr){
                        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS
                };
                memcpy(CMSG_DATA(&control.header), &call->handed_fd, sizeof(int));
        }
        return sendmsg(call->fd, &message, MSG_NOSIGNAL);
}

static int ask(ResultCall *call) {
        int r = connect_to_service(&call->fd);

        if (r < 0)
                return r;
        if (send_question(call) != (ssize_t) call->n_question)
                return -EIO;
        if (shutdown(call->fd, SHUT_WR) < 0)
                return -errno;
        return sd_event_add_io(call->service->event, &call->io, call->fd, EPOLLIN, on_io, call);
}

/* A failure is told later, as everything is: by the timer. */
static void start(ResultCall *call) {
        int r = ask(call), s;

        if (r < 0) {
                log_errno(r, "Failed to ask jobsd-results about the files that jobs left");
                close_fd(TAKE_FD(call->fd));
        }
        s = sd_event_add_time_relative(
                        call->service->event, &call->timer, CLOCK_MONOTONIC, r < 0 ? 0 : CALL_USEC, 0, on_timer, call);
        if (s < 0)
                log_errno(s, "Failed to set a timer");
}

static bool may_start(const ResultCall *call) {
        unsigned n_of_user = 0;
        ResultCall *other;

        if (call->handed_fd < 0)
                return true;
        TAILQ_FOREACH(other, &call->service->active, list)
                n_of_user += other->handed_fd >= 0 && other->uid == call->uid;
        return n_of_user < ACTIVE_OF_USER_MAX;
}

static ResultCall *find_next(ResultService *service) {
        ResultCall *call;

        TAILQ_FOREACH(call, &service->waiting, list)
                if (may_start(call))
                        return call;
        return NULL;
}

static void start_waiting(ResultService *service) {
        ResultCall *call;

        while (service->n_active < ACTIVE_MAX && (call = find_next(service))) {
                TAILQ_REMOVE(&service->waiting, call, list);
                TAILQ_INSERT_TAIL(&service->active, call, list);
                call->is_active = true;
                service->n_active++;
                start(call);
        }
}

void result_service_init(ResultService *service, sd_event *event) {
        service->event = event;
        TAILQ_INIT(&service->waiting);
        TAILQ_INIT(&service->active);
}

void result_service_stop(ResultService *service) {
        while (!TAILQ_EMPTY(&service->waiting))
                call_free(TAILQ_FIRST(&service->waiting));
        while (!TAILQ_EMPTY(&service->active))
                call_free(TAILQ_FIRST(&service->active));
}

static int pack(const char *const words[], char **ret, size_t *ret_size) {
        size_t size = 0;
        char *to;

        for (const char *const *word = words; *word; word++)
                size += strlen(*word) + 1;
        if (size > RESULT_QUESTION_BYTES_MAX)
                return -E2BIG;
        *ret = to = malloc(size);
        if (!to)
                return -ENOMEM;
        for (const char *const *word = words; *word; word++)
                to = stpcpy(to, *word) + 1;
        *ret_size = size;
        return 0;
}

static int call_new(const char *const words[], int fd, uid_t uid, ResultCall **ret) {
        _cleanup_free_ ResultCall *call = calloc(1, sizeof(ResultCall));
        _cleanup_close_ int copy = fd < 0 ? -EBADF : fcntl(fd, F_DUPFD_CLOEXEC, 3);
        int r;

        if (!call)
                return -ENOMEM;
        if (fd >= 0 && copy < 0)
                return -errno;
        *call = (ResultCall){ .fd = -EBADF, .file_fd = -EBADF, .uid = uid };
        r = pack(words, &call->question, &call->n_question);
        if (r < 0)
                return r;
        call->handed_fd = TAKE_FD(copy);
        *ret = TAKE_PTR(call);
        return 0;
}

int result_service_hand(ResultService *service, const char *const words[], int fd, uid_t uid, result_call_cb done,
                void *userdata) {
        ResultCall *call;
        int r = call_new(words, fd, uid, &call);

        if (r < 0)
                return r;
        call->service = service;
        call->done = done;
        call->userdata = userdata;
        TAILQ_INSERT_TAIL(&service->waiting, call, list);
        start_waiting(service);
        return 0;
}

int result_service_ask(ResultService *service, const char *const words[], result_call_cb done, void *userdata) {
        return result_service_hand(service, words, -EBADF, (uid_t) -1, done, userdata);
}
