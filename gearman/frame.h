/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a worker says of a job while it runs, one frame a packet of WORK_DATA: signed, as others may speak in its place.
 *
 *   32 bytes  HMAC-SHA256 with the site's key, of the job's key, a NUL, and what follows
 *    1 byte   the kind
 *    8 bytes  big-endian, a place in the output: how many bytes come before it
 *             the bytes of the output, or JSON
 *
 * The place makes a stream that was cut go on where it was: who reads leaves out what he has. */

#include <stddef.h>
#include <stdint.h>

#include "ticket.h"

#define FRAME_HEAD_BYTES ((size_t) 32 + 1 + 8)
#define FRAME_BYTES_MAX ((size_t) 64 * 1024)

typedef enum FrameKind {
        FRAME_OUTPUT = 'o',  /* bytes that the job printed */
        FRAME_MISSING = 'm', /* no bytes follow: so many are missing at the place, in the eight bytes behind it */
        FRAME_STATE = 's',   /* JSON: "id", "info", "progress" of the job on its host */
} FrameKind;

typedef struct Frame {
        FrameKind kind;
        uint64_t at;
        const char *data;
        size_t size;
} Frame;

/* Writes it in front of data, which begins FRAME_HEAD_BYTES behind the buffer's begin. */
int frame_seal(const TicketKey *key, const char *job_key, FrameKind kind, uint64_t at, char *buffer, size_t size);
/* -EBADMSG if it is none, or not of who has the key. */
int frame_open(const TicketKey *key, const char *job_key, const char *bytes, size_t size, Frame *ret);
