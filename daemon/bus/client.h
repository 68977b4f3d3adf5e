/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A connection that called us: who it is, which the bus is asked once, and whether it is subscribed.
 * Forgotten when it leaves the bus; unique names are never used twice. */

#include "shares.h"

/* He is known now, or will never be: then he is to be freed. */
typedef void (*client_known_cb)(Client *client, bool is_known);

struct Client {
        char *name; /* first: the key of the tree */
        Manager *manager;
        client_known_cb known;
        bool is_known; /* who it is: */
        uid_t uid;
        User *user;
        sd_bus_slot *slot;             /* the bus is being asked, */
        TAILQ_HEAD(, Request) waiting; /* and these wait for it; or until it has read */
        size_t n_waiting, waiting_bytes;
        bool may_lag;             /* it may have something to read: see backlog.h; */
        uint64_t unread_bytes;    /* when the bus was asked last it had so much, */
        sd_bus_slot *unread_slot; /* and now it is being asked */
        bool subscribed;
        bool sees_all;  /* others' jobs, too */
        char **shared;  /* or those of these types, see shares.h; */
        Check *check;   /* its rights are being asked for, */
        Shares *shares; /* and what is shared with it */
        uint64_t shared_usec; /* CLOCK_MONOTONIC, of what was said last; 0: nothing was, */
        unsigned shared_n_rights_changes; /* and what held then */
        struct {
                uint64_t usec; /* CLOCK_MONOTONIC; 0: none */
                Verdict verdict;
        } verdicts[_ACTION_MAX]; /* what polkit said last */
};

/* What polkit says to an action that no job's details go with holds for a moment, so that thousands of
 * submissions are not thousands of questions. A change of polkit's rules ends it at once. */
void client_remember(Client *client, Action action, Verdict verdict);
bool client_recall(const Client *client, Action action, Verdict *ret);
void client_forget_all(Manager *m);
/* The same for the types that are shared with it. Takes the list over, which is borrowed again. */
void client_remember_shared(Client *client, char **types);
bool client_recall_shared(const Client *client, char ***ret);

/* Nothing of his may wait any more. */
Client *client_free(Client *client);
Client *client_find(Manager *m, const char *name);
/* Makes one where there is none, and asks the bus who it is. */
int client_get(Manager *m, const char *name, client_known_cb known, Client **ret);

/* A call of a client who is not known yet. -EDQUOT when there are too many. */
int client_add_waiting(Client *client, Request *q);
void client_remove_waiting(Client *client, Request *q);
/* A call of one who is behind waits until client_resume(), when its turn comes once more. */
void client_hold(Client *client, Request *q);
bool client_is_held(const Client *client);
void client_resume(Client *client);

void client_foreach(Manager *m, void (*callback)(Client *client, void *userdata), void *userdata);

/* -EDQUOT when its user has too many. */
int client_subscribe(Client *client);
void client_unsubscribe(Client *client);
