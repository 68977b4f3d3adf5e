/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Gearman's servers ask nobody who he is. So what machines say to each other through one is signed: a line with the
 * HMAC-SHA256 (RFC 2104) of what follows, in hexadecimal digits, and JSON that says for which function and under which
 * key it is meant, and until when. Who has no key of the site can neither ask nor answer, and an answer or a question
 * of before is refused. It is not secret: whoever may look into the server reads it. */

#include <json.h>
#include <stddef.h>
#include <stdint.h>

#define TICKET_KEY_BYTES_MIN ((size_t) 32)
#define TICKET_KEY_BYTES_MAX ((size_t) 4096)

/* From the signing on. Longer than a clock of a well-kept machine is wrong, and than a worker takes to fetch it. */
#define TICKET_VALID_SEC UINT64_C(300)

typedef struct TicketKey {
        unsigned char bytes[TICKET_KEY_BYTES_MAX];
        size_t size;
} TicketKey;

/* Reads the site's key, a file of any bytes: -EINVAL if they are too few or too many, -EPERM if others than its owner
 * and its group may read it. */
int ticket_key_read(const char *path, TicketKey *ret);

/* HMAC-SHA256 of a text with its NUL, if there is one, and of bytes. */
int ticket_mac(const TicketKey *key, const char *text, const char *bytes, size_t size, unsigned char mac[static 32]);

/* Signs a body, which may be NULL. */
int ticket_seal(const TicketKey *key, const char *function, const char *unique, struct json_object *body,
                uint64_t now_sec, char **ret);

/* An answer is signed for another function than its question: that cannot be sent back as its own answer. */
int ticket_answer_name(const char *function, char **ret);

typedef enum TicketFault {
        TICKET_GOOD,
        TICKET_MALFORMED,  /* neither signed nor JSON of this shape */
        TICKET_FORGED,     /* with another key, or changed on its way */
        TICKET_MISPLACED,  /* for another function, or under another key */
        TICKET_EXPIRED,    /* or from the future: a clock is off */
        TICKET_REPLAYED,
        _TICKET_FAULT_MAX,
} TicketFault;

/* One sentence for people. */
const char *ticket_fault_to_string(TicketFault fault);

/* The ones that were taken, until they expire by themselves. A ticket is refused when there are too many: somebody
 * else signs more of them than a machine can run. */
#define TICKETS_REMEMBERED_MAX 16384U
typedef struct TicketMemory TicketMemory;

TicketMemory *ticket_memory_new(void);
TicketMemory *ticket_memory_free(TicketMemory *memory);

/* Gives the body, or NULL if there is none. Without a memory nothing is replayed. */
TicketFault ticket_open(const TicketKey *key, TicketMemory *memory, const char *function, const char *unique,
                const char *payload, size_t size, uint64_t now_sec, struct json_object **ret);
