/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "client.h"
#include "user.h"

/* As long as nobody notices the delay of a rule that depends on something else than its files. */
#define GRANT_USEC USEC_PER_SEC

static int compare_clients(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

int client_new(Manager *m, const char *name, uid_t uid, Client **ret) {
        Client *client = calloc(1, sizeof(Client));

        if (!client)
                return -ENOMEM;
        client->manager = m;
        client->uid = uid;
        client->name = strdup(name);
        if (!client->name || !tsearch(client, &m->clients, compare_clients)) {
                free(client->name);
                free(client);
                return -ENOMEM;
        }
        *ret = client;
        return 0;
}

Client *client_free(Client *client) {
        if (!client)
                return NULL;
        client_unsubscribe(client);
        tdelete(client, &client->manager->clients, compare_clients);
        check_free(client->check);
        free(client->name);
        free(client);
        return NULL;
}

Client *client_find(Manager *m, const char *name) {
        Client **node = tfind(&name, &m->clients, compare_clients);

        return node ? *node : NULL;
}

typedef struct Walk {
        void (*callback)(Client *client, void *userdata);
        void *userdata;
} Walk;

static void visit(const void *node, VISIT which, void *userdata) {
        Walk *walk = userdata;

        if (which == postorder || which == leaf)
                walk->callback(*(Client *const *) node, walk->userdata);
}

void client_foreach(Manager *m, void (*callback)(Client *client, void *userdata), void *userdata) {
        Walk walk = { callback, userdata };

        twalk_r(m->clients, visit, &walk);
}

void client_grant(Client *client, Action action) {
        client->granted_usec[action] = monotonic_usec();
}

bool client_is_granted(const Client *client, Action action) {
        uint64_t granted = client->granted_usec[action];

        return granted > 0 && monotonic_usec() - granted < GRANT_USEC;
}

static void revoke_all_of(Client *client, void *userdata) {
        memset(client->granted_usec, 0, sizeof(client->granted_usec));
}

void client_revoke_all(Manager *m) {
        client_foreach(m, revoke_all_of, NULL);
}

int client_subscribe(Client *client) {
        User *user;
        int r;

        if (client->subscribed)
                return 0;
        r = user_get(client->manager, client->uid, &user);
        if (r < 0)
                return r;
        if (user->n_subscriptions >= client->manager->config.max_subscriptions_per_user) {
                user_release(user);
                return -EDQUOT;
        }
        user->n_subscriptions++;
        client->subscribed = true;
        return 0;
}

void client_unsubscribe(Client *client) {
        User *user;

        if (!client->subscribed)
                return;
        client->subscribed = false;
        user = user_find(client->manager, client->uid);
        user->n_subscriptions--;
        user_release(user);
}
