/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the daemon counts of a user: quotas, and his turn in the queue. Kept as long as one of the
 * counts is not zero. */

#include "fair-queue.h"
#include "manager.h"

/* His queued jobs of one type, NULL: of commands. Jobs of a type may have to wait while others run. */
typedef struct Lane {
        char *type;
        uint64_t n_queued;
        LIST_ENTRY(Lane) list;
} Lane;

struct User {
        uid_t uid; /* first: the key of the tree */
        Manager *manager;
        uint64_t n_queued;                       /* in all lanes, */
        uint64_t queued_bytes, submitting_bytes; /* and what these take in the store */
        LIST_HEAD(, Lane) lanes;
        unsigned n_submitting, n_running, n_streams, n_subscriptions;
        unsigned n_clients;           /* connections, */
        uint64_t unread_bytes;        /* and what the bus keeps for them, see backlog.h */
        unsigned n_requests;          /* that are not answered, */
        size_t request_bytes;         /* what these take, */
        FairLine calls;               /* and those whose turn comes */
        unsigned n_checks, n_prompts; /* questions about him, and those of them that wait for a password */
        FairLine questions;           /* those that polkit is asked next */
        TAILQ_ENTRY(User) waiting;
        bool is_waiting;
        bool is_stalled; /* nothing of his can be started for now */
};

int user_get(Manager *m, uid_t uid, User **ret);
/* Without making one: NULL when nothing is counted. */
User *user_find(Manager *m, uid_t uid);
/* Call after a count went down. */
void user_release(User *user);
/* Whatever is counted. */
User *user_free(User *user);

/* So many jobs that take so many bytes in the store. -ENOMEM when there is no lane for them. */
int user_add_queued(User *user, const char *type, uint64_t n, uint64_t bytes);
void user_remove_queued(User *user, const char *type, uint64_t n, uint64_t bytes);

/* Whose turn it is: of those with queued jobs that may run the one with the fewest running, and of equals
 * the one that was served longest ago. NULL when nobody waits for anything but others of a type. */
User *user_next(Manager *m);
/* Whether his jobs of this lane may run now. */
bool lane_is_open(const User *user, const Lane *lane);
/* He was served: behind the others. */
void user_served(User *user);
