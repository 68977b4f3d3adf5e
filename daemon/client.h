/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A connection that called us: who it is, and whether it is subscribed. Forgotten when it leaves the
 * bus; unique names are never used twice. */

#include "authority.h"

struct Client {
        char *name; /* first: the key of the tree */
        Manager *manager;
        uid_t uid;
        bool subscribed;
        bool sees_all;  /* others' jobs, too */
        Check *check;   /* its rights are being asked for */
        uint64_t granted_usec[_ACTION_MAX]; /* CLOCK_MONOTONIC of polkit's last yes, 0: none */
};

/* A yes of polkit to an action that no job's details go with holds for a moment, so that thousands of
 * submissions are not thousands of questions. A change of polkit's rules ends it at once. */
void client_grant(Client *client, Action action);
bool client_is_granted(const Client *client, Action action);
void client_revoke_all(Manager *m);

int client_new(Manager *m, const char *name, uid_t uid, Client **ret);
Client *client_free(Client *client);
Client *client_find(Manager *m, const char *name);
void client_foreach(Manager *m, void (*callback)(Client *client, void *userdata), void *userdata);

/* -EDQUOT when its user has too many. */
int client_subscribe(Client *client);
void client_unsubscribe(Client *client);
