/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>
#include <sys/param.h>

#include "commit.h"
#include "last-id.h"
#include "log.h"
#include "rebuild-journal.h"

/* Of the records of submissions, where nothing says that the history is not what it was: a folder that was put back has
 * a mark of its own, and its files may even have the numbers of those before. */
#define NEWEST_RECORDS 16U

static int begin_above(Manager *m, uint64_t last_id) {
        int r = store_begin(m->store);

        if (r >= 0)
                r = store_take_ids(m->store, last_id);
        return r < 0 ? r : store_commit(m->store);
}

static int ask_journal(uint64_t *last_id, uint64_t n_newest) {
        uint64_t in_journal = 0;
        int r = journal_get_last_id(n_newest, &in_journal);

        if (r < 0)
                return log_errno(r, "Failed to ask the journal which ids have been given");
        *last_id = MAX(*last_id, in_journal);
        return 0;
}

int last_id_start(Manager *m, const char *path) {
        HistoryMark *mark = &m->history_mark;
        uint64_t in_history = 0, known;
        bool same = false;
        int r;

        r = history_mark_open(path, mark, &same);
        if (r >= 0)
                r = store_get_last_id(m->store, &in_history);
        if (r < 0)
                return log_errno(r, "Failed to read which ids have been given");
        known = MAX(mark->last_id, in_history);
        /* where there is no journal, the mark has to do */
        (void) ask_journal(&known, same && in_history >= mark->last_id ? NEWEST_RECORDS : UINT64_MAX);
        if (known > in_history) {
                r = begin_above(m, known);
                if (r < 0)
                        return log_errno(r, "Failed to set the ids aside that have been given");
                log_line(LOG_NOTICE,
                                "The history goes up to id %" PRIu64
                                ", but this machine has given ids up to "
                                "%" PRIu64 ": new jobs have ids above.",
                                in_history, known);
        }
        return same ? history_mark_raise(mark, known) : history_mark_set(mark, known);
}

int last_id_met(Manager *m, uint64_t id) {
        uint64_t last = 0;
        int r = store_get_last_id(m->store, &last);

        if (r < 0 || id <= last || id > INT64_MAX)
                return r;
        r = commit_begin(m->commit);
        return r < 0 ? r : store_take_ids(m->store, id);
}
