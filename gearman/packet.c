/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"
#include "packet.h"

static size_t count_arguments(PacketType type) {
        switch (type) {
        case PACKET_JOB_ASSIGN_UNIQ:
                return 4;
        case PACKET_SUBMIT_JOB:
        case PACKET_WORK_STATUS:
                return 3;
        case PACKET_WORK_COMPLETE:
        case PACKET_WORK_DATA:
        case PACKET_WORK_WARNING:
        case PACKET_ERROR:
                return 2;
        case PACKET_CAN_DO:
        case PACKET_CANT_DO:
        case PACKET_JOB_CREATED:
        case PACKET_WORK_FAIL:
        case PACKET_ECHO_REQ:
        case PACKET_ECHO_RES:
        case PACKET_SET_CLIENT_ID:
                return 1;
        default:
                return 0;
        }
}

static uint32_t read_number(const char *bytes) {
        uint32_t v;

        memcpy(&v, bytes, sizeof(v));
        return be32toh(v);
}

static char *write_number(char *to, uint32_t v) {
        v = htobe32(v);
        return mempcpy(to, &v, sizeof(v));
}

static int split_arguments(const char *bytes, size_t size, Packet *packet) {
        size_t n = count_arguments(packet->type);

        for (size_t i = 0; i + 1 < n; i++) {
                const char *end = memchr(bytes, '\0', size);

                if (!end)
                        return -EBADMSG;
                packet->arguments[i] = (Argument){ bytes, (size_t) (end - bytes) };
                size -= (size_t) (end - bytes) + 1;
                bytes = end + 1;
        }
        if (n > 0)
                packet->arguments[n - 1] = (Argument){ bytes, size };
        packet->n_arguments = n;
        return 1;
}

int packet_parse(const char *bytes, size_t size, bool is_response, Packet *ret, size_t *ret_taken) {
        const char *magic = is_response ? "\0RES" : "\0REQ";
        size_t length, n_read;

        if (memcmp(bytes, magic, size < 4 ? size : 4) != 0)
                return -EBADMSG;
        if (size < PACKET_HEADER_BYTES)
                return 0;
        length = read_number(bytes + 8);
        n_read = length > PACKET_BYTES_MAX ? PACKET_BEGIN_BYTES : length;
        if (size - PACKET_HEADER_BYTES < n_read)
                return 0;
        *ret = (Packet){ .type = (PacketType) read_number(bytes + 4), .is_cut = n_read < length };
        *ret_taken = PACKET_HEADER_BYTES + length;
        return split_arguments(bytes + PACKET_HEADER_BYTES, n_read, ret);
}

int packet_make(const Packet *packet, char **ret, size_t *ret_size) {
        size_t n = packet->n_arguments, size = n > 0 ? n - 1 : 0;
        char *bytes, *to;

        for (size_t i = 0; i < n; i++) {
                const Argument *argument = &packet->arguments[i];

                if (i + 1 < n && memchr(argument->data, '\0', argument->size))
                        return -EINVAL;
                size += argument->size;
        }
        if (size > PACKET_BYTES_MAX)
                return -E2BIG;
        bytes = malloc(PACKET_HEADER_BYTES + size);
        if (!bytes)
                return -ENOMEM;
        to = mempcpy(bytes, "\0REQ", 4);
        to = write_number(to, packet->type);
        to = write_number(to, (uint32_t) size);
        for (size_t i = 0; i < n; i++) {
                to = mempcpy(to, packet->arguments[i].data, packet->arguments[i].size);
                if (i + 1 < n)
                        *to++ = '\0';
        }
        *ret = bytes;
        *ret_size = PACKET_HEADER_BYTES + size;
        return 0;
}
