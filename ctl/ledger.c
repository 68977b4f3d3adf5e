/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ledger.h"

/* Jobs that the filter leaves out tell of their progress, too. */
#define IGNORED_MAX ((size_t) 256)

void ledger_done(Ledger *ledger) {
        job_set_done(&ledger->jobs);
        id_list_done(&ledger->unknown);
        id_list_done(&ledger->ignored);
}

void ledger_start_over(Ledger *ledger) {
        bool misses_nothing = ledger->has_settled && ledger->callback;

        ledger->is_settled = false;
        ledger->is_unswept = true;
        ledger->round++;
        for (size_t i = 0; i < ledger->n_views; i++) {
                ledger->views[i].is_stale = true;
                ledger->views[i].floor = misses_nothing ? ledger->newest : UINT64_MAX;
        }
}

View *ledger_hungry_view(Ledger *ledger) {
        for (size_t i = 0; i < ledger->n_views; i++)
                if (view_is_hungry(&ledger->views[i], &ledger->jobs))
                        return &ledger->views[i];
        return NULL;
}

int ledger_sweep(Ledger *ledger) {
        int r = 0;

        for (size_t i = 0; ledger->is_unswept && i < ledger->jobs.n_jobs && r >= 0; i++)
                if (ledger->jobs.jobs[i].round != ledger->round)
                        r = id_list_add(&ledger->unknown, ledger->jobs.jobs[i].job->id);
        ledger->is_unswept = false;
        return r;
}

void ledger_settle(Ledger *ledger) {
        for (size_t i = 0; i < ledger->n_views; i++)
                ledger->views[i].floor = UINT64_MAX;
        views_trim(ledger->views, ledger->n_views, &ledger->jobs);
        ledger->newest = ledger->newest_heard;
        ledger->is_settled = ledger->has_settled = true;
}

void ledger_tell(Ledger *ledger, const JobBefore *before, const Job *job) {
        JobEvent events[JOB_EVENTS_MAX];
        size_t n = job_events(before, job, events);

        /* An old job that was not known is none that has just come. */
        if (!before->is_known && job->id <= ledger->newest)
                return;
        for (size_t i = 0; ledger->callback && ledger->has_settled && i < n; i++)
                ledger->callback(events[i], job, before->status, ledger->userdata);
}

int ledger_learn(Ledger *ledger, Job **job) {
        _cleanup_(job_before_done) JobBefore before = {};
        uint64_t id = (*job)->id;
        KnownJob *known = job_set_find(&ledger->jobs, id);
        int r;

        r = job_before_init(known ? known->job : NULL, &before);
        if (r >= 0)
                r = job_set_put(&ledger->jobs, job, ledger->round);
        if (r < 0)
                return r;
        if (id > ledger->newest_heard)
                ledger->newest_heard = id;
        ledger_tell(ledger, &before, job_set_find(&ledger->jobs, id)->job);
        return 0;
}

void ledger_forget(Ledger *ledger, uint64_t id) {
        const KnownJob *known = job_set_find(&ledger->jobs, id);

        if (!known)
                return;
        if (ledger->callback && ledger->has_settled)
                ledger->callback(JOB_EVENT_CLEARED, known->job, known->job->status, ledger->userdata);
        job_set_remove(&ledger->jobs, id);
}

int ledger_ask_later(Ledger *ledger, uint64_t id) {
        if (id_list_has(&ledger->ignored, id))
                return 0;
        ledger->is_settled = false;
        return id_list_add(&ledger->unknown, id);
}

int ledger_miss(Ledger *ledger, const IdList *asked) {
        int r = 0;

        for (size_t i = 0; i < asked->n_ids && r >= 0; i++) {
                const KnownJob *known = job_set_find(&ledger->jobs, asked->ids[i]);

                if (known && known->round == ledger->round)
                        continue;
                ledger_forget(ledger, asked->ids[i]);
                r = id_list_add(&ledger->ignored, asked->ids[i]);
        }
        if (ledger->ignored.n_ids > IGNORED_MAX)
                id_list_drop(&ledger->ignored, ledger->ignored.n_ids - IGNORED_MAX);
        return r;
}
