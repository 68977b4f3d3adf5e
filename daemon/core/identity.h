/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of users and groups. NSS may ask a directory server, so a helper process asks NSS; what it said is
 * kept for a short while. */

#include "job.h"
#include "manager.h"

typedef enum IdentityKind {
        IDENTITY_USER,
        IDENTITY_GROUP,
} IdentityKind;

typedef struct Identity {
        IdentityKind kind;
        uid_t uid; /* of a group its number, which is of the same kind */
        char name[USER_NAME_BYTES];
} Identity;

struct KnownIdentity {
        Identity identity;
        uint64_t until_usec; /* 0: free */
};

/* r is 0, -ENOENT for one that is not there, or -EIO when nobody could tell. */
typedef void (*identity_cb)(int r, const Identity *identity, void *userdata);

/* user is a number if it is digits, else a name, as for PID 1: an account may have digits for a name. NULL when it is not known yet; valid until the event loop goes on. */
const Identity *identity_find(Manager *m, IdentityKind kind, const char *user);
/* Finds it out, and calls back later. */
int identity_resolve(Manager *m, IdentityKind kind, const char *user, identity_cb callback, void *userdata);
