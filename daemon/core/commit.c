/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "commit.h"
#include "log.h"

/* A turn ends when nothing else is to be done, after so many changes, or after so long: replies
 * wait for it. */
#define TURN_CHANGES_MAX 256U
#define TURN_USEC_MAX (10 * USEC_PER_MSEC)

typedef struct Entry {
        commit_cb callback;
        void *userdata;
} Entry;

struct Commit {
        Store *store;
        HistoryMark *mark;
        bool mark_failed;
        sd_event_source *idle, *timer;
        bool open;
        Entry entries[TURN_CHANGES_MAX];
        size_t n_entries;
};

/* Told once: the ids are in the history, too. */
static void raise_mark(Commit *commit) {
        uint64_t last_id = 0;
        int r = store_get_last_id(commit->store, &last_id);

        if (r >= 0)
                r = history_mark_raise(commit->mark, last_id);
        if (r < 0 && !commit->mark_failed)
                log_errno(r, "Failed to note beside the history which ids have been given");
        commit->mark_failed = r < 0;
}

void commit_flush(Commit *commit) {
        Entry entries[TURN_CHANGES_MAX];
        size_t n = commit->n_entries;
        int r;

        if (!commit->open)
                return;
        /* an error in a statement may have rolled everything back: nothing is there to be committed */
        r = store_in_transaction(commit->store) ? store_commit(commit->store) : -EIO;
        if (r >= 0 && commit->mark)
                raise_mark(commit);

        /* a callback may begin the next turn */
        memcpy(entries, commit->entries, n * sizeof(Entry));
        commit->open = false;
        commit->n_entries = 0;
        (void) sd_event_source_set_enabled(commit->idle, SD_EVENT_OFF);
        (void) sd_event_source_set_enabled(commit->timer, SD_EVENT_OFF);
        for (size_t i = 0; i < n; i++)
                entries[i].callback(r, entries[i].userdata);
}

static int on_idle(sd_event_source *source, void *userdata) {
        commit_flush(userdata);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        commit_flush(userdata);
        return 0;
}

int commit_new(sd_event *event, Store *store, HistoryMark *mark, Commit **ret) {
        Commit *commit = calloc(1, sizeof(Commit));
        int r;

        if (!commit)
                return -ENOMEM;
        commit->store = store;
        commit->mark = mark;
        r = sd_event_add_defer(event, &commit->idle, on_idle, commit);
        if (r >= 0)
                r = sd_event_source_set_enabled(commit->idle, SD_EVENT_OFF);
        if (r >= 0) /* after everything that has arrived */
                r = sd_event_source_set_priority(commit->idle, SD_EVENT_PRIORITY_IDLE);
        if (r >= 0)
                r = sd_event_add_time_relative(
                                event, &commit->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, commit);
        if (r >= 0)
                r = sd_event_source_set_enabled(commit->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(commit->timer, SD_EVENT_PRIORITY_IMPORTANT);
        if (r < 0) {
                commit_free(commit);
                return r;
        }
        *ret = commit;
        return 0;
}

Commit *commit_free(Commit *commit) {
        if (!commit)
                return NULL;
        if (commit->open)
                store_rollback(commit->store);
        sd_event_source_disable_unref(commit->idle);
        sd_event_source_disable_unref(commit->timer);
        free(commit);
        return NULL;
}

int commit_begin(Commit *commit) {
        int r;

        if (commit->n_entries >= TURN_CHANGES_MAX)
                commit_flush(commit);
        if (commit->open)
                return store_in_transaction(commit->store) ? 0 : -EIO;
        r = store_begin(commit->store);
        if (r < 0)
                return r;
        commit->open = true;
        r = sd_event_source_set_enabled(commit->idle, SD_EVENT_ONESHOT);
        if (r >= 0)
                r = sd_event_source_set_time_relative(commit->timer, TURN_USEC_MAX);
        if (r >= 0)
                r = sd_event_source_set_enabled(commit->timer, SD_EVENT_ONESHOT);
        return r;
}

void commit_add(Commit *commit, commit_cb callback, void *userdata) {
        commit->entries[commit->n_entries++] = (Entry){ callback, userdata };
}
