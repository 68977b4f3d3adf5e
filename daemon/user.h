/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the daemon counts of a user: quotas, and his turn in the queue. Kept as long as one of the
 * counts is not zero. */

#include "manager.h"

struct User {
        uid_t uid; /* first: the key of the tree */
        Manager *manager;
        uint64_t n_queued;
        unsigned n_submitting, n_running, n_streams, n_subscriptions, n_prompts;
        TAILQ_ENTRY(User) waiting;
        bool is_waiting;
};

int user_get(Manager *m, uid_t uid, User **ret);
/* Without making one: NULL when nothing is counted. */
User *user_find(Manager *m, uid_t uid);
/* Call after a count went down. */
void user_release(User *user);

void user_add_queued(User *user, uint64_t n);
void user_remove_queued(User *user, uint64_t n);

/* Whose turn it is: of those with queued jobs the one with the fewest running, and of equals the
 * one that was served longest ago. NULL when nobody waits. */
User *user_next(Manager *m);
/* He was served: behind the others. */
void user_served(User *user);
