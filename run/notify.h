/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a command says by sd_notify(3). PID 1 takes it from the unit's main process alone, which is this one: it
 * hands on what is about the job, STATUS= and WATCHDOG=, and nothing that is about the unit, which would end or
 * take another main process. */

#include <sys/socket.h>
#include <sys/un.h>

typedef struct Notify {
        struct sockaddr_un to; /* PID 1 */
        socklen_t n_to;
        int fd;                /* where the command speaks to; -1 when nobody listens */
        char assignment[40];   /* the command's NOTIFY_SOCKET=@…; empty when nobody listens */
} Notify;

/* Listens, if $NOTIFY_SOCKET says that there is somebody to hand on to. */
void notify_open(Notify *notify);
/* Hands on what has been said; waits for nothing. */
void notify_dispatch(const Notify *notify);
