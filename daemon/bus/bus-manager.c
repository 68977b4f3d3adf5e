/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus-manager.h"
#include "cancel.h"
#include "client.h"
#include "introspection.h"
#include "job-fields.h"
#include "live-job.h"
#include "options.h"
#include "parse.h"
#include "protocol.h"
#include "stream.h"
#include "strv.h"
#include "user.h"

/* ---- ListJobs ---- */

/* Who sees all of the type that the filter names has no use for a password. */
static int authorize_all(Request *q, const StoreFilter *filter, char ***ret_shared) {
        int r = request_find_shared(q, ret_shared);

        if (r <= 0)
                return r;
        return request_may(q, ACTION_VIEW_OTHERS, !filter->type || !strv_contains(*ret_shared, filter->type));
}

int bus_manager_authorize_filter(Request *q, bool all, StoreFilter *filter, sd_bus_error *e) {
        char **shared = NULL;
        int r = all ? authorize_all(q, filter, &shared) : -EACCES;

        filter->uid = r > 0 ? UID_INVALID : q->uid;
        filter->system_uid_max = q->manager->config.system_uid_max;
        if (r == -EACCES)
                r = request_authorize(q, ACTION_VIEW, TARGET_NONE, e);
        if (r > 0 && filter->uid != UID_INVALID && shared)
                r = strv_copy(shared, &filter->shared) < 0 ? -ENOMEM : 1;
        return r;
}

typedef struct Page {
        Manager *manager;
        sd_bus_message *reply;
} Page;

static int append_row(const Job *job, void *userdata) {
        Page *page = userdata;
        LiveJob *live = live_job_of(page->manager, job);
        Job shown = live ? live_job_shown(live) : *job;

        return job_fields_append(page->reply, &shown, JOB_FIELDS_BRIEF);
}

const char *bus_manager_scope(uid_t uid, char *const *shared) {
        return uid == UID_INVALID ? "all" : shared ? "shared" : "own";
}

static const char *scope_of(const ListOptions *options) {
        return bus_manager_scope(options->filter.uid, options->filter.shared);
}

static int page_begin(Request *q, Page *ret) {
        int r;

        *ret = (Page){ .manager = q->manager };
        r = sd_bus_message_new_method_return(q->message, &ret->reply);
        return r < 0 ? r : sd_bus_message_open_container(ret->reply, 'a', "a{sv}");
}

static void page_done(Page *page) {
        sd_bus_message_unref(page->reply);
}

static int reply_page(Request *q, const ListOptions *options, uint64_t before, uint32_t limit) {
        _cleanup_(page_done) Page page = {};
        uint64_t next = 0;
        int r;

        r = page_begin(q, &page);
        if (r >= 0)
                r = store_foreach_page(q->manager->store, &options->filter, before, limit, append_row, &page,
                                &next);
        if (r >= 0)
                r = sd_bus_message_close_container(page.reply);
        if (r >= 0)
                r = sd_bus_message_append(page.reply, "ts", next, scope_of(options));
        if (r < 0)
                return r;
        request_reply(q, page.reply);
        return REQUEST_DONE;
}

static int check_limit(uint32_t *limit, sd_bus_error *e) {
        if (*limit > JOBSD_LIST_LIMIT_MAX)
                return error_invalid(e, "A page has at most %u rows, not %u.", JOBSD_LIST_LIMIT_MAX, *limit);
        if (*limit == 0)
                *limit = JOBSD_LIST_LIMIT_DEFAULT;
        return 0;
}

static int read_list_call(
                Request *q, ListOptions *options, uint64_t *before, uint32_t *limit, sd_bus_error *e) {
        int r;

        r = list_options_read(q->message, options, e);
        if (r >= 0)
                r = sd_bus_message_read(q->message, "tu", before, limit);
        if (r >= 0)
                r = flags_read(q->message, e);
        return r < 0 ? r : check_limit(limit, e);
}

int bus_manager_list_jobs(Request *q, sd_bus_error *e) {
        ListOptions options = {};
        uint64_t before;
        uint32_t limit;
        int r;

        r = read_list_call(q, &options, &before, &limit, e);
        if (r >= 0)
                r = bus_manager_authorize_filter(q, options.all, &options.filter, e);
        if (r > 0)
                r = reply_page(q, &options, before, limit);
        store_filter_done(&options.filter);
        return r;
}

/* ---- ListSorted ---- */

static int reply_sorted(Request *q, const ListOptions *options, SortOptions *sort, uint32_t limit) {
        _cleanup_(page_done) Page page = {};
        char next[SORT_PLACE_BYTES] = "";
        bool is_more = false;
        int r;

        r = page_begin(q, &page);
        if (r >= 0)
                r = store_foreach_sorted(q->manager->store, &options->filter, sort->key, sort->descending,
                                &sort->place, limit, append_row, &page, &is_more);
        if (r >= 0)
                r = sd_bus_message_close_container(page.reply);
        if (is_more)
                sort_place_to_string(&sort->place, next);
        if (r >= 0)
                r = sd_bus_message_append(page.reply, "ss", next, scope_of(options));
        if (r < 0)
                return r;
        request_reply(q, page.reply);
        return REQUEST_DONE;
}

static int read_sorted_call(
                Request *q, ListOptions *options, SortOptions *sort, uint32_t *limit, sd_bus_error *e) {
        int r;

        r = list_options_read(q->message, options, e);
        if (r >= 0)
                r = sort_options_read(q->message, sort, e);
        if (r >= 0)
                r = sd_bus_message_read(q->message, "u", limit);
        if (r >= 0)
                r = flags_read(q->message, e);
        if (r >= 0 && options->filter.n_ids > 0)
                return error_invalid(e, "\"ids\" are what ListJobs looks up, they are not sorted.");
        return r < 0 ? r : check_limit(limit, e);
}

int bus_manager_list_sorted(Request *q, sd_bus_error *e) {
        ListOptions options = {};
        SortOptions sort;
        uint32_t limit;
        int r;

        r = read_sorted_call(q, &options, &sort, &limit, e);
        if (r >= 0)
                r = bus_manager_authorize_filter(q, options.all, &options.filter, e);
        if (r > 0)
                r = reply_sorted(q, &options, &sort, limit);
        store_filter_done(&options.filter);
        return r;
}

/* ---- CountJobs ---- */

static int reply_count(Request *q, const ListOptions *options, uint64_t before) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        uint64_t count, next;
        int r;

        r = store_count_page(q->manager->store, &options->filter, before, &count, &next);
        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "tts", count, next, scope_of(options));
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_manager_count_jobs(Request *q, sd_bus_error *e) {
        ListOptions options = {};
        uint64_t before;
        int r;

        r = list_options_read(q->message, &options, e);
        if (r >= 0)
                r = sd_bus_message_read(q->message, "t", &before);
        if (r >= 0)
                r = flags_read(q->message, e);
        if (r >= 0)
                r = bus_manager_authorize_filter(q, options.all, &options.filter, e);
        if (r > 0)
                r = reply_count(q, &options, before);
        store_filter_done(&options.filter);
        return r;
}

/* ---- CancelJob ---- */

static void on_cancelled(int r, void *userdata) {
        if (r < 0)
                request_fail(userdata, r, NULL);
        else
                request_reply_empty(userdata);
}

int bus_manager_cancel(Request *q, uint64_t id, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = flags_read(q->message, e);
        if (r >= 0)
                r = request_find_job(q, id, ACTION_CANCEL, ACTION_CANCEL_OTHERS, &job, e);
        if (r <= 0)
                return r;
        r = cancel_job(q->manager, id, q->uid, on_cancelled, q);
        if (r == -ESTALE)
                return sd_bus_error_setf(e, JOBSD_ERROR_NOT_ACTIVE,
                                "Job %" PRIu64 " has ended already (%s).", id,
                                job_status_to_string(job->status));
        return r < 0 ? r : REQUEST_PENDING;
}

int bus_manager_cancel_job(Request *q, sd_bus_error *e) {
        uint64_t id;
        int r = sd_bus_message_read(q->message, "t", &id);

        return r < 0 ? r : bus_manager_cancel(q, id, e);
}

/* ---- OpenOutput ---- */

int bus_manager_error_streams(Request *q, sd_bus_error *e) {
        return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                        "You have %u outputs and exports open, more are not allowed (MaxStreamsPerUser= in"
                        " jobsd.conf).",
                        q->manager->config.max_streams_per_user);
}

int bus_manager_reply_streams(Request *q, int opened, int fd, int status_fd, const char *scope, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = opened;

        if (r == -EDQUOT)
                return bus_manager_error_streams(q, e);
        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "hhs", fd, status_fd, scope);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_manager_open_output(Request *q, uint64_t id, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        _cleanup_close_ int fd = -EBADF, status_fd = -EBADF;
        OutputOptions options = {};
        StreamReader reader;
        int r;

        r = output_options_read(q->message, &options, e);
        if (r >= 0)
                r = flags_read(q->message, e);
        if (r >= 0 && !stream_may_open(q->manager, q->uid)) /* whatever the job: polkit need not be asked */
                return bus_manager_error_streams(q, e);
        if (r >= 0)
                r = request_find_job(q, id, ACTION_VIEW, ACTION_VIEW_OTHERS, &job, e);
        if (r <= 0)
                return r;
        reader = (StreamReader){ q->uid, job->uid == q->uid ? NULL : request_sender(q) };
        r = stream_open(q->manager, &reader, job, &options, &fd, &status_fd);
        if (r == -EDQUOT)
                return bus_manager_error_streams(q, e);
        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "hh", fd, status_fd);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_manager_open_output_of(Request *q, sd_bus_error *e) {
        uint64_t id;
        int r = sd_bus_message_read(q->message, "t", &id);

        return r < 0 ? r : bus_manager_open_output(q, id, e);
}

/* ---- Subscribe ---- */

int bus_manager_subscribe(Request *q, sd_bus_error *e) {
        Client *client;
        char **shared; /* the client knows it from then on */
        bool sees_all;
        int r;

        r = flags_read(q->message, e);
        if (r >= 0)
                r = request_authorize(q, ACTION_VIEW, TARGET_NONE, e);
        if (r <= 0)
                return r;
        r = request_may(q, ACTION_VIEW_OTHERS, true);
        if (r == REQUEST_PENDING)
                return r;
        sees_all = r > 0;
        r = request_find_shared(q, &shared);
        if (r <= 0)
                return r;
        client = client_find(q->manager, sd_bus_message_get_sender(q->message));
        if (!client) { /* he left the bus while polkit was asked */
                request_free(q);
                return REQUEST_DONE;
        }
        client->sees_all = sees_all;
        r = client_subscribe(client);
        if (r == -EDQUOT)
                return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "You have %u subscriptions, more are not allowed (MaxSubscriptionsPerUser= "
                                "in jobsd.conf).",
                                q->manager->config.max_subscriptions_per_user);
        if (r < 0)
                return r;
        request_reply_empty(q);
        return REQUEST_DONE;
}

int bus_manager_unsubscribe(Request *q, sd_bus_error *e) {
        Client *client = client_find(q->manager, sd_bus_message_get_sender(q->message));

        if (client)
                client_unsubscribe(client);
        request_reply_empty(q);
        return REQUEST_DONE;
}

/* ---- properties ---- */

/* Whose jobs somebody sees, of those that jobsd has in memory. */
typedef struct Sight {
        uid_t uid;
        bool all;
        char *const *shared; /* and of these types */
} Sight;

static int find_sight(Request *q, Sight *ret) {
        char **shared = NULL;
        int r = request_find_shared(q, &shared);

        if (r > 0)
                r = request_may(q, ACTION_VIEW_OTHERS, true);
        if (r != -EACCES && r <= 0)
                return r;
        *ret = (Sight){ q->uid, r > 0, shared };
        return 1;
}

static bool sees(const Sight *sight, const LiveJob *live) {
        return sight->all || live->job->uid == sight->uid || shares_have(live->manager, sight->shared, live->job);
}

/* What the caller may see of the counts. */
typedef struct Counts {
        const Sight *sight;
        uint64_t queued, running;
} Counts;

static uint64_t count_queued(const User *user, const Sight *sight) {
        const Lane *lane;
        uint64_t n = 0;

        if (sight->all || user->uid == sight->uid)
                return user->n_queued;
        LIST_FOREACH(lane, &user->lanes, list)
                if (sight->shared && shares_have(user->manager, sight->shared, &(Job){ .type = lane->type }))
                        n += lane->n_queued;
        return n;
}

static void count_running(LiveJob *live, void *userdata) {
        Counts *counts = userdata;

        counts->running += !live_job_has_ended(live) && sees(counts->sight, live);
}

static int count_visible(Request *q, Counts *ret) {
        User *user;
        Sight sight;
        int r = find_sight(q, &sight);

        if (r <= 0)
                return r;
        *ret = (Counts){ .sight = &sight };
        TAILQ_FOREACH(user, &q->manager->waiting, waiting)
                ret->queued += count_queued(user, &sight);
        live_job_foreach(q->manager, count_running, ret);
        ret->sight = NULL;
        return 1;
}

static const struct {
        const char *name;
        bool is_count;
} manager_properties[] = {
        { "Version", false },
        { "Queued", true },
        { "Running", true },
        { "MaxRunning", false },
        { "MaxQueuedPerUser", false },
        { "SystemUIDMax", false },
};

static int append_manager_property(sd_bus_message *m, size_t i, const Config *config, const Counts *counts) {
        switch (i) {
        case 0:
                return sd_bus_message_append(m, "v", "s", PACKAGE_VERSION);
        case 1:
                return sd_bus_message_append(m, "v", "t", counts->queued);
        case 2:
                return sd_bus_message_append(m, "v", "t", counts->running);
        case 3:
                return sd_bus_message_append(m, "v", "u", config->max_running);
        case 4:
                return sd_bus_message_append(m, "v", "u", config->max_queued_per_user);
        default:
                return sd_bus_message_append(m, "v", "u", config->system_uid_max);
        }
}

static int check_interface(const char *interface, sd_bus_error *e) {
        if (interface[0] == '\0' || strcmp(interface, JOBSD_MANAGER_INTERFACE) == 0)
                return 0;
        return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_INTERFACE, "Unknown interface \"" QUOTE "\".",
                        QUOTED(interface));
}

int bus_manager_get(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *interface, *name;
        Counts counts = {};
        size_t i;
        int r;

        r = sd_bus_message_read(q->message, "ss", &interface, &name);
        if (r >= 0)
                r = check_interface(interface, e);
        if (r < 0)
                return r;
        for (i = 0; i < ELEMENTSOF(manager_properties) && strcmp(manager_properties[i].name, name) != 0; i++)
                ;
        if (i >= ELEMENTSOF(manager_properties))
                return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_PROPERTY, "Unknown property \"" QUOTE "\".",
                                QUOTED(name));
        if (manager_properties[i].is_count) { /* for which polkit may want a password */
                r = count_visible(q, &counts);
                if (r <= 0)
                        return r;
        }
        r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = append_manager_property(reply, i, &q->manager->config, &counts);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_manager_get_all(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *interface;
        Counts counts;
        int r;

        r = sd_bus_message_read(q->message, "s", &interface);
        if (r >= 0)
                r = check_interface(interface, e);
        if (r < 0)
                return r;
        r = count_visible(q, &counts);
        if (r <= 0)
                return r;
        r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(manager_properties); i++) {
                r = sd_bus_message_open_container(reply, 'e', "sv");
                if (r >= 0)
                        r = sd_bus_message_append(reply, "s", manager_properties[i].name);
                if (r >= 0)
                        r = append_manager_property(reply, i, &q->manager->config, &counts);
                if (r >= 0)
                        r = sd_bus_message_close_container(reply);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

/* ---- introspection ---- */

int bus_manager_introspect(Request *q, sd_bus_error *e) {
        char *children[] = { (char *) "job" };

        return introspection_reply(q, INTROSPECTION_MANAGER, children, ELEMENTSOF(children));
}

typedef struct Children {
        Sight sight;
        char **names;
        size_t n;
} Children;

static void add_child(LiveJob *live, void *userdata) {
        Children *children = userdata;

        if (sees(&children->sight, live) && !live_job_has_ended(live) &&
                        asprintf(&children->names[children->n], "%" PRIu64, live->id) >= 0)
                children->n++;
}

static void count_child(LiveJob *live, void *userdata) {
        (*(size_t *) userdata)++;
}

int bus_manager_introspect_jobs(Request *q, sd_bus_error *e) {
        Children children = {};
        size_t n_live = 0;
        int r = find_sight(q, &children.sight);

        if (r <= 0)
                return r;
        live_job_foreach(q->manager, count_child, &n_live);
        children.names = calloc(n_live + 1, sizeof(char *));
        if (!children.names)
                return -ENOMEM;
        live_job_foreach(q->manager, add_child, &children);
        r = introspection_reply(q, INTROSPECTION_JOBS, children.names, children.n);
        while (children.n > 0)
                free(children.names[--children.n]);
        free(children.names);
        return r;
}
