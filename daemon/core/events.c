/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "events.h"

#define TELL(m, what, ...)                                                                \
        do {                                                                              \
                for (const Observer *const *observer = (m)->observers; *observer; observer++) \
                        if ((*observer)->what)                                            \
                                (*observer)->what(__VA_ARGS__);                           \
        } while (0)

void events_job_new(Manager *m, const Job *job) {
        TELL(m, job_new, m, job);
}

void events_job_changed(Manager *m, const Job *job) {
        TELL(m, job_changed, m, job);
}

void events_job_requeued(Manager *m, const Job *job) {
        TELL(m, job_requeued, m, job);
}

void events_job_ended(Manager *m, const Job *job) {
        TELL(m, job_ended, m, job);
}

void events_job_cleared(Manager *m, const Job *job) {
        TELL(m, job_cleared, m, job);
}

void events_jobs_imported(Manager *m, uint64_t first_id, uint64_t n) {
        TELL(m, jobs_imported, m, first_id, n);
}

void events_reloaded(Manager *m, const Config *before) {
        TELL(m, reloaded, m, before);
}
