/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "feed.h"
#include "filter.h"
#include "job-message.h"
#include "ledger.h"
#include "page.h"
#include "protocol.h"
#include "report.h"

#define PAGE_ROWS_MIN ((size_t) 50)
/* Whoever follows wants to see something in between. */
#define MESSAGES_A_TURN 1000U
#define BUS_DRIVER "org.freedesktop.DBus"

/* The rows of a page. */
typedef struct JobList {
        Job *jobs[JOBSD_LIST_LIMIT_MAX];
        size_t n_jobs;
} JobList;

struct Feed {
        const Context *context;
        Ledger ledger;

        sd_bus_slot *new_slot, *removed_slot, *changed_slot, *history_slot, *ended_slot, *owner_slot,
                        *manager_slot;
        sd_bus_slot *call; /* the one that is under way */
        View *asked_view;  /* what it is about: a page of this view, */
        IdList asked;      /* these jobs, or the subscription */
        char *owner;       /* the jobsd that is subscribed to, by its unique name */
        bool passwords;    /* whether one may be asked for */
        bool is_away, is_limited;
        bool knows_system_uid_max; /* that of this jobsd, as it is now */
        uid_t system_uid_max;

        int failure;
        sd_bus_error error;
};

static int feed_ask_again(Feed *feed) {
        return id_list_move(&feed->asked, feed->asked.n_ids, &feed->ledger.unknown);
}

/* The jobsd that was spoken to is gone, or tells us no more. */
static int feed_lose_owner(Feed *feed) {
        free(feed->owner);
        feed->owner = NULL;
        feed->knows_system_uid_max = false;
        feed->call = sd_bus_slot_unref(feed->call);
        return feed_ask_again(feed);
}

/* ---- answers ---- */

static void job_list_done(JobList *list) {
        for (size_t i = 0; i < list->n_jobs; i++)
                job_free(list->jobs[i]);
}

static int take_row(Job **job, void *userdata) {
        JobList *list = userdata;

        if (list->n_jobs >= ELEMENTSOF(list->jobs))
                return -E2BIG; /* more than a page may have */
        list->jobs[list->n_jobs++] = TAKE_PTR(*job);
        return 0;
}

/* The newest stand first; who hears of them wants to hear them in the order in which they came. */
static int feed_learn_rows(Feed *feed, sd_bus_message *reply) {
        _cleanup_(job_list_done) JobList list = {};
        int r;

        r = page_foreach_row(reply, take_row, &list);
        for (size_t i = list.n_jobs; i > 0 && r >= 0; i--)
                r = ledger_learn(&feed->ledger, &list.jobs[i - 1]);
        return r < 0 ? r : 0;
}

/* The bus answers in place of a jobsd that is not there; one that went away over a question is asked
 * once more. That there is no such property is an answer, too. 0: not to be read. */
static int feed_check_reply(Feed *feed, sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        const char *sender = sd_bus_message_get_sender(reply);

        feed->call = sd_bus_slot_unref(feed->call);
        if (!error || sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_PROPERTY))
                return 1;
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY))
                return 0;
        if (feed->ledger.has_settled && sender && strcmp(sender, BUS_DRIVER) == 0) {
                feed->is_away = true;
                return 0;
        }
        (void) sd_bus_error_copy(&feed->error, error); /* returns what the error stands for */
        return -sd_bus_error_get_errno(error);
}

static int feed_subscribed(Feed *feed, sd_bus_message *reply) {
        feed->owner = strdup(sd_bus_message_get_sender(reply) ?: "");
        return feed->owner ? 0 : -ENOMEM;
}

static int on_subscribed(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        int r = feed_check_reply(feed, reply);

        if (r > 0)
                r = feed_subscribed(feed, reply);
        if (r < 0)
                feed->failure = r;
        return 0;
}

static int feed_read_system_uid_max(Feed *feed, sd_bus_message *reply) {
        feed->knows_system_uid_max = true;
        return bus_read_system_uid_max(reply, &feed->system_uid_max);
}

static int on_system_uid_max(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        int r = feed_check_reply(feed, reply);

        if (r > 0)
                r = feed_read_system_uid_max(feed, reply);
        if (r < 0)
                feed->failure = r;
        return 0;
}

static int feed_read_page(Feed *feed, sd_bus_message *reply) {
        View *view = feed->asked_view;
        const char *scope;
        uint64_t next;
        int r;

        r = page_read_end(reply, &next, &scope);
        if (r < 0)
                return r;
        feed->is_limited = filter_wants_all(feed->context->arguments) && strcmp(scope, "own") == 0;
        view->known_from = next;
        view->is_stale = false;
        return feed_learn_rows(feed, reply);
}

static int on_page(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        int r = feed_check_reply(feed, reply);

        if (r > 0)
                r = feed_read_page(feed, reply);
        if (r < 0)
                feed->failure = r;
        return 0;
}

static int feed_read_jobs(Feed *feed, sd_bus_message *reply) {
        int r;

        feed->ledger.round++;
        r = feed_learn_rows(feed, reply);
        if (r >= 0)
                r = ledger_miss(&feed->ledger, &feed->asked);
        id_list_clear(&feed->asked);
        return r;
}

static int on_jobs(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        int r = feed_check_reply(feed, reply);

        r = r > 0 ? feed_read_jobs(feed, reply) : r < 0 ? r : feed_ask_again(feed);
        if (r < 0)
                feed->failure = r;
        return 0;
}

/* ---- questions ---- */

static int feed_call(Feed *feed, sd_bus_message *call, bool interactive, sd_bus_message_handler_t handler) {
        int r = sd_bus_message_set_allow_interactive_authorization(call, feed->passwords && interactive);

        return r < 0 ? r : sd_bus_call_async(feed->context->bus, &feed->call, call, handler, feed, 0);
}

/* News of others' jobs may need a password, which nobody shall type for his own. */
static int feed_subscribe(Feed *feed) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = bus_new_manager_call(feed->context->bus, "Subscribe", &call);
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 't', &(uint64_t){ 0 });
        if (r < 0)
                return r;
        return feed_call(feed, call, filter_wants_all(feed->context->arguments), on_subscribed);
}

static int feed_ask_system_uid_max(Feed *feed) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = bus_new_system_uid_max_call(feed->context->bus, &call);

        return r < 0 ? r : feed_call(feed, call, false, on_system_uid_max);
}

static int feed_ask_page(Feed *feed, View *view) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        Arguments arguments = *feed->context->arguments;
        size_t n_shown = view_count(view, &feed->ledger.jobs), n_known = view->is_stale ? 0 : n_shown;
        size_t n_wanted = view->n_wanted > n_shown ? view->n_wanted : n_shown;
        size_t n_rows = n_wanted - n_known > PAGE_ROWS_MIN ? n_wanted - n_known : PAGE_ROWS_MIN;
        int r;

        arguments.statuses = view->statuses;
        r = page_new_call(feed->context->bus, &arguments, view->is_stale ? 0 : view->known_from, n_rows,
                        &call);
        if (r < 0)
                return r;
        feed->asked_view = view;
        return feed_call(feed, call, true, on_page);
}

static int feed_ask_jobs(Feed *feed) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        size_t n = feed->ledger.unknown.n_ids < JOBSD_LIST_LIMIT_MAX ? feed->ledger.unknown.n_ids
                                                                     : JOBSD_LIST_LIMIT_MAX;
        Arguments arguments = *feed->context->arguments;
        int r;

        arguments.statuses = 0; /* what a job was before is forgotten by a filter of what it is */
        arguments.ids = feed->ledger.unknown.ids;
        arguments.n_ids = n;
        r = page_new_call(feed->context->bus, &arguments, 0, n, &call);
        if (r < 0)
                return r;
        id_list_clear(&feed->asked);
        r = id_list_move(&feed->ledger.unknown, n, &feed->asked);
        return r < 0 ? r : feed_call(feed, call, true, on_jobs);
}

static int feed_ask(Feed *feed) {
        View *view = ledger_hungry_view(&feed->ledger);
        int r;

        if (!feed->owner)
                return feed_subscribe(feed);
        if (!feed->knows_system_uid_max)
                return feed_ask_system_uid_max(feed);
        if (view)
                return feed_ask_page(feed, view);
        r = ledger_sweep(&feed->ledger);
        if (r < 0)
                return r;
        if (feed->ledger.unknown.n_ids > 0)
                return feed_ask_jobs(feed);
        ledger_settle(&feed->ledger);
        return 0;
}

/* ---- signals ---- */

/* Anybody on the bus can send us a message that looks like jobsd's. */
static bool is_from(sd_bus_message *message, const char *sender) {
        const char *name = sd_bus_message_get_sender(message);

        return sender && name && strcmp(name, sender) == 0;
}

static int on_job_new(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        uint64_t id;
        int r;

        if (!is_from(message, feed->owner))
                return 0;
        r = sd_bus_message_read_basic(message, 't', &id);
        if (r >= 0 && !job_set_find(&feed->ledger.jobs, id))
                r = ledger_ask_later(&feed->ledger, id);
        if (r < 0)
                feed->failure = r;
        return 0;
}

/* The end itself came as a change. */
static int feed_job_removed(Feed *feed, uint64_t id, const char *status) {
        const KnownJob *known = job_set_find(&feed->ledger.jobs, id);

        if (strcmp(status, "cleared") == 0) {
                ledger_forget(&feed->ledger, id);
                return 0;
        }
        return known && job_status_is_active(known->job->status) ? ledger_ask_later(&feed->ledger, id) : 0;
}

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        const char *status;
        uint64_t id;
        int r;

        if (!is_from(message, feed->owner))
                return 0;
        r = sd_bus_message_read(message, "tos", &id, NULL, &status);
        if (r >= 0)
                r = feed_job_removed(feed, id, status);
        if (r < 0)
                feed->failure = r;
        return 0;
}

static int feed_job_changed(Feed *feed, uint64_t id, sd_bus_message *message) {
        _cleanup_(job_before_done) JobBefore before = {};
        KnownJob *known = job_set_find(&feed->ledger.jobs, id);
        int r;

        if (!known)
                return ledger_ask_later(&feed->ledger, id);
        r = job_before_init(known->job, &before);
        if (r >= 0)
                r = sd_bus_message_skip(message, "s");
        if (r >= 0)
                r = job_update(message, known->job);
        if (r < 0)
                return r;
        ledger_tell(&feed->ledger, &before, known->job);
        return 0;
}

static int on_job_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        uint64_t id;
        int r;

        if (!is_from(message, feed->owner) || job_path_to_id(sd_bus_message_get_path(message), &id) < 0)
                return 0;
        r = feed_job_changed(feed, id, message);
        if (r < 0)
                feed->failure = r;
        return 0;
}

/* Records of the past, each of which is where it belongs in the list. */
static int on_history_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;

        if (is_from(message, feed->owner))
                ledger_start_over(&feed->ledger);
        return 0;
}

/* Who the system accounts are: all that changes. */
static int on_manager_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;

        if (is_from(message, feed->owner))
                feed->knows_system_uid_max = false;
        return 0;
}

/* We were not told all, as we were stopped or too slow. */
static int on_subscription_ended(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        int r;

        if (!is_from(message, feed->owner))
                return 0;
        r = feed_lose_owner(feed);
        if (r < 0)
                feed->failure = r;
        else
                ledger_start_over(&feed->ledger);
        return 0;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Feed *feed = userdata;
        const char *name, *old_owner, *new_owner;
        int r;

        if (!is_from(message, BUS_DRIVER))
                return 0;
        r = sd_bus_message_read(message, "sss", &name, &old_owner, &new_owner);
        if (r >= 0)
                r = feed_lose_owner(feed);
        if (r < 0) {
                feed->failure = r;
                return 0;
        }
        feed->is_away = !*new_owner;
        if (!feed->is_away)
                ledger_start_over(&feed->ledger);
        return 0;
}

static int feed_add_matches(Feed *feed) {
        sd_bus *bus = feed->context->bus;
        int r;

        r = sd_bus_match_signal(bus, &feed->new_slot, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                        "JobNew", on_job_new, feed);
        if (r >= 0)
                r = sd_bus_match_signal(bus, &feed->removed_slot, JOBSD_BUS_NAME, JOBSD_PATH,
                                JOBSD_MANAGER_INTERFACE, "JobRemoved", on_job_removed, feed);
        if (r >= 0)
                r = sd_bus_match_signal(bus, &feed->history_slot, JOBSD_BUS_NAME, JOBSD_PATH,
                                JOBSD_MANAGER_INTERFACE, "HistoryChanged", on_history_changed, feed);
        if (r >= 0)
                r = sd_bus_match_signal(bus, &feed->ended_slot, JOBSD_BUS_NAME, JOBSD_PATH,
                                JOBSD_MANAGER_INTERFACE, "SubscriptionEnded", on_subscription_ended, feed);
        if (r >= 0)
                r = sd_bus_add_match(bus, &feed->changed_slot,
                                "type='signal',sender='" JOBSD_BUS_NAME "',path_namespace='" JOBSD_JOB_PREFIX
                                "',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                                "arg0='" JOBSD_JOB_INTERFACE "'",
                                on_job_changed, feed);
        if (r >= 0)
                r = sd_bus_add_match(bus, &feed->manager_slot,
                                "type='signal',sender='" JOBSD_BUS_NAME "',path='" JOBSD_PATH
                                "',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                                "arg0='" JOBSD_MANAGER_INTERFACE "'",
                                on_manager_changed, feed);
        if (r >= 0)
                r = bus_match_owner(bus, &feed->owner_slot, on_owner_changed, feed);
        return r;
}

/* ---- for the outside ---- */

int feed_new(const Context *context, View *views, size_t n_views, job_event_cb callback, void *userdata,
                Feed **ret) {
        _cleanup_(feed_freep) Feed *feed = calloc(1, sizeof(Feed));
        int r;

        if (!feed)
                return fail_memory();
        *feed = (Feed){
                .context = context,
                .ledger = { .views = views, .n_views = n_views, .callback = callback, .userdata = userdata },
                .passwords = !context->arguments->no_ask_password,
        };
        r = feed_add_matches(feed);
        if (r < 0)
                return fail_bus(NULL, r, "Failed to prepare for news of jobs");
        ledger_start_over(&feed->ledger);
        *ret = TAKE_PTR(feed);
        return 0;
}

Feed *feed_free(Feed *feed) {
        if (!feed)
                return NULL;
        sd_bus_slot_unref(feed->new_slot);
        sd_bus_slot_unref(feed->removed_slot);
        sd_bus_slot_unref(feed->changed_slot);
        sd_bus_slot_unref(feed->history_slot);
        sd_bus_slot_unref(feed->ended_slot);
        sd_bus_slot_unref(feed->owner_slot);
        sd_bus_slot_unref(feed->manager_slot);
        sd_bus_slot_unref(feed->call);
        sd_bus_error_free(&feed->error);
        id_list_done(&feed->asked);
        ledger_done(&feed->ledger);
        free(feed->owner);
        free(feed);
        return NULL;
}

int feed_turn(Feed *feed) {
        int r = 1;

        for (unsigned i = 0; i < MESSAGES_A_TURN && r > 0; i++) {
                r = sd_bus_process(feed->context->bus, NULL);
                if (r >= 0 && feed->failure < 0)
                        r = feed->failure;
        }
        if (r < 0)
                return r;
        return feed->call || feed->is_away ? 0 : feed_ask(feed);
}

int feed_wait_sync(Feed *feed, struct pollfd *fds, size_t n_fds) {
        return bus_wait_sync(feed->context->bus, fds, n_fds);
}

int feed_fail(Feed *feed, int error) {
        return fail_bus(&feed->error, error, "Failed to follow the jobs");
}

void feed_forbid_passwords(Feed *feed) {
        feed->passwords = false;
}

const JobSet *feed_jobs(const Feed *feed) {
        return &feed->ledger.jobs;
}

bool feed_is_settled(const Feed *feed) {
        return feed->ledger.is_settled;
}

uid_t feed_system_uid_max(const Feed *feed) {
        return feed->system_uid_max;
}

bool feed_is_away(const Feed *feed) {
        return feed->is_away;
}

bool feed_is_limited(const Feed *feed) {
        return feed->is_limited;
}
