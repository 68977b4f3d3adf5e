/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include <systemd/sd-journal.h>
#include <systemd/sd-messages.h>

#include "job-record.h"
#include "journal-fields.h"
#include "journal-sync.h"
#include "parse.h"
#include "rebuild-journal.h"

#define SYNC_USEC_MAX (30 * USEC_PER_SEC)

/* What jobs that were never started are told: what they were to run is known to nobody. */
#define INFO_LOST "Lost with the history that had its arguments, and not run"

/* One record: the fields of a job, and those about others. */
typedef struct Entry {
        Job *job;
        char message_id[SD_ID128_STRING_MAX];
        char unit[300];
        char invocation_id[SD_ID128_STRING_MAX], boot_id[SD_ID128_STRING_MAX];
        uint64_t first_id, n_imported;
} Entry;

typedef struct Rebuild {
        Store *store;
        sd_journal *journal;
        RebuildCounts *counts;
        uint64_t last_id;
} Rebuild;

typedef int (*entry_cb)(Rebuild *rebuild, Entry *entry);

/* ---- reading ---- */

static void copy(char *to, size_t size, const char *value) {
        snprintf(to, size, "%s", value);
}

static void take_field(const char *name, const char *value, void *userdata) {
        Entry *entry = userdata;

        if (strcmp(name, "MESSAGE_ID") == 0)
                copy(entry->message_id, sizeof(entry->message_id), value);
        else if (strcmp(name, "UNIT") == 0)
                copy(entry->unit, sizeof(entry->unit), value);
        else if (strcmp(name, "INVOCATION_ID") == 0)
                copy(entry->invocation_id, sizeof(entry->invocation_id), value);
        else if (strcmp(name, "_BOOT_ID") == 0)
                copy(entry->boot_id, sizeof(entry->boot_id), value);
        else if (strcmp(name, "JOBSD_FIRST_ID") == 0)
                (void) parse_uint64(value, &entry->first_id); /* else there is none */
        else if (strcmp(name, "JOBSD_IMPORTED") == 0)
                (void) parse_uint64(value, &entry->n_imported);
        else
                (void) job_record_parse(entry->job, name, value); /* not of a job's, most of them */
}

static int use_entry(Rebuild *rebuild, entry_cb callback) {
        _cleanup_(job_freep) Job *job = NULL;
        Entry entry = {};
        int r;

        r = job_new(&job);
        if (r < 0)
                return r;
        entry.job = job;
        r = journal_read_fields(rebuild->journal, take_field, &entry);
        if (r == -EBADMSG) {
                rebuild->counts->n_damaged++;
                return 0;
        }
        if (r >= 0)
                r = callback(rebuild, &entry);
        job = entry.job; /* NULL when it was taken */
        return r;
}

/* Those that were matched, in the order of their time. */
static int foreach_entry(Rebuild *rebuild, entry_cb callback) {
        int r = sd_journal_seek_head(rebuild->journal);

        while (r >= 0 && (r = sd_journal_next(rebuild->journal)) > 0)
                r = use_entry(rebuild, callback);
        return r;
}

/* The newest first, and so many. */
static int foreach_newest(Rebuild *rebuild, uint64_t n, entry_cb callback) {
        int r = sd_journal_seek_tail(rebuild->journal);

        while (r >= 0 && n-- > 0 && (r = sd_journal_previous(rebuild->journal)) > 0)
                r = use_entry(rebuild, callback);
        return r;
}

/* ---- what it means ---- */

static void count(Rebuild *rebuild) {
        uint64_t usec;

        rebuild->counts->n_records++;
        if (sd_journal_get_realtime_usec(rebuild->journal, &usec) >= 0 &&
                        (rebuild->counts->since_usec == 0 || usec < rebuild->counts->since_usec))
                rebuild->counts->since_usec = usec;
}

static bool is_of_a_job(const Job *record) {
        return record->id > 0 && record->id <= INT64_MAX && record->name && record->user;
}

static int on_step(Rebuild *rebuild, Entry *entry) {
        JobEvent event = job_event_from_message_id(entry->message_id);
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        if ((int) event < 0 || !is_of_a_job(entry->job)) {
                rebuild->counts->n_damaged++;
                return 0;
        }
        count(rebuild);
        r = store_get(rebuild->store, entry->job->id, &job);
        if (r < 0 && r != -ENOENT)
                return r;
        job_record_fold(&job, event, TAKE_PTR(entry->job));
        return store_rebuild_put(rebuild->store, job);
}

static int on_cleared(Rebuild *rebuild, Entry *entry) {
        int r;

        if (!is_of_a_job(entry->job)) {
                rebuild->counts->n_damaged++;
                return 0;
        }
        count(rebuild);
        r = store_rebuild_forget(rebuild->store, entry->job->id, entry->job->submitted_usec);
        return r < 0 ? r : store_take_ids(rebuild->store, entry->job->id);
}

/* What was imported is in no record, but it has used ids, up to this one; 0: none. */
static uint64_t last_imported_id(const Entry *entry) {
        if (entry->n_imported == 0 || entry->first_id == 0 ||
                        entry->first_id > INT64_MAX - entry->n_imported)
                return 0;
        return entry->first_id + entry->n_imported - 1;
}

static int on_import(Rebuild *rebuild, Entry *entry) {
        uint64_t last = last_imported_id(entry);

        if (last == 0)
                return 0;
        rebuild->counts->n_imported += entry->n_imported;
        return store_take_ids(rebuild->store, last);
}

static int on_id(Rebuild *rebuild, Entry *entry) {
        if (entry->job->id <= INT64_MAX)
                rebuild->last_id = MAX(rebuild->last_id, entry->job->id);
        rebuild->last_id = MAX(rebuild->last_id, last_imported_id(entry));
        return 0;
}

/* jobsd was ended before it saw that this unit runs. */
static int on_unit_started(Rebuild *rebuild, Entry *entry) {
        _cleanup_(job_freep) Job *job = NULL;
        _cleanup_free_ char *unit = NULL;
        uint64_t id, usec;
        int r;

        if (job_unit_name_to_id(entry->unit, &id) < 0)
                return 0;
        r = store_get(rebuild->store, id, &job);
        if (r == -ENOENT)
                return 0;
        if (r >= 0)
                r = job_unit_name(id, job->attempt, &unit);
        if (r >= 0)
                r = sd_journal_get_realtime_usec(rebuild->journal, &usec);
        if (r < 0 || job->status != JOB_QUEUED || strcmp(unit, entry->unit) != 0 ||
                        usec < job->submitted_usec)
                return r;
        job->status = JOB_RUNNING;
        job->started_usec = usec;
        free(job->unit);
        job->unit = TAKE_PTR(unit);
        if (sd_id128_from_string(entry->boot_id, &job->boot_id) < 0 ||
                        sd_id128_from_string(entry->invocation_id, &job->invocation_id) < 0)
                return 0;
        return store_rebuild_put(rebuild->store, job);
}

/* ---- whose records these are ---- */

static int match_message(sd_journal *journal, const char *id) {
        char match[64];

        snprintf(match, sizeof(match), "MESSAGE_ID=%s", id);
        return sd_journal_add_match(journal, match, 0); /* any of several: they are about the same field */
}

static int match_jobsd(sd_journal *journal) {
        int r;

        sd_journal_flush_matches(journal);
        r = sd_journal_add_match(journal, "_SYSTEMD_UNIT=jobsd.service", 0);
        return r < 0 ? r : sd_journal_add_match(journal, "_UID=0", 0);
}

static int match_steps(sd_journal *journal) {
        int r = match_jobsd(journal);

        for (JobEvent event = 0; r >= 0 && event < _JOB_EVENT_MAX; event++)
                if (event != JOB_EVENT_CLEARED)
                        r = match_message(journal, job_event_to_message_id(event));
        return r;
}

static int match_one(sd_journal *journal, const char *id) {
        int r = match_jobsd(journal);

        return r < 0 ? r : match_message(journal, id);
}

static int match_starts(sd_journal *journal) {
        int r;

        sd_journal_flush_matches(journal);
        r = sd_journal_add_match(journal, "_PID=1", 0); /* nobody but PID 1 has it */
        return r < 0 ? r : match_message(journal, SD_MESSAGE_UNIT_STARTED_STR);
}

static int read_all(Rebuild *rebuild) {
        sd_journal *journal = rebuild->journal;
        int r;

        r = match_steps(journal);
        if (r >= 0)
                r = foreach_entry(rebuild, on_step);
        if (r >= 0)
                r = match_one(journal, MESSAGE_ID_IMPORTED);
        if (r >= 0)
                r = foreach_entry(rebuild, on_import);
        if (r >= 0) /* after all steps: whatever the clock was, what was cleared stays so */
                r = match_one(journal, job_event_to_message_id(JOB_EVENT_CLEARED));
        if (r >= 0)
                r = foreach_entry(rebuild, on_cleared);
        if (r >= 0)
                r = match_starts(journal);
        if (r >= 0)
                r = foreach_entry(rebuild, on_unit_started);
        return r < 0 ? r : store_rebuild_finish(rebuild->store, INFO_LOST);
}

static int match_ids(sd_journal *journal) {
        int r = match_one(journal, job_event_to_message_id(JOB_EVENT_SUBMITTED));

        return r < 0 ? r : match_message(journal, MESSAGE_ID_IMPORTED);
}

int journal_get_last_id(uint64_t n_newest, uint64_t *ret) {
        _cleanup_(sd_journal_closep) sd_journal *journal = NULL;
        Rebuild rebuild = { .counts = &(RebuildCounts){} };
        int r;

        r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (r >= 0)
                r = match_ids(journal);
        rebuild.journal = journal;
        if (r >= 0)
                r = foreach_newest(&rebuild, n_newest, on_id);
        if (r >= 0)
                *ret = rebuild.last_id;
        return r;
}

int rebuild_from_journal(Store *store, RebuildCounts *ret) {
        _cleanup_(sd_journal_closep) sd_journal *journal = NULL;
        RebuildCounts counts = {};
        int r;

        (void) journal_synchronize_sync(
                        NULL, SYNC_USEC_MAX); /* without a journald nothing is being written */
        r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (r >= 0)
                r = read_all(&(Rebuild){ .store = store, .journal = journal, .counts = &counts });
        if (r >= 0)
                *ret = counts;
        return r;
}
