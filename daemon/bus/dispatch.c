/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "dispatch.h"
#include "log.h"

/* Behind everything that the bus brings, but not for longer than this: it might always bring something. */
#define DISPATCH_PRIORITY (SD_EVENT_PRIORITY_NORMAL + 10)
#define DELAY_USEC_MAX (10 * USEC_PER_MSEC)

struct Dispatch {
        FairQueue queue;
        void (*take_turn)(FairItem *item);
        sd_event_source *idle, *timer;
};

static int disarm(Dispatch *dispatch) {
        int r = sd_event_source_set_enabled(dispatch->idle, SD_EVENT_OFF);

        return r < 0 ? r : sd_event_source_set_enabled(dispatch->timer, SD_EVENT_OFF);
}

static int arm(Dispatch *dispatch) {
        int r;

        r = sd_event_source_set_enabled(dispatch->idle, SD_EVENT_ONESHOT);
        if (r >= 0)
                r = sd_event_source_set_time_relative(dispatch->timer, DELAY_USEC_MAX);
        return r < 0 ? r : sd_event_source_set_enabled(dispatch->timer, SD_EVENT_ONESHOT);
}

static int serve_next(Dispatch *dispatch) {
        FairLine *line;
        FairItem *item = fair_queue_take(&dispatch->queue, &line);
        int r;

        if (!item)
                return disarm(dispatch);
        fair_line_done(line); /* what its handler waits for keeps nobody */
        r = arm(dispatch);
        dispatch->take_turn(item);
        return r;
}

static int on_idle(sd_event_source *source, void *userdata) {
        return serve_next(userdata);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        return serve_next(userdata);
}

int dispatch_new(sd_event *event, void (*take_turn)(FairItem *item), Dispatch **ret) {
        Dispatch *dispatch = calloc(1, sizeof(Dispatch));
        int r;

        if (!dispatch)
                return -ENOMEM;
        dispatch->take_turn = take_turn;
        fair_queue_init(&dispatch->queue);
        r = sd_event_add_defer(event, &dispatch->idle, on_idle, dispatch);
        if (r >= 0)
                r = sd_event_source_set_priority(dispatch->idle, DISPATCH_PRIORITY);
        if (r >= 0)
                r = sd_event_add_time_relative(
                                event, &dispatch->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, dispatch);
        if (r >= 0)
                r = sd_event_source_set_priority(dispatch->timer, SD_EVENT_PRIORITY_IMPORTANT);
        if (r >= 0)
                r = disarm(dispatch);
        if (r < 0) {
                dispatch_free(dispatch);
                return r;
        }
        *ret = dispatch;
        return 0;
}

Dispatch *dispatch_free(Dispatch *dispatch) {
        if (!dispatch)
                return NULL;
        sd_event_source_disable_unref(dispatch->idle);
        sd_event_source_disable_unref(dispatch->timer);
        free(dispatch);
        return NULL;
}

void dispatch_add(Dispatch *dispatch, FairLine *line, FairItem *item) {
        int r;

        fair_queue_add(&dispatch->queue, line, item);
        r = arm(dispatch);
        if (r < 0)
                log_errno(r, "Failed to wait for a call's turn");
}
