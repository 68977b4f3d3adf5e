/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "backlog.h"
#include "client.h"
#include "job-fields.h"
#include "log.h"
#include "protocol.h"
#include "stream.h"
#include "subscription.h"

typedef int (*signal_builder)(
                Manager *m, const Job *job, const char *path, const char *word, sd_bus_message **ret);

typedef struct Emission {
        const Job *job;
        signal_builder build;
        const char *path, *word;
} Emission;

static int send_to(Client *client, sd_bus_message *m) {
        backlog_sent(client);
        return sd_bus_send_to(client->manager->bus, m, client->name, NULL);
}

static int send_emission(Client *client, Emission *emission) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Manager *manager = client->manager;
        int r;

        r = emission->build(manager, emission->job, emission->path, emission->word, &m);
        return r < 0 ? r : send_to(client, m);
}

static bool may_see(const Client *client, const Job *job) {
        return client->uid == job->uid || client->sees_all || shares_have(client->manager, client->shared, job);
}

static void emit_to(Client *client, void *userdata) {
        Emission *emission = userdata;
        int r;

        if (!client->subscribed || !may_see(client, emission->job))
                return;
        r = send_emission(client, emission);
        if (r < 0)
                log_errno(r, "Failed to send a signal about job %" PRIu64, emission->job->id);
}

static void emit(Manager *m, const Job *job, signal_builder build, const char *word) {
        _cleanup_free_ char *path = NULL;
        Emission emission = { .job = job, .build = build, .word = word };

        if (job_path(job->id, &path) < 0)
                return;
        emission.path = path;
        client_foreach(m, emit_to, &emission);
}

static int build_new(Manager *m, const Job *job, const char *path, const char *word, sd_bus_message **ret) {
        int r = sd_bus_message_new_signal(m->bus, ret, JOBSD_PATH, JOBSD_MANAGER_INTERFACE, "JobNew");

        return r < 0 ? r : sd_bus_message_append(*ret, "to", job->id, path);
}

static int build_removed(
                Manager *m, const Job *job, const char *path, const char *word, sd_bus_message **ret) {
        int r = sd_bus_message_new_signal(m->bus, ret, JOBSD_PATH, JOBSD_MANAGER_INTERFACE, "JobRemoved");

        return r < 0 ? r : sd_bus_message_append(*ret, "tos", job->id, path, word);
}

static int build_changed(
                Manager *m, const Job *job, const char *path, const char *word, sd_bus_message **ret) {
        int r = sd_bus_message_new_signal(
                        m->bus, ret, path, "org.freedesktop.DBus.Properties", "PropertiesChanged");

        if (r >= 0)
                r = sd_bus_message_append(*ret, "s", JOBSD_JOB_INTERFACE);
        if (r >= 0)
                r = job_fields_append(*ret, job, JOB_FIELDS_CHANGING);
        return r < 0 ? r : sd_bus_message_append(*ret, "as", 0);
}

static void on_job_new(Manager *m, const Job *job) {
        emit(m, job, build_new, NULL);
}

static void on_job_changed(Manager *m, const Job *job) {
        emit(m, job, build_changed, NULL);
}

/* The last change, and JobRemoved. */
static void on_job_ended(Manager *m, const Job *job) {
        emit(m, job, build_changed, NULL);
        emit(m, job, build_removed, job_status_to_string(job->status));
}

static void on_job_cleared(Manager *m, const Job *job) {
        emit(m, job, build_removed, "cleared");
}

/* Ids from here on, before there. */
typedef struct Range {
        uint64_t begin, end;
} Range;

/* 1 when there is a job among these that he may see, or might: no index tells where those of a type are, and he
 * learns no more than that somebody has imported something. */
static int may_see_any(const Client *client, const Range *range) {
        if (client->sees_all || client->shared)
                return 1;
        return store_has_any_of_user(client->manager->store, client->uid, range->begin, range->end);
}

/* A signal of the manager that has nothing to say but its name. */
static int send_member(Client *client, const char *member) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_signal(client->manager->bus, &m, JOBSD_PATH, JOBSD_MANAGER_INTERFACE, member);
        return r < 0 ? r : send_to(client, m);
}

static void tell_history_changed(Client *client, void *userdata) {
        int r;

        if (!client->subscribed)
                return;
        r = may_see_any(client, userdata);
        if (r == 0)
                return;
        if (r >= 0)
                r = send_member(client, "HistoryChanged");
        if (r < 0)
                log_errno(r, "Failed to send a signal about an import");
}

/* Who may see any of them learns that there is something new. */
static void on_jobs_imported(Manager *m, uint64_t first_id, uint64_t n) {
        client_foreach(m, tell_history_changed, &(Range){ first_id, first_id + n });
}

static void tell_types_changed(Client *client, void *userdata) {
        int r = client->subscribed ? send_member(client, "TypesChanged") : 0;

        if (r < 0)
                log_errno(r, "Failed to send a signal about the job types");
}

static int send_system_uid_max(Client *client) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Manager *manager = client->manager;
        int r;

        r = sd_bus_message_new_signal(manager->bus, &m, JOBSD_PATH, "org.freedesktop.DBus.Properties",
                        "PropertiesChanged");
        if (r >= 0)
                r = sd_bus_message_append(m, "sa{sv}as", JOBSD_MANAGER_INTERFACE, 1, "SystemUIDMax", "u",
                                manager->config.system_uid_max, 0);
        return r < 0 ? r : send_to(client, m);
}

static void tell_system_users_changed(Client *client, void *userdata) {
        int r;

        if (!client->subscribed)
                return;
        r = send_system_uid_max(client);
        if (r < 0)
                log_errno(r, "Failed to send a signal about SystemUIDMax=");
}

static void on_shared(char **types, void *userdata) {
        Client *client = userdata;

        client->shares = NULL;
        client_remember_shared(client, types);
}

static void check_shared_with(Client *client, void *userdata) {
        if (!client->subscribed)
                return;
        client->shares = shares_free(client->shares);
        if (shares_ask(client->manager, client->name, on_shared, client, &client->shares) <= 0)
                client_remember_shared(client, NULL);
}

static void on_reloaded(Manager *m, const Config *before) {
        subscription_check_rights(m);
        client_foreach(m, tell_types_changed, NULL);
        if (m->config.system_uid_max != before->system_uid_max)
                client_foreach(m, tell_system_users_changed, NULL);
}

const Observer subscription_observer = {
        .job_new = on_job_new,
        .job_changed = on_job_changed,
        .job_requeued = on_job_changed,
        .job_ended = on_job_ended,
        .job_cleared = on_job_cleared,
        .jobs_imported = on_jobs_imported,
        .reloaded = on_reloaded,
};

void subscription_end(Client *client) {
        int r;

        client_unsubscribe(client);
        log_line(LOG_NOTICE,
                        "The subscription of %s, of uid %u, has ended: it does not read what it is told. "
                        "%" PRIu64 " bytes wait for it.",
                        client->name, (unsigned) client->uid, client->unread_bytes);
        r = send_member(client, "SubscriptionEnded");
        if (r < 0)
                log_errno(r, "Failed to send a signal about a subscription");
}

/* Another connection's rights are another question's. */
static bool is_another(const char *connection, void *userdata) {
        return strcmp(connection, userdata) != 0;
}

static void set_sees_all(Client *client, bool sees_all) {
        client->sees_all = sees_all;
        if (!sees_all)
                stream_end_others(client->manager, is_another, client->name);
}

static void on_rights(Verdict verdict, void *userdata) {
        Client *client = userdata;

        client->check = NULL;
        set_sees_all(client, verdict == VERDICT_YES);
}

static void check_rights_of(Client *client, void *userdata) {
        const Question question = { .sender = client->name, .action = ACTION_VIEW_OTHERS };

        if (!client->subscribed && !stream_reads_others(client->manager, client->name))
                return;
        client->check = check_free(client->check); /* its answer may be that of the rules before */
        if (authority_check(client->manager->authority, &question, on_rights, client, &client->check) < 0)
                set_sees_all(client, false);
}

/* Of who has left the bus, and still reads, polkit cannot be asked. */
static bool is_on_bus(const char *connection, void *userdata) {
        return client_find(userdata, connection);
}

void subscription_check_rights(Manager *m) {
        stream_end_others(m, is_on_bus, m);
        client_foreach(m, check_rights_of, NULL);
        client_foreach(m, check_shared_with, NULL);
}
