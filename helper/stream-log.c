/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-journal.h>

#include "confine.h"
#include "job-json.h"
#include "job-record.h"
#include "journal-entry.h"
#include "journal-fields.h"
#include "journal-sync.h"
#include "macro.h"
#include "parse.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* Who did what: the records that jobsd has left in the journal, as JSON. */

#define SYNC_USEC_MAX (30 * USEC_PER_SEC)

/* What it is called, and whether a person did it: what jobsd does by itself has nobody. */
static const struct {
        const char *word;
        bool has_actor;
} words[_JOB_EVENT_MAX] = {
        [JOB_EVENT_SUBMITTED] = { "submitted", true },
        [JOB_EVENT_STARTED] = { "started", false },
        [JOB_EVENT_ENDED] = { "ended", false },
        [JOB_EVENT_CANCEL_ASKED] = { "cancelled", true },
        [JOB_EVENT_CLEARED] = { "cleared", true },
        [JOB_EVENT_RETRIED] = { "retried", false },
};

typedef struct Record {
        Job *job;
        JobEvent event;
        uint64_t actor; /* UINT64_MAX: none */
} Record;

static void record_done(Record *record) {
        job_free(record->job);
}

static void take_field(const char *name, const char *value, void *userdata) {
        Record *record = userdata;

        if (strcmp(name, "MESSAGE_ID") == 0)
                record->event = job_event_from_message_id(value);
        else if (strcmp(name, "JOBSD_ACTOR") == 0)
                (void) parse_uint64(value, &record->actor); /* else there is none */
        else
                (void) job_record_parse(record->job, name, value); /* not of a job's, most of them */
}

static int read_record(sd_journal *journal, Record *record) {
        int r = job_new(&record->job);

        return r < 0 ? r : journal_read_fields(journal, take_field, record);
}

static struct json_object *text_or_null(const char *text) {
        return text ? json_object_new_string(text) : NULL;
}

static int make_object(const Record *record, uint64_t usec, struct json_object *object) {
        const Job *job = record->job;
        bool has_actor = words[record->event].has_actor && record->actor <= UINT32_MAX;
        bool has_result = record->event == JOB_EVENT_ENDED || record->event == JOB_EVENT_RETRIED;
        int r;

        r = json_add_or_null(object, "time", json_object_new_uint64(usec));
        if (r >= 0)
                r = json_add_or_null(object, "event", json_object_new_string(words[record->event].word));
        if (r >= 0)
                r = json_add_or_null(object, "id", json_object_new_uint64(job->id));
        if (r >= 0)
                r = json_add_or_null(object, "name", text_or_null(job->name));
        if (r >= 0)
                r = json_add_or_null(object, "user", text_or_null(job->user));
        if (r >= 0)
                r = json_add_or_null(object, "uid", json_object_new_uint64(job->uid));
        if (r >= 0)
                r = json_add_or_null(object, "actor", has_actor ? json_object_new_uint64(record->actor) : NULL);
        if (r >= 0)
                r = json_add_or_null(object, "result",
                                has_result ? text_or_null(job_result_to_string(job->result)) : NULL);
        return r;
}

static int print_record(const Record *record, uint64_t usec) {
        _cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
        int r = object ? make_object(record, usec, object) : -ENOMEM;

        if (r < 0)
                return r;
        return puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)) < 0
                        ? -errno
                        : 0;
}

/* ---- which ---- */

/* And those of either. */
static int match_visible(sd_journal *journal, const char *uid, char *types) {
        char *rest = types, *type;
        int r = sd_journal_add_conjunction(journal);

        if (r >= 0)
                r = entry_match(journal, "JOBSD_UID", uid);
        if (r >= 0 && *types)
                r = sd_journal_add_disjunction(journal);
        while (r >= 0 && (type = strsep(&rest, STREAM_SEPARATOR)) && *type)
                r = entry_match(journal, "JOBSD_TYPE", type);
        return r;
}

/* Nobody but jobsd has the unit and is root: who sends the like is of a unit of his own. */
static int match_records(sd_journal *journal, const char *uid, char *types, const char *id) {
        int r;

        r = entry_match(journal, "_SYSTEMD_UNIT", "jobsd.service");
        if (r >= 0)
                r = entry_match(journal, "_UID", "0");
        for (JobEvent event = 0; r >= 0 && event < _JOB_EVENT_MAX; event++)
                r = entry_match(journal, "MESSAGE_ID", job_event_to_message_id(event));
        if (r >= 0 && strcmp(id, STREAM_ANY) != 0)
                r = entry_match(journal, "JOBSD_ID", id);
        if (r >= 0 && strcmp(uid, STREAM_ANY) != 0)
                r = match_visible(journal, uid, types);
        return r;
}

typedef struct Bounds {
        uint64_t since_usec, until_usec; /* 0: none */
        uint64_t lines;                  /* the last so many; UINT64_MAX: all */
} Bounds;

/* 1 when the journal stands at the first of them. */
static int seek_first(sd_journal *journal, const Bounds *bounds) {
        int r;

        if (bounds->lines == UINT64_MAX) {
                r = bounds->since_usec > 0 ? sd_journal_seek_realtime_usec(journal, bounds->since_usec)
                                           : sd_journal_seek_head(journal);
                return r < 0 ? r : sd_journal_next(journal);
        }
        if (bounds->lines == 0)
                return 0;
        r = bounds->until_usec > 0 ? sd_journal_seek_realtime_usec(journal, bounds->until_usec)
                                   : sd_journal_seek_tail(journal);
        return r < 0 ? r : sd_journal_previous_skip(journal, bounds->lines);
}

static int print_all(sd_journal *journal, const Bounds *bounds, uint64_t *ret_n) {
        int r;

        *ret_n = 0;
        for (r = seek_first(journal, bounds); r > 0; r = sd_journal_next(journal)) {
                _cleanup_(record_done) Record record = { .event = _JOB_EVENT_INVALID, .actor = UINT64_MAX };
                uint64_t usec;

                r = sd_journal_get_realtime_usec(journal, &usec);
                if (r < 0)
                        return r;
                if (bounds->until_usec > 0 && usec >= bounds->until_usec)
                        return 0;
                if (usec < bounds->since_usec)
                        continue;
                r = read_record(journal, &record);
                if (r == -EBADMSG || (r >= 0 && (int) record.event < 0)) /* it is damaged */
                        continue;
                if (r >= 0)
                        r = print_record(&record, usec);
                if (r < 0)
                        return r;
                ++*ret_n;
        }
        return r;
}

static int parse_bounds(const char *since, const char *until, const char *lines, Bounds *ret) {
        int r;

        *ret = (Bounds){ .lines = UINT64_MAX };
        r = parse_uint64(since, &ret->since_usec);
        if (r >= 0)
                r = parse_uint64(until, &ret->until_usec);
        if (r >= 0 && strcmp(lines, STREAM_ANY) != 0)
                r = parse_uint64(lines, &ret->lines);
        return r;
}

int stream_log(const char *uid, char *types, const char *id, const char *since, const char *until,
                const char *lines) {
        _cleanup_(sd_journal_closep) sd_journal *journal = NULL;
        Bounds bounds;
        uint64_t n = 0;
        int r;

        (void) journal_synchronize_sync(NULL, SYNC_USEC_MAX); /* without a journald nothing is being written */
        r = parse_bounds(since, until, lines, &bounds);
        if (r >= 0)
                r = confine(false); /* from here on it reads what others have written */
        if (r >= 0)
                r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (r >= 0)
                r = match_records(journal, uid, types, id);
        if (r >= 0)
                r = print_all(journal, &bounds, &n);
        if (r >= 0 && fflush(stdout) != 0)
                r = -errno;
        if (r >= 0 && dprintf(STREAM_STATUS_FD, "%" PRIu64 "\n", n) < 0)
                r = -errno;
        return r < 0 ? stream_error(r, "Failed to read the log") : EXIT_SUCCESS;
}
