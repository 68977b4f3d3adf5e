/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "client.h"
#include "clock.h"
#include "dispatch.h"
#include "request.h"
#include "strv.h"
#include "user.h"

/* As long as nobody notices the delay of a rule that depends on something else than its files. */
#define REMEMBER_USEC USEC_PER_SEC

static int compare_clients(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int set_known(Client *client, uid_t uid) {
        int r;

        r = user_get(client->manager, uid, &client->user);
        if (r < 0)
                return r;
        client->user->n_clients++;
        client->is_known = true;
        client->uid = uid;
        return 0;
}

static int on_uid(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Client *client = userdata;
        uint32_t uid;

        client->slot = sd_bus_slot_unref(client->slot);
        client->known(client, !sd_bus_message_is_method_error(reply, NULL) &&
                                              sd_bus_message_read(reply, "u", &uid) >= 0 &&
                                              set_known(client, uid) >= 0);
        return 0;
}

/* sd_bus_query_sender_creds() would wait for it. */
static int ask_bus(Client *client) {
        return sd_bus_call_method_async(client->manager->bus, &client->slot, "org.freedesktop.DBus",
                        "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser", on_uid,
                        client, "s", client->name);
}

static int client_new(Manager *m, const char *name, client_known_cb known, Client **ret) {
        Client *client = calloc(1, sizeof(Client));
        int r;

        if (!client)
                return -ENOMEM;
        client->manager = m;
        client->known = known;
        TAILQ_INIT(&client->waiting);
        client->name = strdup(name);
        if (!client->name || !tsearch(client, &m->clients, compare_clients)) {
                free(client->name);
                free(client);
                return -ENOMEM;
        }
        r = ask_bus(client);
        if (r < 0) {
                client_free(client);
                return r;
        }
        *ret = client;
        return 0;
}

static void add_waiting(Client *client, Request *q) {
        TAILQ_INSERT_TAIL(&client->waiting, q, waiting);
        client->n_waiting++;
        client->waiting_bytes += q->bytes;
        q->client = client;
}

int client_add_waiting(Client *client, Request *q) {
        if (client->n_waiting >= client->manager->config.max_requests_per_user ||
                        client->waiting_bytes + q->bytes > REQUEST_BYTES_MAX)
                return -EDQUOT;
        add_waiting(client, q);
        return 0;
}

void client_remove_waiting(Client *client, Request *q) {
        TAILQ_REMOVE(&client->waiting, q, waiting);
        client->n_waiting--;
        client->waiting_bytes -= q->bytes;
        q->client = NULL;
}

void client_hold(Client *client, Request *q) {
        add_waiting(client, q);
}

bool client_is_held(const Client *client) {
        return client->is_known && !TAILQ_EMPTY(&client->waiting);
}

void client_resume(Client *client) {
        while (client_is_held(client)) {
                Request *q = TAILQ_FIRST(&client->waiting);

                client_remove_waiting(client, q);
                dispatch_add(client->manager->dispatch, &q->user->calls, &q->item);
        }
}

Client *client_free(Client *client) {
        if (!client)
                return NULL;
        client_unsubscribe(client);
        tdelete(client, &client->manager->clients, compare_clients);
        if (client->user) {
                client->user->n_clients--;
                user_release(client->user);
        }
        sd_bus_slot_unref(client->slot);
        strv_free(client->shared);
        free(client->name);
        free(client);
        return NULL;
}

Client *client_find(Manager *m, const char *name) {
        Client **node = tfind(&name, &m->clients, compare_clients);

        return node ? *node : NULL;
}

int client_get(Manager *m, const char *name, client_known_cb known, Client **ret) {
        *ret = client_find(m, name);
        return *ret ? 0 : client_new(m, name, known, ret);
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

void client_remember(Client *client, Action action, Verdict verdict) {
        client->verdicts[action].usec = monotonic_usec();
        client->verdicts[action].verdict = verdict;
}

bool client_recall(const Client *client, Action action, Verdict *ret) {
        uint64_t usec = client->verdicts[action].usec;

        if (usec == 0 || monotonic_usec() - usec >= REMEMBER_USEC)
                return false;
        *ret = client->verdicts[action].verdict;
        return true;
}

void client_remember_shared(Client *client, char **types) {
        strv_free(client->shared);
        client->shared = types;
        client->shared_usec = monotonic_usec();
        client->shared_n_rights_changes = client->manager->n_rights_changes;
}

bool client_recall_shared(const Client *client, char ***ret) {
        if (client->shared_usec == 0 || monotonic_usec() - client->shared_usec >= REMEMBER_USEC ||
                        client->shared_n_rights_changes != client->manager->n_rights_changes)
                return false;
        *ret = client->shared;
        return true;
}

static void forget_all_of(Client *client, void *userdata) {
        memset(client->verdicts, 0, sizeof(client->verdicts));
}

void client_forget_all(Manager *m) {
        client_foreach(m, forget_all_of, NULL);
}

int client_subscribe(Client *client) {
        if (client->subscribed)
                return 0;
        if (client->user->n_subscriptions >= client->manager->config.max_subscriptions_per_user)
                return -EDQUOT;
        client->user->n_subscriptions++;
        client->subscribed = true;
        return 0;
}

void client_unsubscribe(Client *client) {
        if (!client->subscribed)
                return;
        client->subscribed = false;
        client->user->n_subscriptions--;
}
