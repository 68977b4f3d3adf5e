/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "link.h"
#include "macro.h"
#include "parse.h"

/* How long until the next try to connect: longer and longer, within bounds. */
#define WAIT_USEC_MIN (500 * USEC_PER_MSEC)
#define WAIT_USEC_MAX (15 * USEC_PER_SEC)

/* The other side is asked so often, and given up when it has not answered until the next time. */
#define ASK_USEC (5 * USEC_PER_SEC)

/* Unsent bytes from which on link_is_full(), and below which there is room again. */
#define FULL_BYTES ((size_t) 256 * 1024)
#define ROOM_BYTES ((size_t) 64 * 1024)

typedef struct Bytes {
        char *data;
        size_t n, allocated;
} Bytes;

struct Link {
        const LinkHandlers *handlers;
        void *userdata;
        sd_event *event;
        char *host, *port;
        int fd;
        sd_event_source *io, *timer;
        bool is_up, was_full, is_asked;
        bool is_down_told;
        int error;           /* with which it goes down in the next turn */
        unsigned n_tries;    /* to connect: each to the next address */
        uint64_t wait_usec;
        uint64_t n_moved, n_moved_then; /* bytes, until now and until the other side was asked */
        size_t n_left_out;   /* bytes still to come of a packet that was cut */
        Bytes in, out;
};

static int bytes_reserve(Bytes *bytes, size_t n) {
        size_t wanted = bytes->n + n;
        char *data;

        if (wanted <= bytes->allocated)
                return 0;
        wanted = wanted < 4096 ? 4096 : wanted + wanted / 2;
        data = realloc(bytes->data, wanted);
        if (!data)
                return -ENOMEM;
        bytes->data = data;
        bytes->allocated = wanted;
        return 0;
}

static void bytes_drop(Bytes *bytes, size_t n) {
        memmove(bytes->data, bytes->data + n, bytes->n - n);
        bytes->n -= n;
}

static void bytes_free(Bytes *bytes) {
        free(bytes->data);
        *bytes = (Bytes){};
}

/* ---- down, and up again ---- */

static void set_timer(Link *link, uint64_t usec) {
        (void) sd_event_source_set_time_relative(link->timer, usec);
        (void) sd_event_source_set_enabled(link->timer, SD_EVENT_ONESHOT);
}

static void close_link(Link *link) {
        link->io = sd_event_source_disable_unref(link->io);
        close_fd(TAKE_FD(link->fd));
        bytes_free(&link->in);
        bytes_free(&link->out);
        link->is_up = link->is_asked = link->was_full = false;
        link->error = 0;
        link->n_left_out = 0;
}

static void go_down(Link *link, int error) {
        close_link(link);
        set_timer(link, link->wait_usec);
        link->wait_usec = link->wait_usec * 2 < WAIT_USEC_MAX ? link->wait_usec * 2 : WAIT_USEC_MAX;
        if (link->is_down_told)
                return;
        link->is_down_told = true;
        link->handlers->down(link, error, link->userdata);
}

static int go_up(Link *link) {
        int error = 0;

        if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){ sizeof(error) }) < 0)
                return -errno;
        if (error > 0)
                return -error;
        link->is_up = true;
        link->is_down_told = false;
        link->wait_usec = WAIT_USEC_MIN;
        set_timer(link, ASK_USEC);
        link->handlers->up(link, link->userdata);
        return 0;
}

/* ---- what comes and goes ---- */

static int flush(Link *link) {
        while (link->out.n > 0) {
                ssize_t n = send(link->fd, link->out.data, link->out.n, MSG_NOSIGNAL);

                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0)
                        return -errno;
                bytes_drop(&link->out, (size_t) n);
                link->n_moved += (size_t) n;
        }
        return sd_event_source_set_io_events(link->io, (uint32_t) (EPOLLIN | (link->out.n > 0 ? EPOLLOUT : 0)));
}

/* Of ask(), which says nothing, or of link_confirm(). */
static void handle_echo(Link *link, const Argument *text) {
        _cleanup_free_ char *digits = strndup(text->data, text->size);
        uint64_t number;

        if (text->size == 0)
                link->is_asked = false;
        else if (digits && parse_id(digits, &number) >= 0 && link->handlers->confirmed)
                link->handlers->confirmed(link, number, link->userdata);
}

/* A handler may bring the link down. */
static int handle_packets(Link *link) {
        size_t taken = 0, n;
        Packet packet;
        int r;

        while ((r = packet_parse(link->in.data + taken, link->in.n - taken, true, &packet, &n)) > 0) {
                taken += n;
                if (packet.type == PACKET_ECHO_RES)
                        handle_echo(link, &packet.arguments[0]);
                else
                        link->handlers->packet(link, &packet, link->userdata);
                if (!link->is_up)
                        return 0;
                if (taken > link->in.n) { /* it was cut */
                        link->n_left_out = taken - link->in.n;
                        taken = link->in.n;
                }
        }
        bytes_drop(&link->in, taken);
        return r;
}

static void leave_out(Link *link) {
        size_t n = MIN(link->n_left_out, link->in.n);

        bytes_drop(&link->in, n);
        link->n_left_out -= n;
}

static int receive(Link *link) {
        ssize_t n;
        int r;

        r = bytes_reserve(&link->in, 64 * 1024);
        if (r < 0)
                return r;
        n = recv(link->fd, link->in.data + link->in.n, link->in.allocated - link->in.n, 0);
        if (n < 0)
                return errno == EAGAIN ? 0 : -errno;
        if (n == 0)
                return -ECONNRESET;
        link->in.n += (size_t) n;
        link->n_moved += (size_t) n;
        leave_out(link);
        return handle_packets(link);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Link *link = userdata;
        int r = 0;

        if (!link->is_up)
                r = go_up(link);
        else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                r = receive(link);
        if (r >= 0 && link->is_up)
                r = flush(link);
        if (r < 0) {
                go_down(link, r);
                return 0;
        }
        if (link->was_full && link->out.n < ROOM_BYTES) {
                link->was_full = false;
                link->handlers->room(link, link->userdata);
        }
        return 0;
}

/* ---- connecting ---- */

/* The one whose turn it is. */
static const struct addrinfo *choose_address(Link *link, const struct addrinfo *addresses) {
        const struct addrinfo *address;
        unsigned n = 0, wanted;

        for (address = addresses; address; address = address->ai_next)
                n++;
        wanted = link->n_tries++ % n;
        for (address = addresses; wanted > 0; wanted--)
                address = address->ai_next;
        return address;
}

static int start_connecting(Link *link, const struct addrinfo *address) {
        static const int on = 1;
        static const unsigned unsent_msec = 2 * ASK_USEC / USEC_PER_MSEC;

        link->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
        if (link->fd < 0)
                return -errno;
        (void) setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        (void) setsockopt(link->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unsent_msec, sizeof(unsent_msec));
        if (connect(link->fd, address->ai_addr, address->ai_addrlen) < 0 && errno != EINPROGRESS)
                return -errno;
        return sd_event_add_io(link->event, &link->io, link->fd, EPOLLOUT, on_io, link);
}

/* The server listens on this machine, at the end of a tunnel: its name is in /etc/hosts, and does not take long. */
static int connect_link(Link *link) {
        const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
        struct addrinfo *addresses = NULL;
        int r = getaddrinfo(link->host, link->port, &hints, &addresses);

        if (r != 0)
                return r == EAI_SYSTEM ? -errno : -EHOSTUNREACH;
        r = start_connecting(link, choose_address(link, addresses));
        freeaddrinfo(addresses);
        return r;
}

/* The question waits behind what is unsent, which may take its time on a slow line: as long as bytes move, it is there. */
static int ask(Link *link) {
        bool was_asked = link->is_asked;

        if (was_asked && link->n_moved == link->n_moved_then)
                return -ETIMEDOUT;
        link->n_moved_then = link->n_moved;
        link->is_asked = true;
        set_timer(link, ASK_USEC);
        return was_asked ? 0 : link_send(link, PACKET_ECHO_REQ, NULL, 0, "", 0);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Link *link = userdata;
        int r;

        if (link->error < 0)
                r = link->error;
        else if (link->is_up)
                r = ask(link);
        else if (link->fd >= 0) /* it has been connecting all the time */
                r = -ETIMEDOUT;
        else {
                r = connect_link(link);
                set_timer(link, ASK_USEC);
        }
        if (r < 0)
                go_down(link, r);
        return 0;
}

int link_new(sd_event *event, const char *host, const char *port, const LinkHandlers *handlers, void *userdata,
                Link **ret) {
        Link *link = calloc(1, sizeof(Link));
        int r = -ENOMEM;

        if (!link)
                return -ENOMEM;
        link->handlers = handlers;
        link->userdata = userdata;
        link->event = sd_event_ref(event);
        link->fd = -EBADF;
        link->wait_usec = WAIT_USEC_MIN;
        link->host = strdup(host);
        link->port = strdup(port);
        if (link->host && link->port)
                r = sd_event_add_time_relative(event, &link->timer, CLOCK_MONOTONIC, 0, 0, on_timer, link);
        if (r < 0) {
                link_free(link);
                return r;
        }
        *ret = link;
        return 0;
}

Link *link_free(Link *link) {
        if (!link)
                return NULL;
        close_link(link);
        sd_event_source_disable_unref(link->timer);
        sd_event_unref(link->event);
        free(link->host);
        free(link->port);
        free(link);
        return NULL;
}

bool link_is_up(const Link *link) {
        return link->is_up;
}

bool link_is_full(const Link *link) {
        return link->out.n >= FULL_BYTES;
}

/* ---- sending ---- */

/* Written by the loop: then an error is told there, and not in the middle of a handler. */
static int append(Link *link, const Packet *packet) {
        _cleanup_free_ char *bytes = NULL;
        size_t size;
        int r;

        r = packet_make(packet, &bytes, &size);
        if (r >= 0)
                r = bytes_reserve(&link->out, size);
        if (r < 0)
                return r;
        memcpy(link->out.data + link->out.n, bytes, size);
        link->out.n += size;
        link->was_full = link->was_full || link_is_full(link);
        return sd_event_source_set_io_events(link->io, EPOLLIN | EPOLLOUT);
}

/* What was not sent is missed: so all is begun anew. */
static int send_packet(Link *link, const Packet *packet) {
        if (!link->is_up)
                return -ENOTCONN;
        if (link->error >= 0)
                link->error = append(link, packet);
        if (link->error < 0)
                set_timer(link, 0);
        return link->error;
}

int link_confirm(Link *link, uint64_t number) {
        char digits[24];

        snprintf(digits, sizeof(digits), "%" PRIu64, number);
        return link_send_texts(link, PACKET_ECHO_REQ, digits, NULL);
}

int link_send(Link *link, PacketType type, const char *const *texts, size_t n_texts, const void *last, size_t size) {
        Packet packet = { .type = type };

        for (size_t i = 0; i < n_texts; i++)
                packet.arguments[packet.n_arguments++] = (Argument){ texts[i], strlen(texts[i]) };
        if (last)
                packet.arguments[packet.n_arguments++] = (Argument){ last, size };
        return send_packet(link, &packet);
}

int link_send_texts(Link *link, PacketType type, ...) {
        Packet packet = { .type = type };
        const char *text;
        va_list texts;

        va_start(texts, type);
        while ((text = va_arg(texts, const char *)))
                packet.arguments[packet.n_arguments++] = (Argument){ text, strlen(text) };
        va_end(texts);
        return send_packet(link, &packet);
}
