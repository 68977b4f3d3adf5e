/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

#include "frame.h"

#define MAC_BYTES ((size_t) 32)

int frame_seal(const TicketKey *key, const char *job_key, FrameKind kind, uint64_t at, char *buffer, size_t size) {
        uint64_t place = htobe64(at);

        buffer[MAC_BYTES] = (char) kind;
        memcpy(buffer + MAC_BYTES + 1, &place, sizeof(place));
        return ticket_mac(key, job_key, buffer + MAC_BYTES, FRAME_HEAD_BYTES - MAC_BYTES + size,
                        (unsigned char *) buffer);
}

int frame_open(const TicketKey *key, const char *job_key, const char *bytes, size_t size, Frame *ret) {
        unsigned char mac[MAC_BYTES];
        uint64_t place;
        int r;

        if (size < FRAME_HEAD_BYTES)
                return -EBADMSG;
        r = ticket_mac(key, job_key, bytes + MAC_BYTES, size - MAC_BYTES, mac);
        if (r < 0)
                return r;
        if (CRYPTO_memcmp(mac, bytes, MAC_BYTES) != 0)
                return -EBADMSG;
        memcpy(&place, bytes + MAC_BYTES + 1, sizeof(place));
        *ret = (Frame){ (FrameKind) bytes[MAC_BYTES], be64toh(place), bytes + FRAME_HEAD_BYTES,
                size - FRAME_HEAD_BYTES };
        return 0;
}
