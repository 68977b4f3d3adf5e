/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packets of Gearman's protocol, https://gearman.org/protocol/ : a header of twelve bytes ("\0REQ" or "\0RES", the type
 * and the size, big-endian) and arguments with a NUL between, of which the last one is all that is left. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a larger one the begin is read and the rest left out: what jobsd sends is far smaller, and gearmand itself takes up
 * to 64 MiB from anybody. */
#define PACKET_BYTES_MAX ((size_t) 4 << 20)
#define PACKET_BEGIN_BYTES ((size_t) 4096)
#define PACKET_HEADER_BYTES ((size_t) 12)
#define PACKET_ARGUMENTS_MAX 4U

/* gearmand 1.1.21 refuses longer ones. */
#define UNIQUE_BYTES_MAX ((size_t) 63)

typedef enum PacketType {
        PACKET_CAN_DO = 1,           /* FUNCTION */
        PACKET_CANT_DO = 2,          /* FUNCTION */
        PACKET_PRE_SLEEP = 4,        /* wake me when there is something */
        PACKET_NOOP = 6,             /* there is */
        PACKET_SUBMIT_JOB = 7,       /* FUNCTION, UNIQUE, PAYLOAD */
        PACKET_JOB_CREATED = 8,      /* HANDLE */
        PACKET_NO_JOB = 10,
        PACKET_WORK_STATUS = 12,     /* HANDLE, NUMERATOR, DENOMINATOR */
        PACKET_WORK_COMPLETE = 13,   /* HANDLE, RESULT */
        PACKET_WORK_FAIL = 14,       /* HANDLE */
        PACKET_ECHO_REQ = 16,        /* anything */
        PACKET_ECHO_RES = 17,        /* the same */
        PACKET_ERROR = 19,           /* CODE, TEXT */
        PACKET_SET_CLIENT_ID = 22,   /* ID */
        PACKET_WORK_DATA = 28,       /* HANDLE, DATA */
        PACKET_WORK_WARNING = 29,    /* HANDLE, TEXT */
        PACKET_GRAB_JOB_UNIQ = 30,
        PACKET_JOB_ASSIGN_UNIQ = 31, /* HANDLE, FUNCTION, UNIQUE, PAYLOAD */
} PacketType;

typedef struct Argument {
        const char *data; /* with a NUL behind it if it is not the last one */
        size_t size;
} Argument;

typedef struct Packet {
        PacketType type;
        Argument arguments[PACKET_ARGUMENTS_MAX];
        size_t n_arguments;
        bool is_cut; /* it was too large, and the last argument has not all of its bytes */
} Packet;

/* Reads the first packet of what has come. Returns 1 and how many bytes it has, which are more than have come where it is
 * cut; 0 if they are not all there yet, -EBADMSG for what is none (the wrong magic, too few arguments). A type that is
 * not above has no arguments. The packet points into the bytes. */
int packet_parse(const char *bytes, size_t size, bool is_response, Packet *ret, size_t *ret_taken);

/* A request, or what a worker says, which are the same; its arguments as above. -EINVAL if one but the last has a NUL
 * in it. */
int packet_make(const Packet *packet, char **ret, size_t *ret_size);
