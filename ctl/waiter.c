/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>

#include "bus-util.h"
#include "interrupt.h"
#include "protocol.h"
#include "report.h"
#include "waiter.h"

struct Waiter {
        const Context *context;
        sd_bus_slot *removed_slot, *ended_slot, *owner_slot;
        int interrupt_fd;
        uint64_t id;      /* the job that is waited for now */
        bool stale;       /* something happened to it: look again */
        bool resubscribe; /* jobsd is a new one that does not know us, or tells us no more, or not enough */
        bool accepts_gone;
        bool others;      /* somebody else's jobs are waited for, too */
};

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Waiter *waiter = userdata;
        uint64_t id;

        /* A message that is not what the interface promises tells nothing: look. */
        if (sd_bus_message_read(message, "t", &id) < 0 || id == waiter->id)
                waiter->stale = true;
        return 0;
}

/* The end may have been among what we were not told. */
static int on_subscription_ended(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Waiter *waiter = userdata;

        waiter->resubscribe = waiter->stale = true;
        return 0;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Waiter *waiter = userdata;
        const char *name, *old_owner, *new_owner;
        int r;

        r = sd_bus_message_read(message, "sss", &name, &old_owner, &new_owner);
        if (r < 0)
                return r;
        if (*new_owner)
                waiter->resubscribe = waiter->stale = true;
        else
                note(waiter->context->arguments, NOTICE_AWAY);
        return 0;
}

/* News of others' jobs may need a password, which nobody shall type for a job of his own. */
static int waiter_subscribe(Waiter *waiter) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        sd_bus *bus = waiter->context->bus;
        bool interactive = waiter->others && !waiter->context->arguments->no_ask_password;
        int r;

        waiter->resubscribe = false;
        r = bus_new_manager_call(bus, "Subscribe", &call);
        if (r >= 0)
                r = sd_bus_message_set_allow_interactive_authorization(call, interactive);
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 't', &(uint64_t){ 0 });
        if (r >= 0)
                r = bus_ask(bus, call, &error, NULL);
        return r < 0 ? fail_bus(&error, r, "Failed to ask jobsd for news of jobs") : 0;
}

static int waiter_add_matches(Waiter *waiter) {
        sd_bus *bus = waiter->context->bus;
        int r;

        r = sd_bus_match_signal(bus, &waiter->removed_slot, JOBSD_BUS_NAME, JOBSD_PATH,
                        JOBSD_MANAGER_INTERFACE, "JobRemoved", on_job_removed, waiter);
        if (r >= 0)
                r = sd_bus_match_signal(bus, &waiter->ended_slot, JOBSD_BUS_NAME, JOBSD_PATH,
                                JOBSD_MANAGER_INTERFACE, "SubscriptionEnded", on_subscription_ended, waiter);
        if (r < 0)
                return r;
        return bus_match_owner(bus, &waiter->owner_slot, on_owner_changed, waiter);
}

int waiter_new(const Context *context, Waiter **ret) {
        _cleanup_(waiter_freep) Waiter *waiter = calloc(1, sizeof(Waiter));
        int r;

        if (!waiter)
                return fail_memory();
        waiter->context = context;
        waiter->interrupt_fd = -EBADF;
        r = waiter_add_matches(waiter);
        if (r >= 0)
                r = interrupt_open(&waiter->interrupt_fd);
        if (r < 0)
                return fail_bus(NULL, r, "Failed to prepare for waiting");
        r = waiter_subscribe(waiter);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(waiter);
        return 0;
}

Waiter *waiter_free(Waiter *waiter) {
        if (!waiter)
                return NULL;
        sd_bus_slot_unref(waiter->removed_slot);
        sd_bus_slot_unref(waiter->ended_slot);
        sd_bus_slot_unref(waiter->owner_slot);
        close_fd(waiter->interrupt_fd);
        free(waiter);
        return NULL;
}

void waiter_accept_gone(Waiter *waiter) {
        waiter->accepts_gone = true;
}

int waiter_interrupt_fd(const Waiter *waiter) {
        return waiter->interrupt_fd;
}

/* Handles one message, or waits until there is one. */
static int waiter_turn(Waiter *waiter) {
        struct pollfd interrupt = { .fd = waiter->interrupt_fd, .events = POLLIN };
        int r;

        r = sd_bus_process(waiter->context->bus, NULL);
        if (r != 0)
                return r;
        r = bus_wait_sync(waiter->context->bus, &interrupt, 1);
        if (r < 0)
                return r;
        return interrupt.revents ? -EINTR : 0;
}

/* Whether what was subscribed to so far may leave the job's end out. */
static bool waiter_may_miss(const Waiter *waiter, const Job *job) {
        bool is_mine = waiter->context->arguments->transport == BUS_TRANSPORT_LOCAL && job->uid == getuid();

        return !is_mine && !waiter->others;
}

/* 1 when the job has ended, 0 when it has not. */
static int waiter_look(Waiter *waiter, Job **ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        waiter->stale = false;
        r = bus_find_job(waiter->context->bus, waiter->id, &error, &job);
        if (r < 0 && waiter->accepts_gone && sd_bus_error_has_name(&error, JOBSD_ERROR_NO_SUCH_JOB)) {
                *ret = NULL;
                return 1;
        }
        if (r < 0)
                return fail_bus(&error, r, "Failed to look up job %" PRIu64, waiter->id);
        if (job_status_is_active(job->status)) {
                if (waiter_may_miss(waiter, job))
                        waiter->others = waiter->resubscribe = waiter->stale = true;
                return 0;
        }
        *ret = TAKE_PTR(job);
        return 1;
}

int waiter_wait_sync(Waiter *waiter, uint64_t id, Job **ret) {
        int r;

        waiter->id = id;
        waiter->stale = true;
        for (;;) {
                if (waiter->resubscribe) {
                        r = waiter_subscribe(waiter);
                        if (r < 0)
                                return r;
                }
                if (waiter->stale) {
                        r = waiter_look(waiter, ret);
                        if (r != 0)
                                return r < 0 ? r : 0;
                        continue; /* the look may have asked for a better subscription */
                }
                r = waiter_turn(waiter);
                if (r == -EINTR)
                        return r;
                if (r < 0)
                        return fail_bus(NULL, r, "Failed to wait for job %" PRIu64, id);
        }
}
