/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "outside.h"
#include "payload.h"
#include "protocol.h"
#include "receipt.h"
#include "strv.h"
#include "submission.h"

/* After a failure that may pass: jobsd is away or has no room, or the disk is full. */
#define RETRY_USEC (2 * USEC_PER_SEC)

struct Outside {
        LIST_ENTRY(Outside) outside;
        Worker *worker;
        char *handle, *type, **parameters;
        char receipt[RECEIPT_NAME_MAX];
        uint64_t number; /* that the server is asked with after the answer; 0 before it */
        sd_event_source *timer;
        sd_bus_slot *call;
};

static void outside_free(Outside *outside) {
        Worker *worker = outside->worker;

        LIST_REMOVE(outside, outside);
        worker->n_outside--;
        sd_event_source_disable_unref(outside->timer);
        sd_bus_slot_unref(outside->call);
        free(outside->handle);
        free(outside->type);
        strv_free(outside->parameters);
        free(outside);
}

void outside_forget(Worker *worker) {
        while (!LIST_EMPTY(&worker->outside))
                outside_free(LIST_FIRST(&worker->outside));
}

static void fail(Worker *worker, const char *handle, const char *type, const char *message) {
        log_line(LOG_WARNING, "Refused a job of type %s from outside: %s", type, message);
        (void) link_send_texts(worker->link, PACKET_WORK_WARNING, handle, message, NULL);
        (void) link_send_texts(worker->link, PACKET_WORK_FAIL, handle, NULL);
}

static void end(Outside *outside) {
        Worker *worker = outside->worker;

        outside_free(outside);
        if (worker->n_outside == OUTSIDE_MAX - 1) /* nothing was fetched meanwhile */
                (void) link_send_texts(worker->link, PACKET_GRAB_JOB_UNIQ, NULL);
}

static void retry_later(Outside *outside) {
        (void) sd_event_source_set_time_relative(outside->timer, RETRY_USEC);
        (void) sd_event_source_set_enabled(outside->timer, SD_EVENT_ONESHOT);
}

/* ---- jobsd's answer, and the server's ---- */

static int answer(Outside *outside, uint64_t id) {
        char text[32];
        int r;

        snprintf(text, sizeof(text), "{\"id\":%" PRIu64 "}", id);
        r = link_send_texts(outside->worker->link, PACKET_WORK_COMPLETE, outside->handle, text, NULL);
        outside->number = ++outside->worker->n_answered;
        return r < 0 ? r : link_confirm(outside->worker->link, outside->number);
}

static int on_submitted(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Outside *outside = userdata;
        uint64_t id;

        outside->call = sd_bus_slot_unref(outside->call);
        if (sd_bus_message_is_method_error(reply, NULL) && !reply_is_passing(reply)) {
                receipt_drop(outside->receipt);
                fail(outside->worker, outside->handle, outside->type,
                                sd_bus_message_get_error(reply)->message ?: "jobsd refuses it.");
                end(outside);
        } else if (sd_bus_message_read_basic(reply, 't', &id) <= 0)
                retry_later(outside);
        else if (answer(outside, id) < 0) /* the link goes down, and then it is handed out again */
                log_line(LOG_NOTICE, "Job %" PRIu64 " from outside could not be confirmed.", id);
        return 0;
}

void outside_confirmed(Worker *worker, uint64_t number) {
        Outside *outside = LIST_FIRST(&worker->outside);

        while (outside) {
                Outside *next = LIST_NEXT(outside, outside);

                if (outside->number > 0 && outside->number <= number) {
                        receipt_drop(outside->receipt);
                        end(outside);
                }
                outside = next;
        }
}

/* ---- a question ---- */

static int submit(Outside *outside) {
        Submission submission = { .type = outside->type, .parameters = outside->parameters };
        char text[SD_ID128_STRING_MAX];
        sd_id128_t key;
        int r = receipt_take(outside->receipt, now_usec() / USEC_PER_SEC, &key);

        if (r < 0)
                return log_errno(r, "Failed to note a job from outside");
        submission.key = sd_id128_to_string(key, text);
        return submission_send(outside->worker, &submission, &outside->call, on_submitted, outside);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        if (submit(userdata) < 0)
                retry_later(userdata);
        return 0;
}

/* What the server would hand out again: of one function, one of a key that its client gave it, at one time; without such a
 * key, or with "-", which stands for the payload, the one of this handle. */
static int name_receipt(Outside *outside, const Function *function, const Packet *packet) {
        const char *unique = packet->arguments[2].data;
        bool has_unique = *unique && strcmp(unique, "-") != 0;
        const Argument *payload = &packet->arguments[3];
        _cleanup_free_ char *text = NULL;
        unsigned char mac[32];
        int r;

        if (asprintf(&text, "%s\n%s", function->name, has_unique ? unique : outside->handle) < 0)
                return -ENOMEM;
        r = ticket_mac(&outside->worker->key, text, payload->data, has_unique ? 0 : payload->size, mac);
        for (size_t i = 0; r >= 0 && i < sizeof(mac); i++)
                sprintf(outside->receipt + 2 * i, "%02x", mac[i]);
        return r;
}

static int read_question(Outside *outside, const Function *function, const Packet *packet, char **ret_message) {
        const Argument *payload = &packet->arguments[3];
        int r;

        outside->handle = strdup(packet->arguments[0].data);
        outside->type = strdup(function->type);
        if (!outside->handle || !outside->type)
                return -ENOMEM;
        r = payload_parse(payload->data, payload->size, function->parameters, &outside->parameters, ret_message);
        if (r >= 0)
                r = name_receipt(outside, function, packet);
        return r < 0 ? r
                     : sd_event_add_time_relative(outside->worker->event, &outside->timer, CLOCK_MONOTONIC, 0, 0, on_timer,
                                       outside);
}

void outside_take(Worker *worker, const Function *function, const Packet *packet) {
        _cleanup_free_ char *message = NULL;
        Outside *outside;
        int r;

        if (packet->is_cut) {
                fail(worker, packet->arguments[0].data, function->type, "The payload is too large.");
                return;
        }
        outside = calloc(1, sizeof(Outside));
        if (!outside) {
                fail(worker, packet->arguments[0].data, function->type, strerror(ENOMEM));
                return;
        }
        outside->worker = worker;
        LIST_INSERT_HEAD(&worker->outside, outside, outside);
        worker->n_outside++;
        r = read_question(outside, function, packet, &message);
        if (r < 0) {
                fail(worker, packet->arguments[0].data, function->type, message ?: strerror(-r));
                outside_free(outside);
        }
}
