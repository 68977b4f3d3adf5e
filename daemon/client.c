/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "client.h"
#include "user.h"

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
