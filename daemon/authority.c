/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authority.h"
#include "client.h"
#include "log.h"
#include "protocol.h"
#include "subscription.h"
#include "user.h"

#define POLKIT "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority"
#define FLAG_ALLOW_USER_INTERACTION 1U

struct Authority {
        Manager *manager;
        sd_bus_slot *changed_slot;
        unsigned n_checks, n_prompts; /* that polkit has not answered */
        TAILQ_HEAD(, Check) queue;
};

struct Check {
        Authority *authority;
        char *sender;
        Action action;
        uint64_t id;
        bool interactive; /* a password may be asked for */
        authority_cb callback;
        void *userdata;
        sd_bus_slot *slot;
        User *prompted; /* whose password is being asked for */
        sd_bus_message *message; /* while it waits for its turn */
        TAILQ_ENTRY(Check) queue;
};

static const struct {
        const char *id;
        bool own;
} actions[_ACTION_MAX] = {
        [ACTION_VIEW] = { "org.jobsd1.view", true },
        [ACTION_VIEW_OTHERS] = { "org.jobsd1.view-others", false },
        [ACTION_RUN_COMMAND] = { "org.jobsd1.run-command", true },
        [ACTION_RUN_AS] = { "org.jobsd1.run-as", false },
        [ACTION_CANCEL] = { "org.jobsd1.cancel", true },
        [ACTION_CANCEL_OTHERS] = { "org.jobsd1.cancel-others", false },
        [ACTION_RETRY] = { "org.jobsd1.retry", true },
        [ACTION_RETRY_OTHERS] = { "org.jobsd1.retry-others", false },
        [ACTION_CLEAR] = { "org.jobsd1.clear", true },
        [ACTION_CLEAR_TASKS] = { "org.jobsd1.clear-tasks", false },
        [ACTION_CLEAR_OTHERS] = { "org.jobsd1.clear-others", false },
};

bool action_is_own(Action action) {
        return actions[action].own;
}

int authority_new(Manager *m, Authority **ret) {
        Authority *authority = calloc(1, sizeof(Authority));

        if (!authority)
                return -ENOMEM;
        authority->manager = m;
        TAILQ_INIT(&authority->queue);
        *ret = authority;
        return 0;
}

Authority *authority_free(Authority *authority) {
        if (authority)
                sd_bus_slot_unref(authority->changed_slot);
        free(authority);
        return NULL;
}

static int on_rules_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        Authority *authority = userdata;

        client_revoke_all(authority->manager);
        subscription_check_rights(authority->manager);
        return 0;
}

int authority_watch(Authority *authority) {
        return sd_bus_match_signal_async(authority->manager->bus, &authority->changed_slot, POLKIT, "Changed",
                on_rules_changed, NULL, authority);
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error);

static int send_check(Check *check, sd_bus_message *m) {
        int r = sd_bus_call_async(check->authority->manager->bus, &check->slot, m, on_answer, check,
                JOBSD_CALL_TIMEOUT_USEC);

        if (r >= 0 && !check->prompted)
                check->authority->n_checks++;
        return r;
}

static void send_waiting_checks(Authority *authority) {
        Check *check;

        while (authority->n_checks < AUTHORITY_CHECKS_MAX && (check = TAILQ_FIRST(&authority->queue))) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = TAKE_PTR(check->message);
                int r;

                TAILQ_REMOVE(&authority->queue, check, queue);
                r = send_check(check, m);
                if (r < 0)
                        log_errno(r, "Failed to ask polkit"); /* its caller's time runs out */
        }
}

/* Gives its place to the next. */
static void leave(Check *check) {
        Authority *authority = check->authority;

        if (check->message) {
                TAILQ_REMOVE(&authority->queue, check, queue);
                check->message = sd_bus_message_unref(check->message);
        }
        if (check->slot && !check->prompted)
                authority->n_checks--;
        check->slot = sd_bus_slot_unref(check->slot);
        if (check->prompted) {
                check->prompted->n_prompts--;
                user_release(check->prompted);
                check->prompted = NULL;
                authority->n_prompts--;
        }
}

Check *check_free(Check *check) {
        if (!check)
                return NULL;
        leave(check);
        free(check->sender);
        free(check);
        return NULL;
}

static Verdict read_verdict(sd_bus_message *reply) {
        int authorized, challenge;

        if (sd_bus_message_is_method_error(reply, NULL))
                return VERDICT_UNAVAILABLE;
        if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") < 0 ||
                sd_bus_message_read(reply, "bb", &authorized, &challenge) < 0)
                return VERDICT_NO;
        return authorized ? VERDICT_YES : challenge ? VERDICT_CHALLENGE : VERDICT_NO;
}

static int prompt(Check *check);

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Check *check = userdata;
        Authority *authority = check->authority;
        authority_cb callback = check->callback;
        void *callback_userdata = check->userdata;
        Verdict verdict = read_verdict(reply);
        bool was_prompt = check->prompted;

        leave(check);
        send_waiting_checks(authority);
        if (verdict == VERDICT_CHALLENGE && check->interactive && !was_prompt && prompt(check) >= 0)
                return 0;
        check_free(check);
        callback(verdict, callback_userdata);
        return 0;
}

static int append_details(sd_bus_message *m, const Check *check, const Job *job) {
        char id[24];
        int r;

        snprintf(id, sizeof(id), "%" PRIu64, check->id);
        r = sd_bus_message_open_container(m, 'a', "{ss}");
        if (r >= 0 && check->id > 0)
                r = sd_bus_message_append(m, "{ss}", "job.id", id);
        if (r >= 0 && job)
                r = sd_bus_message_append(m, "{ss}{ss}{ss}{ss}", "job.user", job->user ?: "", "job.type",
                        job->type ?: "", "job.origin", job_origin_to_string(job->origin), "job.unit",
                        job->unit ?: "");
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int build_question(Check *check, const Job *job, uint32_t flags, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(check->authority->manager->bus, &m, POLKIT, "CheckAuthorization");
        if (r >= 0)
                r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s", check->sender,
                        actions[check->action].id);
        if (r >= 0)
                r = append_details(m, check, job);
        if (r >= 0)
                r = sd_bus_message_append(m, "us", flags, "");
        if (r >= 0)
                *ret = TAKE_PTR(m);
        return r;
}

/* Asks again, now with the user: not so often that nothing else can be asked. */
static int prompt(Check *check) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Authority *authority = check->authority;
        Client *client = client_find(authority->manager, check->sender);
        User *user;
        int r;

        if (!client || authority->n_prompts >= AUTHORITY_PROMPTS_MAX)
                return -EBUSY;
        r = user_get(authority->manager, client->uid, &user);
        if (r < 0)
                return r;
        if (user->n_prompts >= AUTHORITY_PROMPTS_PER_USER_MAX) {
                user_release(user);
                return -EBUSY;
        }
        user->n_prompts++;
        authority->n_prompts++;
        check->prompted = user;
        r = build_question(check, NULL, FLAG_ALLOW_USER_INTERACTION, &m);
        return r < 0 ? r : send_check(check, m);
}

static int ask(Check *check, const Job *job) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Authority *authority = check->authority;
        int r = build_question(check, job, 0, &m);

        if (r < 0)
                return r;
        if (authority->n_checks < AUTHORITY_CHECKS_MAX)
                return send_check(check, m);
        check->message = TAKE_PTR(m);
        TAILQ_INSERT_TAIL(&authority->queue, check, queue);
        return 0;
}

int authority_check(Authority *authority, const char *sender, Action action, uint64_t id, const Job *job,
        bool interactive, authority_cb callback, void *userdata, Check **ret) {
        Check *check = calloc(1, sizeof(Check));
        int r;

        if (!check)
                return -ENOMEM;
        *check = (Check){ .authority = authority, .sender = strdup(sender), .action = action, .id = id,
                .interactive = interactive, .callback = callback, .userdata = userdata };
        r = check->sender ? ask(check, job) : -ENOMEM;
        if (r < 0) {
                check_free(check);
                return r;
        }
        *ret = check;
        return 0;
}
