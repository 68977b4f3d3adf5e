/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authority.h"
#include "client.h"
#include "log.h"
#include "protocol.h"
#include "strv.h"
#include "user.h"

#define POLKIT                                                                 \
        "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", \
                        "org.freedesktop.PolicyKit1.Authority"
#define FLAG_ALLOW_USER_INTERACTION 1U

struct Authority {
        Manager *manager;
        void (*rules_changed)(Manager *m);
        sd_bus_slot *changed_slot;
        unsigned n_checks, n_prompts; /* that polkit has not answered */
        FairQueue queue;
        LIST_HEAD(, Check) checks;
};

struct Check {
        Authority *authority;
        LIST_ENTRY(Check) list;
        char *sender;
        Action action;
        bool interactive;      /* a password may be asked for */
        authority_cb callback; /* NULL: nobody waits for the answer any more */
        void *userdata;
        sd_bus_slot *slot;
        User *user;
        bool is_prompt;          /* his password is being asked for */
        sd_bus_message *message; /* while it waits for its turn */
        FairItem item;
};

static const struct {
        const char *id;
        bool own;
} actions[_ACTION_MAX] = {
        [ACTION_VIEW] = { "org.jobsd1.view", true },
        [ACTION_VIEW_OTHERS] = { "org.jobsd1.view-others", false },
        [ACTION_VIEW_SHARED] = { "org.jobsd1.view-shared", false },
        [ACTION_RUN_COMMAND] = { "org.jobsd1.run-command", true },
        [ACTION_RUN_AS] = { "org.jobsd1.run-as", false },
        [ACTION_RUN_TYPE] = { "org.jobsd1.run-type", false },
        [ACTION_RELOAD] = { "org.jobsd1.reload", false },
        [ACTION_CANCEL] = { "org.jobsd1.cancel", true },
        [ACTION_CANCEL_OTHERS] = { "org.jobsd1.cancel-others", false },
        [ACTION_RETRY] = { "org.jobsd1.retry", true },
        [ACTION_RETRY_OTHERS] = { "org.jobsd1.retry-others", false },
        [ACTION_CLEAR] = { "org.jobsd1.clear", true },
        [ACTION_CLEAR_TASKS] = { "org.jobsd1.clear-tasks", false },
        [ACTION_CLEAR_OTHERS] = { "org.jobsd1.clear-others", false },
        [ACTION_IMPORT] = { "org.jobsd1.import", false },
};

bool action_is_own(Action action) {
        return actions[action].own;
}

int authority_new(Manager *m, void (*rules_changed)(Manager *m), Authority **ret) {
        Authority *authority = calloc(1, sizeof(Authority));

        if (!authority)
                return -ENOMEM;
        authority->manager = m;
        authority->rules_changed = rules_changed;
        fair_queue_init(&authority->queue);
        *ret = authority;
        return 0;
}

static int on_rules_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        Authority *authority = userdata;

        client_forget_all(authority->manager);
        authority->manager->n_rights_changes++;
        authority->rules_changed(authority->manager);
        return 0;
}

int authority_watch(Authority *authority) {
        return sd_bus_match_signal_async(authority->manager->bus, &authority->changed_slot, POLKIT,
                        "Changed", on_rules_changed, NULL, authority);
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error);

static int send_check(Check *check, sd_bus_message *m) {
        int r = sd_bus_call_async(check->authority->manager->bus, &check->slot, m, on_answer, check,
                        JOBSD_CALL_TIMEOUT_USEC);

        if (r >= 0 && !check->is_prompt)
                check->authority->n_checks++;
        return r;
}

static void send_waiting_checks(Authority *authority) {
        FairLine *line;
        FairItem *item;

        while (authority->n_checks < AUTHORITY_CHECKS_MAX &&
                        (item = fair_queue_take(&authority->queue, &line))) {
                Check *check = CONTAINER_OF(item, Check, item);
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = TAKE_PTR(check->message);
                int r = send_check(check, m);

                if (r < 0) {
                        log_errno(r, "Failed to ask polkit"); /* its caller's time runs out */
                        fair_line_done(line);
                }
        }
}

/* Gives its place to the next. */
static void leave(Check *check) {
        Authority *authority = check->authority;

        fair_item_remove(&check->item);
        check->message = sd_bus_message_unref(check->message);
        if (check->slot && !check->is_prompt) {
                authority->n_checks--;
                fair_line_done(&check->user->questions);
        }
        check->slot = sd_bus_slot_unref(check->slot);
        if (check->is_prompt) {
                check->is_prompt = false;
                check->user->n_prompts--;
                authority->n_prompts--;
        }
}

static void destroy(Check *check) {
        LIST_REMOVE(check, list);
        leave(check);
        check->user->n_checks--;
        user_release(check->user);
        free(check->sender);
        free(check);
}

Authority *authority_free(Authority *authority) {
        if (!authority)
                return NULL;
        while (!LIST_EMPTY(&authority->checks))
                destroy(LIST_FIRST(&authority->checks));
        sd_bus_slot_unref(authority->changed_slot);
        free(authority);
        return NULL;
}

/* What polkit thinks about keeps its place until the answer comes: a caller who leaves makes no room for his
 * next question. */
Check *check_free(Check *check) {
        if (!check)
                return NULL;
        if (check->slot && !check->is_prompt)
                check->callback = NULL;
        else
                destroy(check);
        return NULL;
}

/* An error of its own is an answer: nobody gets a right because the caller has left before he was looked at.
 * The bus says in its own name that polkit is not there. */
static bool is_of_polkit(sd_bus_message *reply) {
        const char *sender = sd_bus_message_get_sender(reply);

        return sender && sender[0] == ':';
}

static Verdict read_verdict(sd_bus_message *reply) {
        int authorized, challenge;

        if (sd_bus_message_is_method_error(reply, NULL))
                return is_of_polkit(reply) ? VERDICT_NO : VERDICT_UNAVAILABLE;
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
        bool was_prompt = check->is_prompt;

        leave(check);
        send_waiting_checks(authority);
        if (verdict == VERDICT_CHALLENGE && callback && check->interactive && !was_prompt &&
                        prompt(check) >= 0)
                return 0;
        destroy(check);
        if (callback)
                callback(verdict, callback_userdata);
        return 0;
}

static int append_job(sd_bus_message *m, const Job *job) {
        return sd_bus_message_append(m, "{ss}{ss}{ss}{ss}", "job.user", job->user ?: "", "job.type",
                        job->type ?: "", "job.origin", job_origin_to_string(job->origin), "job.unit",
                        job->unit ?: "");
}

static int append_type(sd_bus_message *m, const JobType *type) {
        _cleanup_free_ char *groups = NULL, *users = NULL;
        int r = strv_join(type->allow_groups, " ", &groups);

        if (r >= 0)
                r = strv_join(type->allow_users, " ", &users);
        return r < 0 ? r
                     : sd_bus_message_append(m, "{ss}{ss}{ss}{ss}", "job.type", type->name, "type.groups", groups,
                                       "type.users", users, "type.user", type->user ?: "");
}

static int append_details(sd_bus_message *m, const Target *target) {
        char id[24];
        int r;

        snprintf(id, sizeof(id), "%" PRIu64, target->id);
        r = sd_bus_message_open_container(m, 'a', "{ss}");
        if (r >= 0 && target->id > 0)
                r = sd_bus_message_append(m, "{ss}", "job.id", id);
        if (r >= 0 && target->job)
                r = append_job(m, target->job);
        if (r >= 0 && target->type)
                r = append_type(m, target->type);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int build_question(Check *check, const Target *target, uint32_t flags, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(check->authority->manager->bus, &m, POLKIT, "CheckAuthorization");
        if (r >= 0)
                r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s", check->sender,
                                actions[check->action].id);
        if (r >= 0)
                r = append_details(m, target);
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
        int r;

        if (authority->n_prompts >= AUTHORITY_PROMPTS_MAX ||
                        check->user->n_prompts >= AUTHORITY_PROMPTS_PER_USER_MAX)
                return -EBUSY;
        check->is_prompt = true;
        check->user->n_prompts++;
        authority->n_prompts++;
        r = build_question(check, &TARGET_NONE, FLAG_ALLOW_USER_INTERACTION, &m);
        return r < 0 ? r : send_check(check, m);
}

static int ask(Check *check, const Target *target) {
        int r = build_question(check, target, 0, &check->message);

        if (r < 0)
                return r;
        fair_queue_add(&check->authority->queue, &check->user->questions, &check->item);
        send_waiting_checks(check->authority);
        return 0;
}

static int check_new(Authority *authority, const char *sender, Check **ret) {
        Client *client = client_find(authority->manager, sender);
        Check *check;
        User *user;
        int r;

        if (!client)
                return -EACCES;
        r = user_get(authority->manager, client->uid, &user);
        if (r < 0)
                return r;
        check = calloc(1, sizeof(Check));
        if (!check) {
                user_release(user);
                return -ENOMEM;
        }
        check->authority = authority;
        check->user = user;
        user->n_checks++;
        LIST_INSERT_HEAD(&authority->checks, check, list);
        check->sender = strdup(sender);
        if (!check->sender) {
                destroy(check);
                return -ENOMEM;
        }
        *ret = check;
        return 0;
}

int authority_check(
                Authority *authority, const Question *question, authority_cb callback, void *userdata, Check **ret) {
        Check *check;
        int r;

        r = check_new(authority, question->sender, &check);
        if (r < 0)
                return r;
        check->action = question->action;
        check->interactive = question->interactive;
        check->callback = callback;
        check->userdata = userdata;
        r = ask(check, &question->target);
        if (r < 0) {
                destroy(check);
                return r;
        }
        *ret = check;
        return 0;
}
