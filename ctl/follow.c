/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "clock.h"
#include "feed.h"
#include "follow.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "report.h"

/* Of so many jobs that have ended it is known whose they are when they are cleared. */
#define ENDED_KEPT ((size_t) 500)

enum {
        VIEW_NEWEST, /* nothing new is missed while jobsd is away, */
        VIEW_ACTIVE, /* and no end */
        _VIEW_MAX,
};

struct Follow {
        Context *context;
        Feed *feed;
        View views[_VIEW_MAX];
        int interrupt_fd;
        int failure; /* of printing */
        bool is_away;
};

int follow_print_json(const Arguments *arguments, JobEvent event, const Job *job) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;
        int r;

        r = json_from_row(job, &object);
        if (r >= 0)
                r = json_add(object, "event", json_object_new_string(job_event_to_string(event)));
        if (r < 0)
                return r;
        json_print(arguments, object);
        return 0;
}

static int print_text(const Follow *follow, JobEvent event, const Job *job) {
        _cleanup_free_ char *now = NULL, *name = NULL, *long_info = NULL, *info = NULL, *user = NULL;

        if (format_timestamp(now_usec(), TIMESTAMP_SECONDS, &now) < 0 ||
                        format_one_line(job->name ?: "", &name) < 0 || format_info(job, &long_info) < 0 ||
                        format_one_line(long_info, &info) < 0 ||
                        format_user(job, feed_system_uid_max(follow->feed), false, &user) < 0)
                return -ENOMEM;
        (void) printf("%s %-7s %" PRIu64 " %s: %s, %s%s%s\n", now, job_event_to_string(event), job->id, name,
                        user, job_status_to_label(job->status) ?: "?", *info ? ": " : "", info);
        return 0;
}

/* What fits the filter now or did before: it may be a filter of statuses. */
static bool fits(const Arguments *arguments, const Job *job, JobStatus before) {
        unsigned statuses = arguments->statuses;

        return statuses == 0 || (job->status >= 0 && statuses & 1U << job->status) ||
                        (before >= 0 && statuses & 1U << before);
}

static void on_event(JobEvent event, const Job *job, JobStatus before, void *userdata) {
        Follow *follow = userdata;
        const Arguments *arguments = follow->context->arguments;
        int r;

        if (!fits(arguments, job, before))
                return;
        r = arguments->json == JSON_OFF ? print_text(follow, event, job)
                                        : follow_print_json(arguments, event, job);
        if (r < 0)
                follow->failure = r;
}

int follow_new(Context *context, Follow **ret) {
        _cleanup_(follow_freep) Follow *follow = calloc(1, sizeof(Follow));
        int r;

        if (!follow)
                return fail_memory();
        *follow = (Follow){
                .context = context,
                .views[VIEW_NEWEST] = { .n_max = ENDED_KEPT,
                                .n_wanted = ENDED_KEPT,
                                .known_from = VIEW_KNOWS_NOTHING },
                .views[VIEW_ACTIVE] = { .statuses = 1U << JOB_QUEUED | 1U << JOB_RUNNING,
                                .n_max = SIZE_MAX,
                                .n_wanted = SIZE_MAX,
                                .known_from = VIEW_KNOWS_NOTHING },
                .interrupt_fd = -EBADF,
        };
        r = interrupt_open(&follow->interrupt_fd);
        if (r < 0)
                return fail(r, "Failed to prepare for Ctrl-C");
        r = feed_new(context, follow->views, _VIEW_MAX, on_event, follow, &follow->feed);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(follow);
        return 0;
}

Follow *follow_free(Follow *follow) {
        if (!follow)
                return NULL;
        feed_free(follow->feed);
        close_fd(follow->interrupt_fd);
        free(follow);
        return NULL;
}

static void tell_away(Follow *follow) {
        if (feed_is_away(follow->feed) && !follow->is_away)
                note(follow->context->arguments, NOTICE_AWAY);
        follow->is_away = feed_is_away(follow->feed);
}

static int follow_turn(Follow *follow) {
        int r;

        r = feed_turn(follow->feed);
        if (r >= 0 && follow->failure < 0)
                r = follow->failure;
        if (r < 0)
                return feed_fail(follow->feed, r);
        tell_away(follow);
        (void) fflush(stdout); /* main() looks whether everything was written */
        return 0;
}

/* 1 when nobody reads any more. */
static int follow_wait(Follow *follow) {
        struct pollfd fds[] = {
                { .fd = follow->interrupt_fd, .events = POLLIN },
                { .fd = STDOUT_FILENO }, /* an error is all that is waited for */
        };
        int r;

        r = feed_wait_sync(follow->feed, fds, ELEMENTSOF(fds));
        if (r < 0)
                return fail_bus(NULL, r, "Failed to wait for news of jobs");
        if (fds[0].revents)
                return -EINTR;
        return !!(fds[1].revents & (POLLERR | POLLHUP)) || ferror(stdout);
}

int follow_prepare_sync(Follow *follow) {
        int r;

        for (;;) {
                r = follow_turn(follow);
                if (r < 0 || feed_is_settled(follow->feed))
                        return r;
                r = follow_wait(follow);
                if (r < 0)
                        return r;
        }
}

int follow_run_sync(Follow *follow) {
        int r;

        do {
                r = follow_turn(follow);
                if (r >= 0)
                        r = follow_wait(follow);
        } while (r == 0);
        return r < 0 ? r : 0;
}
