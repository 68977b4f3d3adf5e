/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backlog.h"
#include "client.h"
#include "dispatch.h"
#include "error.h"
#include "log.h"
#include "protocol.h"
#include "request.h"
#include "strv.h"
#include "user.h"

/* Wherever it waits, and whatever counts it. */
static void leave(Request *q) {
        if (q->client)
                client_remove_waiting(q->client, q);
        fair_item_remove(&q->item);
        if (q->user) {
                q->user->n_requests--;
                q->user->request_bytes -= q->bytes;
                user_release(q->user);
        }
}

Request *request_free(Request *q) {
        if (!q)
                return NULL;
        LIST_REMOVE(q, list);
        if (q->free_state)
                q->free_state(q->state);
        check_free(q->check);
        shares_free(q->shares);
        strv_free(q->shared);
        leave(q);
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
                error_set_errno(e, error);
        r = sd_bus_message_get_expect_reply(q->message) ? sd_bus_reply_method_error(q->message, e) : 0;
        if (r < 0)
                log_errno(r, "Failed to reply to %s", sd_bus_message_get_sender(q->message));
        request_free(q);
}

const char *request_sender(Request *q) {
        return sd_bus_message_get_sender(q->message);
}

static Client *request_client(Request *q) {
        return client_find(q->manager, request_sender(q));
}

static bool is_behind(Request *q) {
        const Client *client = request_client(q);

        return client && backlog_is_behind(client);
}

/* Before its handler was called. */
static void request_refuse(Request *q, int error) {
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;

        if (is_behind(q)) { /* who does not read, and calls without end */
                request_free(q);
                return;
        }
        if (error == -EDQUOT)
                sd_bus_error_setf(&e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "You have %u calls of %u MiB waiting for an answer at most "
                                "(MaxRequestsPerUser= in jobsd.conf).",
                                q->manager->config.max_requests_per_user,
                                (unsigned) (REQUESTS_BYTES_PER_USER_MAX >> 20));
        request_fail(q, error, &e);
}

void request_reply(Request *q, sd_bus_message *reply) {
        int r = sd_bus_message_get_expect_reply(q->message) ? sd_bus_send(q->manager->bus, reply, NULL) : 0;
        Client *client = request_client(q);

        if (client)
                backlog_sent(client);
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

        if (is_behind(q)) {
                client_hold(request_client(q), q);
                backlog_watch(q->manager->backlog);
                return;
        }
        r = sd_bus_message_rewind(q->message, true);
        if (r >= 0)
                r = q->handler(q, &e);
        if (r < 0)
                request_fail(q, r, &e);
}

static int count_for(Request *q, User *user) {
        if (user->n_requests >= q->manager->config.max_requests_per_user ||
                        user->request_bytes + q->bytes > REQUESTS_BYTES_PER_USER_MAX) {
                user_release(user);
                return -EDQUOT;
        }
        user->n_requests++;
        user->request_bytes += q->bytes;
        q->user = user;
        return 0;
}

/* Who has left is not answered, and polkit cannot be asked about him. */
void request_take_turn(FairItem *item) {
        Request *q = CONTAINER_OF(item, Request, item);

        if (request_client(q))
                request_continue(q);
        else
                request_free(q);
}

/* The caller is known: it waits for his turn, or is refused when he has too many. */
static void admit(Request *q, uid_t uid) {
        User *user;
        int r;

        q->uid = uid;
        r = user_get(q->manager, uid, &user);
        if (r >= 0)
                r = count_for(q, user);
        if (r < 0)
                request_refuse(q, r);
        else
                dispatch_add(q->manager->dispatch, &user->calls, &q->item);
}

void request_client_left(Client *client) {
        if (!client)
                return;
        while (!TAILQ_EMPTY(&client->waiting))
                request_free(TAILQ_FIRST(&client->waiting));
        client->check = check_free(client->check);
        client->shares = shares_free(client->shares);
        backlog_forget(client);
        client_free(client);
}

/* Nothing waits for him any more. */
static void on_client_known(Client *client, bool is_known) {
        Request *q;

        if (!is_known) { /* he left the bus: nobody waits for an answer. Or there is no memory */
                request_client_left(client);
                return;
        }
        while ((q = TAILQ_FIRST(&client->waiting))) {
                client_remove_waiting(client, q);
                admit(q, client->uid);
        }
}

int request_get_client(Manager *m, const char *name, Client **ret) {
        return client_get(m, name, on_client_known, ret);
}

void request_begin(Manager *m, sd_bus_message *message, size_t bytes, request_handler handler,
                uint64_t job_id) {
        Request *q = calloc(1, sizeof(Request));
        Client *client;
        int r;

        if (!q) {
                (void) sd_bus_reply_method_errno(message, -ENOMEM, NULL); /* without memory he gets none */
                return;
        }
        q->manager = m;
        q->message = sd_bus_message_ref(message);
        q->bytes = bytes;
        q->handler = handler;
        q->job_id = job_id;
        LIST_INSERT_HEAD(&m->requests, q, list);
        r = request_get_client(m, sd_bus_message_get_sender(message), &client);
        if (r >= 0 && client->is_known) {
                admit(q, client->uid);
                return;
        }
        if (r >= 0)
                r = client_add_waiting(client, q);
        if (r < 0)
                request_refuse(q, r);
}

static const Decision *find_decision(Request *q, Action action, uint64_t id) {
        for (size_t i = 0; i < q->n_decisions; i++)
                if (q->decisions[i].action == action && q->decisions[i].id == id)
                        return &q->decisions[i];
        return NULL;
}

/* Without polkit the caller's own actions are granted. */
static bool is_granted(Action action, Verdict verdict) {
        return verdict == VERDICT_YES || (verdict == VERDICT_UNAVAILABLE && action_is_own(action));
}

/* Tells why. */
static int refuse(Verdict verdict, sd_bus_error *e) {
        switch (verdict) {
        case VERDICT_CHALLENGE:
                sd_bus_error_set(e, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                                "This needs an administrator's password, and nobody was there to type it.");
                break;
        case VERDICT_UNAVAILABLE:
                sd_bus_error_set(e, SD_BUS_ERROR_ACCESS_DENIED,
                                "polkit does not answer, so only your own jobs can be managed. Is "
                                "polkit.service running?");
                break;
        default:
                sd_bus_error_set(e, SD_BUS_ERROR_ACCESS_DENIED,
                                "The rules of this machine do not allow you this.");
        }
        return -EACCES;
}

static void on_verdict(Verdict verdict, void *userdata) {
        Request *q = userdata;

        Decision *decision = &q->decisions[q->n_decisions - 1];
        Client *client = request_client(q);

        q->check = NULL;
        decision->verdict = verdict;
        if (verdict != VERDICT_UNAVAILABLE && decision->is_general && client)
                client_remember(client, decision->action, verdict);
        request_continue(q);
}

static int ask(Request *q, Action action, Target target, bool interactive) {
        const Question question = { sd_bus_message_get_sender(q->message), action, target, interactive };
        bool is_general = target.id == 0 && !target.type;
        int r;

        if (q->n_decisions >= REQUEST_DECISIONS_MAX)
                return -EACCES;
        r = authority_check(q->manager->authority, &question, on_verdict, q, &q->check);
        if (r < 0)
                return r;
        q->decisions[q->n_decisions++] = (Decision){ action, target.id, is_general, VERDICT_NO };
        return REQUEST_PENDING;
}

/* 1, or REQUEST_PENDING. */
static int find_verdict(Request *q, Action action, Target target, bool interactive, Verdict *ret) {
        const Decision *decision = find_decision(q, action, target.id);
        const Client *client;

        if (decision) {
                *ret = decision->verdict;
                return 1;
        }
        client = request_client(q);
        if (target.id == 0 && !target.type && client && client_recall(client, action, ret) &&
                        !(*ret == VERDICT_CHALLENGE && interactive))
                return 1;
        return ask(q, action, target, interactive);
}

static bool may_prompt(Request *q) {
        return sd_bus_message_get_allow_interactive_authorization(q->message) > 0;
}

int request_authorize(Request *q, Action action, Target target, sd_bus_error *e) {
        Verdict verdict;
        int r = find_verdict(q, action, target, may_prompt(q), &verdict);

        if (r <= 0)
                return r;
        return is_granted(action, verdict) ? 1 : refuse(verdict, e);
}

int request_may(Request *q, Action action, bool interactive) {
        Verdict verdict;
        int r = find_verdict(q, action, TARGET_NONE, interactive && may_prompt(q), &verdict);

        if (r <= 0)
                return r;
        return is_granted(action, verdict) ? 1 : -EACCES;
}

int request_get_verdict(Request *q, Action action, const JobType *type, Verdict *ret) {
        const Decision *decision = find_decision(q, action, 0);

        if (!decision)
                return ask(q, action, (Target){ .type = type }, false);
        *ret = decision->verdict;
        q->n_decisions--; /* the last one: the next question is the next type's */
        return 1;
}

static void set_shared(Request *q, char **types) {
        strv_free(q->shared);
        q->shared = types;
        q->knows_shared = true;
        q->shared_n_rights_changes = q->manager->n_rights_changes;
}

static void on_shared(char **types, void *userdata) {
        Request *q = userdata;
        Client *client = request_client(q);
        char **copy = NULL;

        q->shares = NULL;
        set_shared(q, types);
        if (client && (!types || strv_copy(types, &copy) >= 0))
                client_remember_shared(client, copy);
        request_continue(q);
}

int request_find_shared(Request *q, char ***ret) {
        const Client *client = request_client(q);
        int r;

        if (!q->knows_shared || q->shared_n_rights_changes != q->manager->n_rights_changes) {
                if (client && client_recall_shared(client, ret))
                        return 1;
                r = shares_ask(q->manager, sd_bus_message_get_sender(q->message), on_shared, q, &q->shares);
                if (r != 0)
                        return r < 0 ? r : REQUEST_PENDING;
                set_shared(q, NULL);
        }
        *ret = q->shared;
        return 1;
}

/* Whether the caller sees a job because of its type. Asked for no job, too, so that the time tells nothing. */
static int find_out_if_shared(Request *q, const Job *job, bool *ret) {
        char **types;
        int r = request_find_shared(q, &types);

        if (r > 0)
                *ret = job && shares_have(q->manager, types, job);
        return r;
}

int request_find_job(Request *q, uint64_t id, Action own, Action others, Job **ret, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        bool is_own, is_shared = false;
        Verdict verdict;
        Action action;
        int r;

        r = id > INT64_MAX ? -ENOENT : store_get(q->manager->store, id, &job);
        if (r < 0 && r != -ENOENT)
                return r;
        is_own = job && job->uid == q->uid;
        r = is_own ? 1 : find_out_if_shared(q, job, &is_shared);
        if (r <= 0)
                return r;
        if (is_shared && own == ACTION_VIEW) {
                *ret = TAKE_PTR(job);
                return 1;
        }
        action = is_own ? own : others;
        r = find_verdict(q, action, (Target){ .id = id, .job = job }, may_prompt(q), &verdict);
        if (r <= 0)
                return r;
        if (!is_granted(action, verdict) && (is_own || is_shared || verdict == VERDICT_UNAVAILABLE))
                return refuse(verdict, e);
        if (!is_granted(action, verdict) || !job)
                return error_no_such_job(id, e);
        *ret = TAKE_PTR(job);
        return 1;
}

static void on_identity(int r, const Identity *identity, void *userdata) {
        Request *q = userdata;
        Identification *last = &q->identifications[q->n_identifications - 1];

        last->error = r;
        if (r >= 0)
                last->identity = *identity;
        request_continue(q);
}

static const Identification *find_identification(Request *q, IdentityKind kind, const char *user) {
        for (size_t i = 0; i < q->n_identifications; i++)
                if (q->identifications[i].kind == kind && strcmp(q->identifications[i].user, user) == 0)
                        return &q->identifications[i];
        return NULL;
}

/* What is known already; else it is asked for. */
static int identify(Request *q, IdentityKind kind, const char *user) {
        const Identity *known = identity_find(q->manager, kind, user);
        Identification *next = &q->identifications[q->n_identifications];
        int r;

        if (q->n_identifications >= REQUEST_IDENTIFICATIONS_MAX || strlen(user) >= sizeof(next->user))
                return -EINVAL;
        *next = (Identification){ .kind = kind };
        strcpy(next->user, user);
        if (known) {
                next->identity = *known;
                q->n_identifications++;
                return 1;
        }
        r = identity_resolve(q->manager, kind, user, on_identity, q);
        if (r < 0)
                return r;
        q->n_identifications++;
        return REQUEST_PENDING;
}

static int find_identity(Request *q, IdentityKind kind, const char *name, const Identification **ret) {
        const Identification *found = find_identification(q, kind, name);

        if (!found) {
                int r = identify(q, kind, name);

                if (r <= 0)
                        return r;
                found = find_identification(q, kind, name);
        }
        *ret = found;
        return 1;
}

int request_identify(Request *q, const char *user, const Identity **ret, sd_bus_error *e) {
        const Identification *found;
        int r = find_identity(q, IDENTITY_USER, user, &found);

        if (r <= 0)
                return r;
        if (found->error == -ENOENT)
                return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_USER, "There is no user \"%s\".", user);
        if (found->error < 0)
                return sd_bus_error_setf(
                                e, SD_BUS_ERROR_FAILED, "Could not find out who user \"%s\" is.", user);
        *ret = &found->identity;
        return 1;
}

int request_identify_group(Request *q, const char *group, const Identity **ret, sd_bus_error *e) {
        const Identification *found;
        int r = find_identity(q, IDENTITY_GROUP, group, &found);

        if (r <= 0)
                return r;
        if (found->error == -ENOENT)
                return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_GROUP, "There is no group \"%s\".", group);
        if (found->error < 0)
                return sd_bus_error_setf(e, SD_BUS_ERROR_FAILED, "Could not find out which group \"%s\" is.", group);
        *ret = &found->identity;
        return 1;
}

int request_identify_uid(Request *q, uid_t uid, const Identity **ret, sd_bus_error *e) {
        char number[16];

        snprintf(number, sizeof(number), "%u", (unsigned) uid);
        return request_identify(q, number, ret, e);
}
