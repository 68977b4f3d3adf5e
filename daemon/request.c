/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "log.h"
#include "protocol.h"
#include "request.h"

/* What an errno is to a caller. */
static const struct {
        int error;
        const char *name, *message;
} errors[] = {
        { EACCES, SD_BUS_ERROR_ACCESS_DENIED, "Access denied." },
        { EINVAL, SD_BUS_ERROR_INVALID_ARGS, "Invalid arguments." },
        { ENXIO, SD_BUS_ERROR_INVALID_ARGS, "Invalid arguments." },
        { ENOENT, JOBSD_ERROR_NO_SUCH_JOB, "No such job." },
        { EDQUOT, SD_BUS_ERROR_LIMITS_EXCEEDED, "A limit is exceeded." },
        { EMFILE, SD_BUS_ERROR_LIMITS_EXCEEDED, "Too many open files in jobsd." },
        { ENOMEM, SD_BUS_ERROR_NO_MEMORY, "Out of memory." },
        { ENOSPC, JOBSD_ERROR_STORE_FAILED, "The disk of jobsd's history is full. Nothing was changed." },
        { EROFS, JOBSD_ERROR_STORE_FAILED, "The file system of jobsd's history is read-only. Nothing was changed." },
        { EBADMSG, JOBSD_ERROR_STORE_FAILED, "jobsd's history is damaged, see the log of jobsd.service. Nothing was changed." },
        { EIO, JOBSD_ERROR_STORE_FAILED, "jobsd's history cannot be read or written. Nothing was changed." },
};

int error_no_such_job(uint64_t id, sd_bus_error *e) {
        return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_JOB, "There is no job %" PRIu64 " that you may see.", id);
}

int error_invalid(sd_bus_error *e, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0)
                return -ENOMEM;
        sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS, text);
        return -EINVAL;
}

static void set_error(sd_bus_error *e, int error) {
        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (errors[i].error == -error) {
                        sd_bus_error_set(e, errors[i].name, errors[i].message);
                        return;
                }
        sd_bus_error_set_errno(e, -error);
}

Request *request_free(Request *q) {
        if (!q)
                return NULL;
        LIST_REMOVE(q, list);
        if (q->free_state)
                q->free_state(q->state);
        check_free(q->check);
        sd_bus_slot_unref(q->slot);
        sd_bus_message_unref(q->message);
        free(q);
        return NULL;
}

void request_fail(Request *q, int error, sd_bus_error *e) {
        _cleanup_(sd_bus_error_free) sd_bus_error own = SD_BUS_ERROR_NULL;
        int r;

        if (!e)
                e = &own;
        if (!sd_bus_error_is_set(e))
                set_error(e, error);
        r = sd_bus_message_get_expect_reply(q->message) ? sd_bus_reply_method_error(q->message, e) : 0;
        if (r < 0)
                log_errno(r, "Failed to reply to %s", sd_bus_message_get_sender(q->message));
        request_free(q);
}

void request_reply(Request *q, sd_bus_message *reply) {
        int r = sd_bus_message_get_expect_reply(q->message) ? sd_bus_send(q->manager->bus, reply, NULL) : 0;

        if (r < 0)
                log_errno(r, "Failed to reply to %s", sd_bus_message_get_sender(q->message));
        request_free(q);
}

void request_reply_empty(Request *q) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(q->message, &reply);

        if (r < 0)
                request_fail(q, r, NULL);
        else
                request_reply(q, reply);
}

void request_continue(Request *q) {
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_message_rewind(q->message, true);
        if (r >= 0)
                r = q->handler(q, &e);
        if (r < 0)
                request_fail(q, r, &e);
}

static int on_credentials(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Request *q = userdata;
        Client *client;
        uint32_t uid;
        int r;

        q->slot = sd_bus_slot_unref(q->slot);
        if (sd_bus_message_is_method_error(reply, NULL) || sd_bus_message_read(reply, "u", &uid) < 0) {
                request_free(q); /* he left the bus: nobody waits for an answer */
                return 0;
        }
        q->uid = uid;
        if (!client_find(q->manager, sd_bus_message_get_sender(q->message))) {
                r = client_new(q->manager, sd_bus_message_get_sender(q->message), uid, &client);
                if (r < 0) {
                        request_fail(q, r, NULL);
                        return 0;
                }
        }
        request_continue(q);
        return 0;
}

/* Asks the bus who the caller is, once a connection. sd_bus_query_sender_creds() would wait for it. */
static int identify_caller(Request *q) {
        const char *sender = sd_bus_message_get_sender(q->message);
        Client *client = client_find(q->manager, sender);

        if (client) {
                q->uid = client->uid;
                request_continue(q);
                return 0;
        }
        return sd_bus_call_method_async(q->manager->bus, &q->slot, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                "org.freedesktop.DBus", "GetConnectionUnixUser", on_credentials, q, "s", sender);
}

int request_new(Manager *m, sd_bus_message *message, request_handler handler, uint64_t job_id) {
        Request *q = calloc(1, sizeof(Request));
        int r;

        if (!q)
                return -ENOMEM;
        q->manager = m;
        q->message = sd_bus_message_ref(message);
        q->handler = handler;
        q->job_id = job_id;
        LIST_INSERT_HEAD(&m->requests, q, list);
        r = identify_caller(q);
        if (r < 0)
                request_free(q);
        return r;
}

static const Decision *find_decision(Request *q, Action action, uint64_t id) {
        for (size_t i = 0; i < q->n_decisions; i++)
                if (q->decisions[i].action == action && q->decisions[i].id == id)
                        return &q->decisions[i];
        return NULL;
}

static int apply_decision(const Decision *decision, sd_bus_error *e) {
        switch (decision->verdict) {
        case VERDICT_YES:
                return 1;
        case VERDICT_CHALLENGE:
                sd_bus_error_set(e, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                        "This needs an administrator's password, and nobody was there to type it.");
                return -EACCES;
        case VERDICT_UNAVAILABLE:
                if (action_is_own(decision->action))
                        return 1;
                sd_bus_error_set(e, SD_BUS_ERROR_ACCESS_DENIED,
                        "polkit does not answer, so only your own jobs can be managed. Is polkit.service running?");
                return -EACCES;
        default:
                sd_bus_error_set(e, SD_BUS_ERROR_ACCESS_DENIED, "The rules of this machine do not allow you this.");
                return -EACCES;
        }
}

static void on_verdict(Verdict verdict, void *userdata) {
        Request *q = userdata;

        Decision *decision = &q->decisions[q->n_decisions - 1];
        Client *client = client_find(q->manager, sd_bus_message_get_sender(q->message));

        q->check = NULL;
        decision->verdict = verdict;
        if (verdict == VERDICT_YES && decision->id == 0 && client)
                client_grant(client, decision->action);
        request_continue(q);
}

static int authorize(Request *q, Action action, uint64_t id, const Job *job, bool interactive, sd_bus_error *e) {
        const Decision *decision = find_decision(q, action, id);
        Client *client;
        int r;

        if (decision)
                return apply_decision(decision, e);
        client = client_find(q->manager, sd_bus_message_get_sender(q->message));
        if (id == 0 && client && client_is_granted(client, action))
                return 1;
        if (q->n_decisions >= REQUEST_DECISIONS_MAX)
                return -EACCES;
        r = authority_check(q->manager->authority, sd_bus_message_get_sender(q->message), action, id, job,
                interactive, on_verdict, q, &q->check);
        if (r < 0)
                return r;
        q->decisions[q->n_decisions++] = (Decision){ action, id, VERDICT_NO };
        return REQUEST_PENDING;
}

int request_authorize(Request *q, Action action, uint64_t id, const Job *job, sd_bus_error *e) {
        bool interactive = sd_bus_message_get_allow_interactive_authorization(q->message) > 0;

        return authorize(q, action, id, job, interactive, e);
}

int request_authorize_quietly(Request *q, Action action, sd_bus_error *e) {
        return authorize(q, action, 0, NULL, false, e);
}

static Verdict verdict_of(Request *q, Action action, uint64_t id) {
        const Decision *decision = find_decision(q, action, id);

        return decision ? decision->verdict : VERDICT_NO;
}

int request_find_job(Request *q, uint64_t id, Action own, Action others, Job **ret, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        bool is_own;
        int r;

        r = id > INT64_MAX ? -ENOENT : store_get(q->manager->store, id, &job);
        if (r < 0 && r != -ENOENT)
                return r;
        is_own = job && job->uid == q->uid;
        r = request_authorize(q, is_own ? own : others, id, job, e);
        if (r == REQUEST_PENDING)
                return REQUEST_PENDING;
        if (r < 0 && !is_own && verdict_of(q, others, id) != VERDICT_UNAVAILABLE) {
                sd_bus_error_free(e);
                return error_no_such_job(id, e);
        }
        if (r < 0)
                return r;
        if (!job)
                return error_no_such_job(id, e);
        *ret = TAKE_PTR(job);
        return 1;
}

static void on_identity(int r, const Identity *identity, void *userdata) {
        Request *q = userdata;

        q->identified = true;
        q->identity_error = r;
        if (r >= 0)
                q->identity = *identity;
        request_continue(q);
}

int request_identify(Request *q, const char *user, sd_bus_error *e) {
        if (!q->identified) {
                const Identity *known = identity_find(q->manager, user);
                int r;

                if (!known) {
                        r = identity_resolve(q->manager, user, on_identity, q);
                        return r < 0 ? r : REQUEST_PENDING;
                }
                q->identified = true;
                q->identity = *known;
        }
        if (q->identity_error == -ENOENT)
                return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_USER, "There is no user \"%s\".", user);
        if (q->identity_error < 0)
                return sd_bus_error_setf(e, SD_BUS_ERROR_FAILED, "Could not find out who user \"%s\" is.", user);
        return 1;
}
