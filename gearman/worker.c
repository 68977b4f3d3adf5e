/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "clock.h"
#include "drain.h"
#include "log.h"
#include "outside.h"
#include "parse.h"
#include "protocol.h"
#include "receipt.h"
#include "remote-job.h"
#include "strv.h"

#define SETTINGS_PATH SYSCONFDIR "/jobsd/gearman.conf"

#define RETRY_USEC (5 * USEC_PER_SEC)

/* ---- the server ---- */

static void on_up(Link *link, void *userdata) {
        Worker *worker = userdata;

        log_line(LOG_INFO, "Connected to the Gearman server at %s:%s as %s.", worker->settings.server,
                        worker->settings.port, worker->settings.name);
        (void) sd_notifyf(false, "STATUS=Connected to %s:%s", worker->settings.server, worker->settings.port);
        offers_tell(worker);
}

static void on_down(Link *link, int error, void *userdata) {
        Worker *worker = userdata;

        log_errno(error, "No connection to the Gearman server at %s:%s, which is tried again", worker->settings.server,
                        worker->settings.port);
        (void) sd_notifyf(false, "STATUS=Not connected to %s:%s", worker->settings.server, worker->settings.port);
        worker->is_offering = false;
        remote_jobs_free(worker); /* who watched them asks again */
        serve_forget(worker);
        outside_forget(worker);
}

/* Else one is when one of them has been answered. */
static void fetch(Worker *worker) {
        if (worker->n_outside < OUTSIDE_MAX)
                (void) link_send_texts(worker->link, PACKET_GRAB_JOB_UNIQ, NULL);
}

static void on_packet(Link *link, const Packet *packet, void *userdata) {
        Worker *worker = userdata;

        switch (packet->type) {
        case PACKET_NOOP:
                fetch(worker);
                break;
        case PACKET_NO_JOB:
                (void) link_send_texts(link, PACKET_PRE_SLEEP, NULL);
                break;
        case PACKET_JOB_ASSIGN_UNIQ:
                serve_assigned(worker, packet);
                fetch(worker);
                break;
        case PACKET_ERROR:
                log_line(LOG_WARNING, "The Gearman server says: " QUOTE, QUOTED(packet->arguments[0].data));
                break;
        default:
                break;
        }
}

static void on_room(Link *link, void *userdata) {
        remote_jobs_go_on(userdata);
}

static void on_confirmed(Link *link, uint64_t number, void *userdata) {
        outside_confirmed(userdata, number);
}

static const LinkHandlers handlers = { on_up, on_packet, on_down, on_room, on_confirmed };

/* ---- jobsd ---- */

static int on_job_came_or_went(sd_bus_message *signal, void *userdata, sd_bus_error *error) {
        offers_count(userdata);
        return 0;
}

static int on_properties_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error) {
        const char *path = sd_bus_message_get_path(signal), *interface;
        uint64_t id;

        if (sd_bus_message_read_basic(signal, 's', &interface) > 0 && strcmp(interface, JOBSD_JOB_INTERFACE) == 0 &&
                        parse_id(strrchr(path, '/') + 1, &id) >= 0)
                remote_jobs_changed(userdata, id, signal);
        return 0;
}

static int on_types_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error) {
        offers_refresh(userdata);
        return 0;
}

static int on_subscribed(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Worker *worker = userdata;

        if (sd_bus_message_is_method_error(reply, NULL)) {
                worker_retry(worker);
                return 0;
        }
        offers_refresh(worker);
        remote_jobs_reopen(worker);
        return 0;
}

static int subscribe(Worker *worker) {
        return sd_bus_call_method_async(worker->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                        "Subscribe", on_subscribed, worker, "t", UINT64_C(0));
}

static int on_retry_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        return subscribe(userdata);
}

void worker_retry(Worker *worker) {
        (void) sd_event_source_set_time_relative(worker->retry_timer, RETRY_USEC);
        (void) sd_event_source_set_enabled(worker->retry_timer, SD_EVENT_ONESHOT);
}

static int on_subscription_ended(sd_bus_message *signal, void *userdata, sd_bus_error *error) {
        return subscribe(userdata);
}

static int on_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error) {
        const char *name, *before, *after;
        int r = sd_bus_message_read(signal, "sss", &name, &before, &after);

        return r < 0 || !*after ? 0 : subscribe(userdata);
}

static int watch_jobsd(Worker *worker) {
        int r;

        r = sd_bus_match_signal(worker->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE, "JobNew",
                        on_job_came_or_went, worker);
        if (r >= 0)
                r = sd_bus_match_signal(worker->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                                "JobRemoved", on_job_came_or_went, worker);
        if (r >= 0)
                r = sd_bus_match_signal(worker->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                                "TypesChanged", on_types_changed, worker);
        if (r >= 0)
                r = sd_bus_match_signal(worker->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                                "SubscriptionEnded", on_subscription_ended, worker);
        if (r >= 0)
                r = sd_bus_match_signal(worker->bus, NULL, JOBSD_BUS_NAME, NULL, "org.freedesktop.DBus.Properties",
                                "PropertiesChanged", on_properties_changed, worker);
        if (r >= 0)
                r = sd_bus_add_match(worker->bus, NULL,
                                "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" JOBSD_BUS_NAME
                                "'",
                                on_owner_changed, worker);
        return r < 0 ? r : subscribe(worker);
}

/* ---- the process ---- */

static void tell_mistake(const char *message, void *userdata) {
        log_line(LOG_WARNING, "%s", message);
}

static int handle_signals(Worker *worker) {
        static const int signals[] = { SIGTERM, SIGINT };
        sigset_t set;
        int r = 0;

        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                sigaddset(&set, signals[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        for (size_t i = 0; i < ELEMENTSOF(signals) && r >= 0; i++)
                r = sd_event_add_signal(worker->event, NULL, signals[i], NULL, NULL); /* which ends the loop with 0 */
        return r;
}

static int set_up(Worker *worker) {
        int r;

        r = sd_event_default(&worker->event);
        if (r >= 0)
                r = handle_signals(worker);
        if (r >= 0)
                r = sd_event_set_watchdog(worker->event, true);
        if (r >= 0)
                r = sd_bus_open_system(&worker->bus);
        if (r >= 0)
                r = sd_bus_set_exit_on_disconnect(worker->bus, true);
        if (r >= 0)
                r = sd_bus_attach_event(worker->bus, worker->event, 0);
        if (r >= 0)
                r = sd_event_add_time_relative(worker->event, &worker->retry_timer, CLOCK_MONOTONIC, RETRY_USEC, 0,
                                on_retry_timer, worker);
        if (r >= 0)
                r = sd_event_source_set_enabled(worker->retry_timer, SD_EVENT_OFF);
        if (r >= 0)
                r = offers_init(worker);
        if (r < 0)
                return log_errno(r, "Failed to initialize");
        worker->memory = ticket_memory_new();
        if (!worker->memory)
                return log_errno(-ENOMEM, "Failed to initialize");
        r = link_new(worker->event, worker->settings.server, worker->settings.port, &handlers, worker, &worker->link);
        if (r >= 0)
                r = watch_jobsd(worker);
        return r < 0 ? log_errno(r, "Failed to initialize") : 0;
}

static int read_key(Worker *worker) {
        const char *path = worker->settings.key_file;
        int r = ticket_key_read(path, &worker->key);

        if (r == -EPERM)
                log_line(LOG_ERR, "%s may be read by everybody: \"chmod o= %s\" makes it a secret.", path, path);
        else if (r == -EINVAL)
                log_line(LOG_ERR, "%s has less than 32 bytes, or more than 4096: \"openssl rand -out %s 32\" makes a key.",
                                path, path);
        else if (r < 0)
                log_errno(r, "Failed to read the site's key, %s", path);
        return r;
}

static void tear_down(Worker *worker) {
        if (worker->link) {
                remote_jobs_free(worker);
                serve_forget(worker);
                outside_forget(worker);
        }
        link_free(worker->link);
        sd_bus_slot_unref(worker->counting);
        sd_event_source_disable_unref(worker->reservation_timer);
        sd_event_source_disable_unref(worker->retry_timer);
        sd_bus_flush_close_unref(worker->bus);
        sd_event_unref(worker->event);
        ticket_memory_free(worker->memory);
        strv_free(worker->types);
        settings_done(&worker->settings);
        explicit_bzero(&worker->key, sizeof(worker->key));
}

int main(int argc, char **argv) {
        _cleanup_(tear_down) Worker worker = {};
        int r;

        if (argc > 1) {
                fprintf(stderr, "%s takes no arguments; it is started by systemd, see jobsd-gearman(8).\n", argv[0]);
                return EXIT_FAILURE;
        }
        LIST_INIT(&worker.jobs);
        LIST_INIT(&worker.cancels);
        LIST_INIT(&worker.outside);
        r = settings_read(SETTINGS_PATH, tell_mistake, NULL, &worker.settings);
        if (r < 0) {
                log_errno(r, "Failed to read " SETTINGS_PATH);
                return EXIT_FAILURE;
        }
        worker.is_draining = drain_get();
        receipts_tidy(now_usec() / USEC_PER_SEC);
        r = read_key(&worker);
        if (r >= 0)
                r = set_up(&worker);
        if (r >= 0)
                r = sd_notify(false, "READY=1");
        if (r >= 0)
                r = sd_event_loop(worker.event);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
