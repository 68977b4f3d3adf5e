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

#define POLKIT "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority"
#define FLAG_ALLOW_USER_INTERACTION 1U

struct Authority {
        Manager *manager;
        sd_bus_slot *changed_slot;
};

struct Check {
        Authority *authority;
        char *sender;
        Action action;
        uint64_t id;
        bool interactive; /* a password may be asked for, and has not been yet */
        authority_cb callback;
        void *userdata;
        sd_bus_slot *slot;
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

Check *check_free(Check *check) {
        if (!check)
                return NULL;
        sd_bus_slot_unref(check->slot);
        free(check->sender);
        free(check);
        return NULL;
}

static int ask(Check *check, const Job *job, bool interactive);

static Verdict read_verdict(sd_bus_message *reply) {
        int authorized, challenge;

        if (sd_bus_message_is_method_error(reply, NULL))
                return VERDICT_UNAVAILABLE;
        if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") < 0 ||
                sd_bus_message_read(reply, "bb", &authorized, &challenge) < 0)
                return VERDICT_NO;
        return authorized ? VERDICT_YES : challenge ? VERDICT_CHALLENGE : VERDICT_NO;
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Check *check = userdata;
        authority_cb callback = check->callback;
        void *callback_userdata = check->userdata;
        Verdict verdict = read_verdict(reply);

        check->slot = sd_bus_slot_unref(check->slot);
        if (verdict == VERDICT_CHALLENGE && check->interactive) {
                check->interactive = false;
                if (ask(check, NULL, true) >= 0)
                        return 0;
        }
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

static int ask(Check *check, const Job *job, bool interactive) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        sd_bus *bus = check->authority->manager->bus;
        int r;

        r = sd_bus_message_new_method_call(bus, &m, POLKIT, "CheckAuthorization");
        if (r >= 0)
                r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s", check->sender,
                        actions[check->action].id);
        if (r >= 0)
                r = append_details(m, check, job);
        if (r >= 0)
                r = sd_bus_message_append(m, "us", interactive ? FLAG_ALLOW_USER_INTERACTION : 0U, "");
        if (r >= 0)
                r = sd_bus_call_async(bus, &check->slot, m, on_answer, check, JOBSD_CALL_TIMEOUT_USEC);
        return r;
}

int authority_check(Authority *authority, const char *sender, Action action, uint64_t id, const Job *job,
        bool interactive, authority_cb callback, void *userdata, Check **ret) {
        Check *check = calloc(1, sizeof(Check));
        int r;

        if (!check)
                return -ENOMEM;
        *check = (Check){ .authority = authority, .sender = strdup(sender), .action = action, .id = id,
                .interactive = interactive, .callback = callback, .userdata = userdata };
        r = check->sender ? ask(check, job, false) : -ENOMEM;
        if (r < 0) {
                check_free(check);
                return r;
        }
        *ret = check;
        return 0;
}
