/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Questions to jobsd-results about the files that jobs leave and are handed, see result-protocol.h: each is a connection to its socket, for
 * which PID 1 starts a process. As many at a time as that takes; the others wait. */

#include <sys/queue.h>
#include <sys/types.h>

#include <systemd/sd-event.h>

typedef struct ResultCall ResultCall;
typedef TAILQ_HEAD(ResultCalls, ResultCall) ResultCalls;

typedef struct ResultService {
        sd_event *event;
        ResultCalls waiting, active;
        unsigned n_active;
} ResultService;

/* r is 0, what jobsd-results says, -ECONNREFUSED where nobody listens, or -EIO for no answer. The answer is texts, size bytes
 * of them with the NUL behind the last; fd is the callee's to take, and closed otherwise. */
typedef void (*result_call_cb)(int r, const char *answer, size_t size, int *fd, void *userdata);

void result_service_init(ResultService *service, sd_event *event);
/* Nobody is told any more. */
void result_service_stop(ResultService *service);

/* Asks, and calls back later. words: NULL behind the last. userdata, of malloc(), is the call's from then on: it is freed
 * after done was called, or when it will not be. */
int result_service_ask(ResultService *service, const char *const words[], result_call_cb done, void *userdata);
/* The same with a file of a user's, of which a copy is kept while the question waits. He may have chosen one that takes for
 * ever to be read: so only some of his are under way, and the others of his wait. */
int result_service_hand(ResultService *service, const char *const words[], int fd, uid_t uid, result_call_cb done,
                void *userdata);
