/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "macro.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"
#include "worker.h"

/* So long a promised place is kept for a job. */
#define RESERVATION_USEC (30 * USEC_PER_SEC)

unsigned offers_count_taken(const Worker *worker) {
        return (unsigned) worker->n_active + worker->n_fresh + worker->n_reserved;
}

bool offers_have_room(const Worker *worker) {
        return !worker->is_draining && offers_count_taken(worker) < worker->settings.slots;
}

static void tell(Worker *worker, PacketType type, const char *format, ...) _printf_(3, 4);
static void tell(Worker *worker, PacketType type, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n >= 0)
                (void) link_send_texts(worker->link, type, text, NULL);
}

/* A server hands out what a machine has said that it can do, and what nobody can do waits there. */
static void tell_places(Worker *worker, bool is_offering) {
        PacketType packet = is_offering ? PACKET_CAN_DO : PACKET_CANT_DO;

        for (char **type = worker->types; type && *type; type++) {
                tell(worker, packet, PLACE_FUNCTION "%s", *type);
                tell(worker, packet, PLACE_FUNCTION "%s@%s", *type, worker->settings.name);
        }
        worker->is_offering = is_offering;
}

void offers_update(Worker *worker) {
        bool has_room = offers_have_room(worker);

        if (has_room == worker->is_offering || !link_is_up(worker->link))
                return;
        tell_places(worker, has_room);
        if (has_room) /* what waits there is for somebody who asks */
                (void) link_send_texts(worker->link, PACKET_GRAB_JOB_UNIQ, NULL);
}

/* Only what has changed: a server takes back the jobs of a function that a worker says it cannot do. */
static void tell_functions(Worker *worker) {
        bool is_new = false;

        for (size_t i = 0; i < worker->settings.n_functions; i++) {
                Function *function = &worker->settings.functions[i];
                bool is_possible = function->type && strv_contains(worker->types, function->type);

                if (is_possible == function->is_offered)
                        continue;
                tell(worker, is_possible ? PACKET_CAN_DO : PACKET_CANT_DO, "%s", function->name);
                function->is_offered = is_possible;
                is_new = is_new || is_possible;
        }
        if (is_new)
                (void) link_send_texts(worker->link, PACKET_GRAB_JOB_UNIQ, NULL);
}

void offers_tell(Worker *worker) {
        tell(worker, PACKET_SET_CLIENT_ID, "jobsd-%s", worker->settings.name);
        tell(worker, PACKET_CAN_DO, RUN_FUNCTION "%s", worker->settings.name);
        tell(worker, PACKET_CAN_DO, CANCEL_FUNCTION "%s", worker->settings.name);
        tell(worker, PACKET_CAN_DO, HOST_FUNCTION "%s", worker->settings.name);
        worker->is_offering = false;
        for (size_t i = 0; i < worker->settings.n_functions; i++)
                worker->settings.functions[i].is_offered = false;
        offers_update(worker);
        tell_functions(worker);
        (void) link_send_texts(worker->link, PACKET_GRAB_JOB_UNIQ, NULL);
}

/* ---- places that were promised ---- */

static int on_reservation(sd_event_source *source, uint64_t usec, void *userdata) {
        Worker *worker = userdata;

        worker->n_reserved = 0; /* who was promised a place last has had the whole time */
        offers_update(worker);
        return 0;
}

int offers_init(Worker *worker) {
        int r = sd_event_add_time_relative(worker->event, &worker->reservation_timer, CLOCK_MONOTONIC, RESERVATION_USEC, 0,
                        on_reservation, worker);

        worker->n_active = worker->settings.slots; /* until jobsd has said how many there are */
        return r < 0 ? r : sd_event_source_set_enabled(worker->reservation_timer, SD_EVENT_OFF);
}

void offers_reserve(Worker *worker) {
        worker->n_reserved++;
        (void) sd_event_source_set_time_relative(worker->reservation_timer, RESERVATION_USEC);
        (void) sd_event_source_set_enabled(worker->reservation_timer, SD_EVENT_ONESHOT);
        offers_update(worker);
}

void offers_redeem(Worker *worker) {
        if (worker->n_reserved > 0)
                worker->n_reserved--;
        worker->n_fresh++;
}

void offers_submitted(Worker *worker) {
        worker->n_submitted++;
        offers_count(worker);
}

void offers_withdraw(Worker *worker) {
        worker->n_fresh--;
        offers_count(worker);
}

/* ---- what jobsd says ---- */

typedef struct TypeProperties {
        const char *name, *allowed, *mistake, *user;
} TypeProperties;

static int read_properties(sd_bus_message *reply, TypeProperties *type) {
        const char *key;
        int r;

        while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                const char **wanted;

                r = sd_bus_message_read_basic(reply, 's', &key);
                if (r < 0)
                        return r;
                wanted = strcmp(key, "Name") == 0 ? &type->name
                                : strcmp(key, "Allowed") == 0 ? &type->allowed
                                : strcmp(key, "Mistake") == 0 ? &type->mistake
                                : strcmp(key, "User") == 0    ? &type->user
                                                              : NULL;
                r = wanted ? sd_bus_message_read(reply, "v", "s", wanted) : sd_bus_message_skip(reply, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : type->name && type->allowed && type->mistake ? 0 : -EBADMSG;
}

/* This account can read the site's key: with it a job could ask all machines for anything. */
static bool runs_as_me(const char *user) {
        const struct passwd *me = getpwuid(getuid());
        uid_t uid;

        return !user || !*user || (me && strcmp(user, me->pw_name) == 0) ||
                        (parse_uid(user, &uid) >= 0 && uid == getuid());
}

static int read_type(sd_bus_message *reply, char ***types) {
        TypeProperties type = {};
        int r = read_properties(reply, &type);

        if (r < 0 || strcmp(type.allowed, "yes") != 0 || *type.mistake)
                return r;
        if (runs_as_me(type.user)) {
                log_line(LOG_NOTICE, "Type %s is not offered: it needs a User= of its own.", type.name);
                return 0;
        }
        return strv_extend(types, type.name);
}

static int read_types(sd_bus_message *reply, char ***types) {
        int r = sd_bus_message_enter_container(reply, 'a', "a{sv}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(reply, 'a', "{sv}")) > 0) {
                r = read_type(reply, types);
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
        }
        return r;
}

static int on_types(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Worker *worker = userdata;
        _cleanup_strv_free_ char **types = NULL;
        int r = sd_bus_message_is_method_error(reply, NULL) ? -EIO : read_types(reply, &types);

        if (r < 0) {
                worker_retry(worker);
                return 0;
        }
        if (strv_equal(types, worker->types))
                return 0;
        tell_places(worker, false);
        strv_free(worker->types);
        worker->types = TAKE_PTR(types);
        offers_update(worker);
        if (link_is_up(worker->link))
                tell_functions(worker);
        return 0;
}

static int on_count(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Worker *worker = userdata;
        uint64_t n;

        worker->counting = sd_bus_slot_unref(worker->counting);
        if (sd_bus_message_is_method_error(reply, NULL) || sd_bus_message_read_basic(reply, 't', &n) < 0) {
                worker_retry(worker);
                return 0;
        }
        worker->n_active = n;
        worker->n_fresh -= worker->n_in_count;
        worker->n_submitted -= worker->n_in_count;
        offers_update(worker);
        if (worker->must_count)
                offers_count(worker);
        return 0;
}

/* While an answer is on its way, one more question is enough. */
void offers_count(Worker *worker) {
        int r;

        worker->must_count = worker->counting;
        if (worker->counting)
                return;
        r = sd_bus_call_method_async(worker->bus, &worker->counting, JOBSD_BUS_NAME, JOBSD_PATH,
                        JOBSD_MANAGER_INTERFACE, "CountJobs", on_count, worker, "a{sv}tt", 1, "status", "as", 2, "queued",
                        "running", UINT64_C(0), UINT64_C(0));
        worker->n_in_count = worker->n_submitted;
        if (r < 0)
                log_errno(r, "Failed to ask jobsd for its jobs");
}

void offers_refresh(Worker *worker) {
        int r = sd_bus_call_method_async(worker->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                        "ListTypes", on_types, worker, "t", UINT64_C(0));

        if (r < 0)
                log_errno(r, "Failed to ask jobsd for its job types");
        offers_count(worker);
}
