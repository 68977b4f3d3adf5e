/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "commit.h"
#include "leftovers.h"
#include "log.h"

#define STEP_ROWS 200U
/* A full disk passes by itself. */
#define RETRY_USEC (2 * USEC_PER_SEC)

struct Leftovers {
        Manager *manager;
        void (*done)(Manager *m);
        sd_event_source *timer;
};

Leftovers *leftovers_free(Leftovers *leftovers) {
        if (!leftovers)
                return NULL;
        leftovers->manager->leftovers = NULL;
        sd_event_source_disable_unref(leftovers->timer);
        free(leftovers);
        return NULL;
}

static void step(Leftovers *leftovers);

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        step(userdata);
        return 0;
}

static void step_later(Leftovers *leftovers, int error) {
        int r;

        log_errno(error, "Failed to remove what an unfinished import has left, trying again");
        r = sd_event_source_set_time_relative(leftovers->timer, RETRY_USEC);
        if (r >= 0)
                r = sd_event_source_set_enabled(leftovers->timer, SD_EVENT_ONESHOT);
        if (r < 0)
                log_errno(r, "Failed to set a timer");
}

static void on_removed(int r, void *userdata) {
        Leftovers *leftovers = userdata;
        Manager *m = leftovers->manager;

        if (r >= 0)
                r = store_import_is_unfinished(m->store);
        if (r < 0)
                step_later(leftovers, r);
        else if (r > 0)
                step(leftovers);
        else {
                void (*done)(Manager *m) = leftovers->done;

                leftovers_free(leftovers);
                done(m);
        }
}

static void step(Leftovers *leftovers) {
        Manager *m = leftovers->manager;
        int r;

        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_import_remove(m->store, STEP_ROWS);
        if (r >= 0)
                commit_add(m->commit, on_removed, leftovers);
        else
                step_later(leftovers, r);
}

int leftovers_remove(Manager *m, void (*done)(Manager *m)) {
        Leftovers *leftovers;
        int r;

        r = store_import_is_unfinished(m->store);
        if (r <= 0)
                return r;
        leftovers = calloc(1, sizeof(Leftovers));
        if (!leftovers)
                return -ENOMEM;
        leftovers->manager = m;
        leftovers->done = done;
        r = sd_event_add_time_relative(
                        m->event, &leftovers->timer, CLOCK_MONOTONIC, 0, 0, on_timer, leftovers);
        if (r < 0) {
                free(leftovers);
                return r;
        }
        m->leftovers = leftovers;
        return 0;
}
