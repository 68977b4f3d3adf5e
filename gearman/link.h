/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A connection to a Gearman server, within an event loop. It is made again when it is lost, and asks the other side
 * every few seconds whether it is still there: a cut cable tells nothing by itself.
 *
 * libgearman is not used for it: its worker has no descriptors to wait for, and is never again registered after a
 * restart of the server in the middle of a job (1.1.20). */

#include <systemd/sd-event.h>

#include "packet.h"

typedef struct Link Link;

typedef struct LinkHandlers {
        void (*up)(Link *link, void *userdata); /* from here on packets can be sent */
        void (*packet)(Link *link, const Packet *packet, void *userdata);
        /* What was in flight is lost. error is a negative errno; it is told once until the link is up again. */
        void (*down)(Link *link, int error, void *userdata);
        void (*room)(Link *link, void *userdata); /* little is unsent again, see link_is_full() */
        void (*confirmed)(Link *link, uint64_t number, void *userdata); /* see link_confirm(); NULL if that is not used */
} LinkHandlers;

/* Begins to connect at once. The host is a name or an address; names are looked up when it connects. */
int link_new(sd_event *event, const char *host, const char *port, const LinkHandlers *handlers, void *userdata,
                Link **ret);
Link *link_free(Link *link);

bool link_is_up(const Link *link);

/* Sends a packet, whose arguments are texts, and "size" bytes as the last one. -ENOTCONN when there is no connection;
 * on any other error the link goes down by itself. */
int link_send(Link *link, PacketType type, const char *const *texts, size_t n_texts, const void *last, size_t size);
/* The same of texts alone, up to a NULL. */
int link_send_texts(Link *link, PacketType type, ...) __attribute__((sentinel));

/* Asks the other side to say this number, which is not 0, when it has had all that was sent until now. */
int link_confirm(Link *link, uint64_t number);

/* Whether so much is unsent that who has much to say should wait. */
bool link_is_full(const Link *link);
