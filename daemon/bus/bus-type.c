/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ListTypes and Reload: what can be run, and who may. */

#include <errno.h>
#include <string.h>

#include "bus-manager.h"
#include "log.h"
#include "options.h"
#include "strv.h"
#include "type-registry.h"

/* ---- ListTypes ---- */

static int append_text(sd_bus_message *m, const char *key, const char *text) {
        return sd_bus_message_append(m, "{sv}", key, "s", text ?: "");
}

static int append_words(sd_bus_message *m, const char *key, char **words) {
        int r;

        r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(m, words);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_translation(sd_bus_message *m, const char *entry) {
        const char *text = strchr(entry, '=');
        _cleanup_free_ char *tag = strndup(entry, (size_t) (text - entry));

        return tag ? sd_bus_message_append(m, "{ss}", tag, text + 1) : -ENOMEM;
}

static int append_descriptions(sd_bus_message *m, const char *description, char **translations) {
        int r = append_text(m, "Description", description);

        if (r >= 0)
                r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "Descriptions");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "a{ss}");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{ss}");
        for (; r >= 0 && translations && *translations; translations++)
                r = append_translation(m, *translations);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);
        return r;
}

/* What depends on the kind of a parameter. */
static int append_bounds(sd_bus_message *m, const Parameter *parameter) {
        int r = 0;

        if (parameter->kind == PARAMETER_INTEGER)
                r = sd_bus_message_append(
                                m, "{sv}{sv}", "Min", "x", parameter->min, "Max", "x", parameter->max);
        if (r >= 0 && parameter->kind == PARAMETER_CHOICE)
                r = append_words(m, "Choices", parameter->choices);
        if (r >= 0 && parameter->size_max > 0)
                r = sd_bus_message_append(m, "{sv}", "SizeMax", "t", parameter->size_max);
        if (r >= 0 && parameter->pattern)
                r = append_text(m, "Pattern", parameter->pattern);
        if (r >= 0 && parameter->default_value)
                r = append_text(m, "Default", parameter->default_value);
        return r;
}

static int append_parameter(sd_bus_message *m, const Parameter *parameter) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_text(m, "Name", parameter->name);
        if (r >= 0)
                r = append_descriptions(m, parameter->description, parameter->descriptions);
        if (r >= 0)
                r = append_text(m, "Type", parameter_kind_to_string(parameter->kind));
        if (r >= 0) /* without a default it has to be given */
                r = sd_bus_message_append(m, "{sv}{sv}", "Required", "b",
                                parameter->required && !parameter->default_value, "Secret", "b",
                                parameter->secret);
        if (r >= 0)
                r = append_bounds(m, parameter);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_parameters(sd_bus_message *m, const JobType *type) {
        int r;

        r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "Parameters");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "a{sv}");
        for (size_t i = 0; r >= 0 && i < type->n_parameters; i++)
                r = append_parameter(m, &type->parameters[i]);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);
        return r;
}

static const char *verdict_to_word(Verdict verdict) {
        return verdict == VERDICT_YES ? "yes" : verdict == VERDICT_CHALLENGE ? "auth" : "no";
}

static int append_limits(sd_bus_message *m, const JobType *type) {
        return sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}", "MaxRunning", "u",
                        type->max_running, "Timeout", "t", type->timeout_usec, "MemoryMax", "t",
                        type->memory_max, "CPUQuota", "t", type->cpu_quota_usec, "TasksMax", "t",
                        type->tasks_max, "OutputMax", "t", type->output_max, "OutputGrace", "t",
                        type->output_grace_usec, "Nice", "i", type->nice, "Umask",
                        "u", type->umask, "Retries", "u", type->retries,
                        "RetryDelay", "t", type->retry_usec, "Restartable", "b", type->restartable,
                        "Results", "b", type->keep_results);
}

static int append_type(sd_bus_message *m, const JobType *type, Verdict verdict) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_text(m, "Name", type->name);
        if (r >= 0)
                r = append_text(m, "Place", type->place ?: "head");
        if (r >= 0)
                r = append_descriptions(m, type->description, type->descriptions);
        if (r >= 0)
                r = append_text(m, "Path", type->path);
        if (r >= 0)
                r = append_text(m, "Mistake", type->mistake);
        if (r >= 0)
                r = append_text(m, "Allowed", verdict_to_word(verdict));
        if (r >= 0)
                r = append_text(m, "User", type->user);
        if (r >= 0)
                r = append_text(m, "Group", type->group);
        if (r >= 0)
                r = append_words(m, "Groups", type->allow_groups);
        if (r >= 0)
                r = append_words(m, "Users", type->allow_users);
        if (r >= 0)
                r = append_text(m, "Related", type->related);
        if (r >= 0)
                r = append_text(m, "Share", type->shared ? "group" : "private");
        if (r >= 0)
                r = append_limits(m, type);
        if (r >= 0)
                r = append_parameters(m, type);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* A type after the other is asked about; the reply grows meanwhile. */
typedef struct Listing {
        char **names;
        size_t next;
        sd_bus_message *reply;
} Listing;

static void listing_free(void *p) {
        Listing *listing = p;

        strv_free(listing->names);
        sd_bus_message_unref(listing->reply);
        free(listing);
}

static int get_listing(Request *q, Listing **ret) {
        Listing *listing = q->state;
        int r = 0;

        if (!listing) {
                listing = calloc(1, sizeof(Listing));
                if (!listing)
                        return -ENOMEM;
                q->state = listing;
                q->free_state = listing_free;
                r = type_list(q->manager, &listing->names);
                if (r >= 0)
                        r = sd_bus_message_new_method_return(q->message, &listing->reply);
                if (r >= 0)
                        r = sd_bus_message_open_container(listing->reply, 'a', "a{sv}");
        }
        *ret = listing;
        return r;
}

int bus_manager_list_types(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Listing *listing;
        int r;

        r = flags_read(q->message, e);
        if (r >= 0)
                r = get_listing(q, &listing);
        for (; r >= 0 && listing->names[listing->next]; listing->next++) {
                const JobType *type = type_find(q->manager, listing->names[listing->next]);
                Verdict verdict;

                if (!type) /* they were read anew meanwhile */
                        continue;
                r = request_get_verdict(q, ACTION_RUN_TYPE, type, &verdict);
                if (r == REQUEST_PENDING)
                        return r;
                if (r > 0)
                        r = append_type(listing->reply, type, verdict);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(listing->reply);
        if (r < 0)
                return r;
        reply = sd_bus_message_ref(listing->reply);
        request_reply(q, reply);
        return REQUEST_DONE;
}

/* ---- Reload ---- */

static void on_mistake(const char *message, void *userdata) {
        char ***mistakes = userdata;

        log_line(LOG_WARNING, "%s", message);
        (void) strv_extend(mistakes, message); /* the log has it in any case */
}

int bus_manager_reload(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_strv_free_ char **mistakes = NULL;
        int r;

        r = flags_read(q->message, e);
        if (r >= 0)
                r = request_authorize(q, ACTION_RELOAD, TARGET_NONE, e);
        if (r <= 0)
                return r;
        r = manager_reload(q->manager, on_mistake, &mistakes);
        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append_strv(reply, mistakes);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}
