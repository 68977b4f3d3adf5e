/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "macro.h"
#include "ticket.h"

#define VERSION 1
#define MAC_BYTES ((size_t) 32)
#define MAC_DIGITS (2 * MAC_BYTES)
#define NONCE_BYTES ((size_t) 16)
#define NONCE_DIGITS (2 * NONCE_BYTES)

DEFINE_CLEANUP(EVP_MAC, EVP_MAC_free);
DEFINE_CLEANUP(EVP_MAC_CTX, EVP_MAC_CTX_free);

static void to_digits(const unsigned char *bytes, size_t n, char *digits) {
        for (size_t i = 0; i < n; i++)
                sprintf(digits + 2 * i, "%02x", bytes[i]);
}

/* ---- the key ---- */

static int check_key_file(int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        return S_ISREG(st.st_mode) && (st.st_mode & 0007) == 0 ? 0 : -EPERM;
}

int ticket_key_read(const char *path, TicketKey *ret) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        ssize_t n;
        int r;

        if (fd < 0)
                return -errno;
        r = check_key_file(fd);
        if (r < 0)
                return r;
        n = read(fd, ret->bytes, sizeof(ret->bytes));
        if (n < 0)
                return -errno;
        ret->size = (size_t) n;
        if (ret->size < TICKET_KEY_BYTES_MIN || read(fd, &(char){ 0 }, 1) > 0)
                return -EINVAL;
        return 0;
}

int ticket_mac(const TicketKey *key, const char *text, const char *bytes, size_t size, unsigned char mac[static 32]) {
        _cleanup_(EVP_MAC_freep) EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        _cleanup_(EVP_MAC_CTX_freep) EVP_MAC_CTX *context = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
        const OSSL_PARAM parameters[] = {
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *) "SHA256", 0),
                OSSL_PARAM_construct_end(),
        };

        if (!context || !EVP_MAC_init(context, key->bytes, key->size, parameters) ||
                        (text && !EVP_MAC_update(context, (const unsigned char *) text, strlen(text) + 1)) ||
                        !EVP_MAC_update(context, (const unsigned char *) bytes, size) ||
                        !EVP_MAC_final(context, mac, NULL, MAC_BYTES))
                return -ENOMEM;
        return 0;
}

static int sign(const TicketKey *key, const char *text, size_t size, char digits[static MAC_DIGITS + 1]) {
        unsigned char mac[MAC_BYTES];
        int r = ticket_mac(key, NULL, text, size, mac);

        if (r >= 0)
                to_digits(mac, MAC_BYTES, digits);
        return r;
}

/* ---- signing ---- */

static int make_nonce(char digits[static NONCE_DIGITS + 1]) {
        unsigned char bytes[NONCE_BYTES];

        if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
                return -errno;
        to_digits(bytes, NONCE_BYTES, digits);
        return 0;
}

static int make_text(const char *function, const char *unique, struct json_object *body, uint64_t expires,
                struct json_object *ticket) {
        char nonce[NONCE_DIGITS + 1];
        int r = make_nonce(nonce);

        if (r < 0)
                return r;
        (void) json_object_object_add(ticket, "version", json_object_new_int(VERSION));
        (void) json_object_object_add(ticket, "function", json_object_new_string(function));
        (void) json_object_object_add(ticket, "unique", json_object_new_string(unique));
        (void) json_object_object_add(ticket, "expires", json_object_new_uint64(expires));
        (void) json_object_object_add(ticket, "nonce", json_object_new_string(nonce));
        (void) json_object_object_add(ticket, "body", json_object_get(body));
        return 0;
}

int ticket_seal(const TicketKey *key, const char *function, const char *unique, struct json_object *body,
                uint64_t now_sec, char **ret) {
        struct json_object *ticket = json_object_new_object();
        char mac[MAC_DIGITS + 1];
        const char *text;
        int r = ticket ? make_text(function, unique, body, now_sec + TICKET_VALID_SEC, ticket) : -ENOMEM;

        if (r >= 0) {
                text = json_object_to_json_string_ext(ticket, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
                r = text ? sign(key, text, strlen(text), mac) : -ENOMEM;
        }
        if (r >= 0 && asprintf(ret, "%s\n%s", mac, text) < 0)
                r = -ENOMEM;
        json_object_put(ticket);
        return r;
}

int ticket_answer_name(const char *function, char **ret) {
        return asprintf(ret, "%s answers", function) < 0 ? -ENOMEM : 0;
}

/* ---- what was taken ---- */

typedef struct Taken {
        uint64_t expires_sec;
        char nonce[NONCE_DIGITS + 1];
} Taken;

/* A ring, the oldest first: they expire about in the order in which they come. And a tree, to find one. */
struct TicketMemory {
        Taken taken[TICKETS_REMEMBERED_MAX];
        size_t first, n;
        void *by_nonce;
};

static int compare_nonces(const void *a, const void *b) {
        const Taken *x = a, *y = b;

        return strcmp(x->nonce, y->nonce);
}

TicketMemory *ticket_memory_new(void) {
        return calloc(1, sizeof(TicketMemory));
}

static void forget_first(TicketMemory *memory) {
        (void) tdelete(&memory->taken[memory->first], &memory->by_nonce, compare_nonces);
        memory->first = (memory->first + 1) % TICKETS_REMEMBERED_MAX;
        memory->n--;
}

TicketMemory *ticket_memory_free(TicketMemory *memory) {
        while (memory && memory->n > 0)
                forget_first(memory);
        free(memory);
        return NULL;
}

static TicketFault remember(TicketMemory *memory, const char *nonce, uint64_t expires_sec, uint64_t now_sec) {
        Taken wanted, *place;

        while (memory->n > 0 && memory->taken[memory->first].expires_sec < now_sec)
                forget_first(memory);
        strcpy(wanted.nonce, nonce);
        if (tfind(&wanted, &memory->by_nonce, compare_nonces) || memory->n == TICKETS_REMEMBERED_MAX)
                return TICKET_REPLAYED;
        place = &memory->taken[(memory->first + memory->n) % TICKETS_REMEMBERED_MAX];
        place->expires_sec = expires_sec;
        strcpy(place->nonce, nonce);
        if (!tsearch(place, &memory->by_nonce, compare_nonces))
                return TICKET_REPLAYED;
        memory->n++;
        return TICKET_GOOD;
}

/* ---- opening ---- */

static const char *const fault_table[_TICKET_FAULT_MAX] = {
        [TICKET_GOOD] = "it is good",
        [TICKET_MALFORMED] = "it is not what another jobsd sends",
        [TICKET_FORGED] = "it is not signed with this site's key",
        [TICKET_MISPLACED] = "it was signed for something else",
        [TICKET_EXPIRED] = "it has expired, or a clock is off",
        [TICKET_REPLAYED] = "it has been here before",
};

const char *ticket_fault_to_string(TicketFault fault) {
        return fault_table[fault];
}

static const char *get_text(struct json_object *ticket, const char *name) {
        struct json_object *member;

        if (!json_object_object_get_ex(ticket, name, &member) || !json_object_is_type(member, json_type_string))
                return NULL;
        return json_object_get_string(member);
}

/* 0: there is none, or it is none. */
static uint64_t get_number(struct json_object *ticket, const char *name) {
        struct json_object *member;

        if (!json_object_object_get_ex(ticket, name, &member) || !json_object_is_type(member, json_type_int))
                return 0;
        return json_object_get_uint64(member);
}

static bool is_for(struct json_object *ticket, const char *name, const char *value) {
        const char *text = get_text(ticket, name);

        return text && strcmp(text, value) == 0;
}

static bool is_signed(const TicketKey *key, const char *payload, size_t size) {
        char mac[MAC_DIGITS + 1];

        return sign(key, payload + MAC_DIGITS + 1, size - MAC_DIGITS - 1, mac) >= 0 &&
                        CRYPTO_memcmp(mac, payload, MAC_DIGITS) == 0;
}

/* All of it, and an object. Not JSON_TOKENER_STRICT, with which json-c 0.18 refuses what is not ASCII:
 * https://github.com/json-c/json-c/issues/875 */
static struct json_object *parse(const char *text, size_t size) {
        struct json_tokener *tokener = json_tokener_new();
        struct json_object *object;

        if (!tokener)
                return NULL;
        json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
        object = json_tokener_parse_ex(tokener, text, (int) size);
        if (json_tokener_get_parse_end(tokener) != size || !json_object_is_type(object, json_type_object)) {
                json_object_put(object);
                object = NULL;
        }
        json_tokener_free(tokener);
        return object;
}

static TicketFault check(TicketMemory *memory, struct json_object *ticket, const char *function, const char *unique,
                uint64_t now_sec) {
        const char *nonce = get_text(ticket, "nonce");
        uint64_t expires = get_number(ticket, "expires");

        if (get_number(ticket, "version") != VERSION || !nonce || strlen(nonce) != NONCE_DIGITS)
                return TICKET_MALFORMED;
        if (!is_for(ticket, "function", function) || !is_for(ticket, "unique", unique))
                return TICKET_MISPLACED;
        if (expires < now_sec || expires > now_sec + 2 * TICKET_VALID_SEC)
                return TICKET_EXPIRED;
        return memory ? remember(memory, nonce, expires, now_sec) : TICKET_GOOD;
}

TicketFault ticket_open(const TicketKey *key, TicketMemory *memory, const char *function, const char *unique,
                const char *payload, size_t size, uint64_t now_sec, struct json_object **ret) {
        struct json_object *ticket, *body = NULL;
        TicketFault fault;

        if (size <= MAC_DIGITS + 1 || size > INT_MAX || payload[MAC_DIGITS] != '\n')
                return TICKET_MALFORMED;
        if (!is_signed(key, payload, size)) /* before anything of it is read */
                return TICKET_FORGED;
        ticket = parse(payload + MAC_DIGITS + 1, size - MAC_DIGITS - 1);
        if (!ticket)
                return TICKET_MALFORMED;
        fault = check(memory, ticket, function, unique, now_sec);
        if (fault == TICKET_GOOD && json_object_object_get_ex(ticket, "body", &body))
                *ret = json_object_get(body);
        else if (fault == TICKET_GOOD)
                *ret = NULL;
        json_object_put(ticket);
        return fault;
}
