/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "backlog.h"
#include "client.h"
#include "log.h"
#include "user.h"

/* In so long jobsd sends some MiB at most. */
#define LOOK_USEC (50 * USEC_PER_MSEC)

struct Backlog {
        Manager *manager;
        void (*end_subscription)(Client *client);
        sd_event_source *timer;
        sd_bus_slot *slot; /* the bus is being asked how much it keeps for all, */
        unsigned n_asked;  /* and then for each of these */
        bool is_armed;
        bool is_wanted; /* to be asked again */
        bool is_blind;  /* the bus does not tell */
};

static void arm(Backlog *backlog) {
        int r;

        if (!backlog->is_wanted || backlog->is_armed || backlog->slot || backlog->n_asked > 0 ||
                        backlog->is_blind)
                return;
        r = sd_event_source_set_time_relative(backlog->timer, LOOK_USEC);
        if (r >= 0)
                r = sd_event_source_set_enabled(backlog->timer, SD_EVENT_ONESHOT);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
        backlog->is_armed = r >= 0;
}

void backlog_watch(Backlog *backlog) {
        backlog->is_wanted = true;
        arm(backlog);
}

void backlog_sent(Client *client) {
        client->may_lag = true;
        backlog_watch(client->manager->backlog);
}

bool backlog_is_behind(const Client *client) {
        return client->unread_bytes > BACKLOG_CLIENT_BYTES_MAX ||
                        (client->user && client->user->unread_bytes > BACKLOG_USER_BYTES_MAX);
}

static void set_unread(Client *client, uint64_t bytes) {
        if (client->user)
                client->user->unread_bytes += bytes - client->unread_bytes;
        client->unread_bytes = bytes;
        client->may_lag |= bytes > 0;
}

static void settle_client(Client *client, void *userdata) {
        Backlog *backlog = userdata;

        if (!backlog_is_behind(client))
                client_resume(client);
        else if (client->subscribed && client->unread_bytes > 0)
                backlog->end_subscription(client);
        if (client_is_held(client))
                backlog->is_wanted = true;
}

/* All answers are there. */
static void settle(Backlog *backlog) {
        client_foreach(backlog->manager, settle_client, backlog);
        arm(backlog);
}

/* ---- questions: https://dbus.freedesktop.org/doc/dbus-specification.html#message-bus-debug-stats-interface
 * ---- */

static int ask(Backlog *backlog, const char *name, sd_bus_message_handler_t handler, void *userdata,
                sd_bus_slot **ret) {
        return sd_bus_call_method_async(backlog->manager->bus, ret, "org.freedesktop.DBus",
                        "/org/freedesktop/DBus", "org.freedesktop.DBus.Debug.Stats", "GetConnectionStats",
                        handler, userdata, "s", name);
}

/* One of the figures of an answer, each of which is in 32 bits. */
static int read_figure(sd_bus_message *reply, const char *name, uint64_t *ret) {
        const char *key;
        uint32_t value;
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(reply, 's', &key);
                if (r >= 0 && strcmp(key, name) == 0) {
                        r = sd_bus_message_read(reply, "v", "u", &value);
                        *ret = value;
                        return r;
                }
                if (r >= 0)
                        r = sd_bus_message_skip(reply, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        return r < 0 ? r : -ENODATA;
}

static int on_client_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Client *client = userdata;
        Backlog *backlog = client->manager->backlog;
        uint64_t bytes;

        client->unread_slot = sd_bus_slot_unref(client->unread_slot);
        if (!sd_bus_message_is_method_error(reply, NULL) && read_figure(reply, "OutgoingBytes", &bytes) >= 0)
                set_unread(client, bytes); /* else he leaves */
        if (--backlog->n_asked == 0)
                settle(backlog);
        return 0;
}

static void ask_about(Client *client, void *userdata) {
        Backlog *backlog = userdata;

        if (!client->may_lag || !client->is_known)
                return;
        client->may_lag = false;
        if (ask(backlog, client->name, on_client_answer, client, &client->unread_slot) >= 0)
                backlog->n_asked++;
}

/* As good as. */
static void has_read(Client *client, void *userdata) {
        client->may_lag = false;
        set_unread(client, 0);
}

/* What of ours is in all of its queues is what it counts as incoming. */
static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Backlog *backlog = userdata;
        uint64_t bytes;

        backlog->slot = sd_bus_slot_unref(backlog->slot);
        if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY))
                backlog->is_wanted = true;
        else if (sd_bus_message_is_method_error(reply, NULL) ||
                        read_figure(reply, "IncomingBytes", &bytes) < 0)
                backlog->is_blind = true;
        else if (bytes <= BACKLOG_BYTES_MAX)
                client_foreach(backlog->manager, has_read, NULL);
        else
                client_foreach(backlog->manager, ask_about, backlog);
        if (backlog->n_asked == 0)
                settle(backlog);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Backlog *backlog = userdata;
        const char *name;
        int r;

        backlog->is_armed = backlog->is_wanted = false;
        r = sd_bus_get_unique_name(backlog->manager->bus, &name); /* the other one may not be there yet */
        if (r >= 0)
                r = ask(backlog, name, on_answer, backlog, &backlog->slot);
        if (r < 0)
                log_errno(r, "Failed to ask the bus what it keeps for clients");
        return 0;
}

/* ---- for the outside ---- */

void backlog_forget(Client *client) {
        Backlog *backlog = client->manager->backlog;

        set_unread(client, 0);
        if (!client->unread_slot)
                return;
        client->unread_slot = sd_bus_slot_unref(client->unread_slot);
        if (--backlog->n_asked == 0)
                settle(backlog);
}

int backlog_new(Manager *m, void (*end_subscription)(Client *client), Backlog **ret) {
        Backlog *backlog = calloc(1, sizeof(Backlog));
        int r;

        if (!backlog)
                return -ENOMEM;
        backlog->manager = m;
        backlog->end_subscription = end_subscription;
        r = sd_event_add_time_relative(
                        m->event, &backlog->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_timer, backlog);
        if (r >= 0)
                r = sd_event_source_set_enabled(backlog->timer, SD_EVENT_OFF);
        if (r < 0) {
                backlog_free(backlog);
                return r;
        }
        *ret = backlog;
        return 0;
}

Backlog *backlog_free(Backlog *backlog) {
        if (!backlog)
                return NULL;
        sd_event_source_disable_unref(backlog->timer);
        sd_bus_slot_unref(backlog->slot);
        free(backlog);
        return NULL;
}
