/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes from a server of Gearman: packets of any bytes; what a packet says is read as a ticket and as a frame. With
 * a key that the fuzzer has, as the one that signs may be mistaken, too. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "fuzz.h"
#include "packet.h"
#include "payload.h"
#include "strv.h"
#include "ticket.h"

#define NOW UINT64_C(1800000000)

static const TicketKey key = { .bytes = "0123456789abcdef0123456789abcdef", .size = 32 };

static void open_signed(const char *text, size_t size) {
        unsigned char mac[32];
        char *payload = malloc(65 + size);
        struct json_object *body = NULL;

        CHECK(payload && ticket_mac(&key, NULL, text, size, mac) == 0);
        for (size_t i = 0; i < sizeof(mac); i++)
                sprintf(payload + 2 * i, "%02x", mac[i]);
        payload[64] = '\n';
        memcpy(payload + 65, text, size);
        if (ticket_open(&key, NULL, "f", "u", payload, 65 + size, NOW, &body) == TICKET_GOOD)
                json_object_put(body);
        free(payload);
}

static void parse_payload(const char *data, size_t size) {
        _cleanup_strv_free_ char **parameters = NULL;
        _cleanup_free_ char *message = NULL;
        int r = payload_parse(data, size, NULL, &parameters, &message);

        CHECK(r >= 0 ? !message : r == -EINVAL && message && !parameters);
}

static void open_argument(const Argument *argument) {
        struct json_object *body;
        Frame frame;

        CHECK(ticket_open(&key, NULL, "f", "u", argument->data, argument->size, NOW, &body) != TICKET_GOOD);
        CHECK(frame_open(&key, "k", argument->data, argument->size, &frame) == -EBADMSG);
        open_signed(argument->data, argument->size);
        parse_payload(argument->data, argument->size);
}

/* What was read is made again, and is the same. */
static void check_again(const Packet *packet, const char *bytes, size_t size) {
        char *made;
        size_t n;

        if (packet->n_arguments == 0)
                return;
        CHECK(packet_make(packet, &made, &n) == 0);
        CHECK(n == size && memcmp(made + 4, bytes + 4, n - 4) == 0);
        free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *bytes = (const char *) data;
        Packet packet;
        size_t n;

        while (packet_parse(bytes, size, true, &packet, &n) > 0) {
                CHECK(packet.is_cut == (n > PACKET_HEADER_BYTES + PACKET_BYTES_MAX));
                if (!packet.is_cut)
                        check_again(&packet, bytes, n);
                for (size_t i = 0; i < packet.n_arguments; i++)
                        open_argument(&packet.arguments[i]);
                if (n > size) /* the rest of what is cut has not come */
                        break;
                bytes += n;
                size -= n;
        }
        return 0;
}
