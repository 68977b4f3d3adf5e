/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "drain.h"
#include "job-type.h"
#include "log.h"
#include "outside.h"
#include "protocol.h"
#include "remote-job.h"
#include "strv.h"

/* A question as the server handed it out. */
typedef struct Question {
        Worker *worker;
        const char *handle, *function, *unique;
        struct json_object *body;
} Question;

static uint64_t now_sec(void) {
        return now_usec() / USEC_PER_SEC;
}

void serve_answer(Worker *worker, const char *handle, const char *function, const char *unique,
                struct json_object *answer) {
        _cleanup_free_ char *ticket = NULL, *name = NULL;
        int r = ticket_answer_name(function, &name);

        if (r >= 0)
                r = ticket_seal(&worker->key, name, unique, answer, now_sec(), &ticket);

        json_object_put(answer);
        if (r >= 0)
                r = link_send_texts(worker->link, PACKET_WORK_COMPLETE, handle, ticket, NULL);
        if (r < 0)
                log_errno(r, "Failed to answer %s", function);
}

/* Who asks is not told why: he may be anybody. */
static void refuse(const Question *question, const char *why) {
        log_line(LOG_WARNING, "Refused %s: %s.", question->function, why);
        (void) link_send_texts(question->worker->link, PACKET_WORK_FAIL, question->handle, NULL);
}

static const char *get_text(struct json_object *object, const char *name, size_t bytes_max) {
        struct json_object *member;
        const char *text;

        if (!json_object_object_get_ex(object, name, &member) || !json_object_is_type(member, json_type_string))
                return NULL;
        text = json_object_get_string(member);
        return *text && strlen(text) <= bytes_max && strlen(text) == (size_t) json_object_get_string_len(member) ? text
                                                                                                                 : NULL;
}

static uint64_t get_number(struct json_object *object, const char *name) {
        struct json_object *member;

        return json_object_object_get_ex(object, name, &member) && json_object_is_type(member, json_type_int)
                        ? json_object_get_uint64(member)
                        : 0;
}

static bool are_parameters(struct json_object *parameters) {
        if (!json_object_is_type(parameters, json_type_object) ||
                        json_object_object_length(parameters) > (int) JOB_TYPE_PARAMETERS_MAX)
                return false;
        json_object_object_foreach(parameters, name, value) {
                if (strlen(name) > PARAMETER_NAME_BYTES_MAX || !json_object_is_type(value, json_type_string) ||
                                (size_t) json_object_get_string_len(value) > PARAMETER_VALUE_BYTES_MAX ||
                                strlen(json_object_get_string(value)) != (size_t) json_object_get_string_len(value))
                        return false;
        }
        return true;
}

/* ---- the questions ---- */

static void place(const Question *question) {
        Worker *worker = question->worker;
        const char *type = question->function + strlen(PLACE_FUNCTION), *host = strchrnul(type, '@');
        _cleanup_free_ char *name = strndup(type, (size_t) (host - type));
        bool has_room = offers_have_room(worker);
        struct json_object *answer;

        if (!name || !strv_contains(worker->types, name) || (*host && strcmp(host + 1, worker->settings.name) != 0)) {
                refuse(question, "there is no such type here that may be run");
                return;
        }
        answer = json_object_new_object();
        if (has_room) /* else it was handed out before the server heard of it, and is asked again */
                (void) json_object_object_add(answer, "host", json_object_new_string(worker->settings.name));
        serve_answer(worker, question->handle, question->function, question->unique, answer);
        /* behind the answer: a server takes back the jobs of a function that a worker cannot do any more */
        if (has_room)
                offers_reserve(worker);
}

static void run(const Question *question) {
        RemoteQuestion asked = {
                .handle = question->handle,
                .function = question->function,
                .unique = question->unique,
                .job_key = get_text(question->body, "key", UNIQUE_BYTES_MAX),
                .type = get_text(question->body, "type", JOB_TYPE_NAME_BYTES_MAX),
                .id = get_number(question->body, "id"),
                .since = get_number(question->body, "since"),
        };
        int r;

        if (!json_object_object_get_ex(question->body, "parameters", &asked.parameters) ||
                        !are_parameters(asked.parameters) || !asked.job_key || !asked.type) {
                refuse(question, "its parameters are none");
                return;
        }
        r = remote_job_new(question->worker, &asked);
        if (r < 0) {
                log_errno(r, "Failed to take a job of another machine");
                refuse(question, "there is no room for it");
        }
}

/* One that jobsd has not answered yet. */
struct Cancel {
        LIST_ENTRY(Cancel) cancels;
        Worker *worker;
        char *handle, *function, *unique;
        sd_bus_slot *call;
};

static void cancel_free(Cancel *cancel) {
        LIST_REMOVE(cancel, cancels);
        sd_bus_slot_unref(cancel->call);
        free(cancel->handle);
        free(cancel->function);
        free(cancel->unique);
        free(cancel);
}

void serve_forget(Worker *worker) {
        while (!LIST_EMPTY(&worker->cancels))
                cancel_free(LIST_FIRST(&worker->cancels));
}

/* It has been ended when jobsd says so, to who watches the job. One that cannot be cancelled has ended. */
static int on_cancelled(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Cancel *cancel = userdata;

        if (sd_bus_message_is_method_error(reply, NULL) && !sd_bus_message_is_method_error(reply, JOBSD_ERROR_NOT_ACTIVE)) {
                log_line(LOG_WARNING, "Failed to cancel a job of another machine: %s",
                                sd_bus_message_get_error(reply)->message ?: "jobsd did not answer");
                (void) link_send_texts(cancel->worker->link, PACKET_WORK_FAIL, cancel->handle, NULL); /* it is asked again */
        } else
                serve_answer(cancel->worker, cancel->handle, cancel->function, cancel->unique, json_object_new_object());
        cancel_free(cancel);
        return 0;
}

static int ask_to_cancel(Cancel *cancel, const Question *question) {
        cancel->handle = strdup(question->handle);
        cancel->function = strdup(question->function);
        cancel->unique = strdup(question->unique);
        if (!cancel->handle || !cancel->function || !cancel->unique)
                return -ENOMEM;
        return sd_bus_call_method_async(cancel->worker->bus, &cancel->call, JOBSD_BUS_NAME, JOBSD_PATH,
                        JOBSD_MANAGER_INTERFACE, "CancelJob", on_cancelled, cancel, "tt",
                        get_number(question->body, "id"), UINT64_C(0));
}

static void cancel(const Question *question) {
        Cancel *cancel = calloc(1, sizeof(Cancel));
        int r;

        if (!cancel) {
                refuse(question, strerror(ENOMEM));
                return;
        }
        cancel->worker = question->worker;
        LIST_INSERT_HEAD(&question->worker->cancels, cancel, cancels);
        r = ask_to_cancel(cancel, question);
        if (r < 0) {
                refuse(question, strerror(-r));
                cancel_free(cancel);
        }
}

static bool add(struct json_object *object, const char *name, struct json_object *value) {
        return json_object_object_add(object, name, value) >= 0;
}

/* "taken": of the slots, also those that were promised; "state": up, or draining. */
static struct json_object *describe_host(const Worker *worker) {
        struct json_object *answer = json_object_new_object(), *types = json_object_new_array();

        (void) add(answer, "host", json_object_new_string(worker->settings.name));
        (void) add(answer, "state", json_object_new_string(worker->is_draining ? "draining" : "up"));
        (void) add(answer, "slots", json_object_new_uint64(worker->settings.slots));
        (void) add(answer, "taken", json_object_new_uint64(offers_count_taken(worker)));
        for (char **type = worker->types; type && *type; type++)
                (void) json_object_array_add(types, json_object_new_string(*type));
        (void) add(answer, "types", types);
        (void) add(answer, "version", json_object_new_string(PACKAGE_VERSION));
        return answer;
}

static void host(const Question *question) {
        Worker *worker = question->worker;
        struct json_object *drain;
        int r = 0;

        if (json_object_object_get_ex(question->body, "drain", &drain))
                r = drain_set(worker, json_object_get_boolean(drain));
        if (r < 0) {
                refuse(question, strerror(-r));
                return;
        }
        serve_answer(worker, question->handle, question->function, question->unique, describe_host(worker));
        offers_update(worker); /* behind the answer, see place() */
}

/* The part behind the prefix is this machine's name. */
static bool is_mine(const Worker *worker, const char *function, const char *prefix) {
        size_t n = strlen(prefix);

        return strncmp(function, prefix, n) == 0 && strcmp(function + n, worker->settings.name) == 0;
}

static void dispatch(const Question *question) {
        if (!question->body || !json_object_is_type(question->body, json_type_object))
                refuse(question, "it has no content");
        else if (strncmp(question->function, PLACE_FUNCTION, strlen(PLACE_FUNCTION)) == 0)
                place(question);
        else if (is_mine(question->worker, question->function, RUN_FUNCTION))
                run(question);
        else if (is_mine(question->worker, question->function, CANCEL_FUNCTION))
                cancel(question);
        else if (is_mine(question->worker, question->function, HOST_FUNCTION))
                host(question);
        else
                refuse(question, "it is not done here");
}

void serve_assigned(Worker *worker, const Packet *packet) {
        Question question = {
                .worker = worker,
                .handle = packet->arguments[0].data,
                .function = packet->arguments[1].data,
                .unique = packet->arguments[2].data,
        };
        const Function *function = settings_find_function(&worker->settings, question.function);
        const Argument *payload = &packet->arguments[3];
        TicketFault fault;

        if (function && function->is_offered) {
                outside_take(worker, function, packet);
                return;
        }
        fault = ticket_open(&worker->key, worker->memory, question.function, question.unique, payload->data,
                        payload->size, now_sec(), &question.body);

        if (fault == TICKET_GOOD)
                dispatch(&question);
        else
                refuse(&question, ticket_fault_to_string(fault));
        json_object_put(question.body);
}
