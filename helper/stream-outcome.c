/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include <systemd/sd-journal.h>
#include <systemd/sd-messages.h>

#include "confine.h"
#include "job.h"
#include "journal-barrier.h"
#include "journal-entry.h"
#include "journal-sync.h"
#include "macro.h"
#include "output-entry.h"
#include "output-run.h"
#include "parse.h"
#include "protocol.h"
#include "stream-main.h"
#include "unit-result.h"

/* How a unit ended: what jobsd-run tells of the command, and PID 1 of the unit, see
 * systemd.journal-fields(7). */

#define SYNC_USEC_MAX (30 * USEC_PER_SEC)
/* PID 1 tells of a stop when it has sent the signals: a command may have ended by then, and that be told. */
#define STOP_SLACK_USEC (500 * USEC_PER_MSEC)

typedef struct End {
        JobResult result; /* or JOB_RESULT_NONE */
        int exit_status, error;
        char interpreter[128];
        uint64_t usec;
} End;

typedef struct Outcome {
        bool began;
        uint64_t stopped_usec; /* 0: it was not */
        End command, unit;
        bool not_started; /* PID 1 could not start jobsd-run */
        uint64_t last_usec; /* of that boot the last entry, of anybody */
} Outcome;

/* When the machine still ran. */
static int read_last_entry(sd_journal *journal, const char *boot_id, Outcome *outcome) {
        uint64_t usec;
        int r;

        sd_journal_flush_matches(journal);
        r = entry_match(journal, "_BOOT_ID", boot_id);
        if (r >= 0)
                r = sd_journal_seek_tail(journal);
        if (r >= 0)
                r = sd_journal_previous(journal);
        if (r > 0 && sd_journal_get_realtime_usec(journal, &usec) >= 0)
                outcome->last_usec = MAX(outcome->last_usec, usec);
        return r;
}

/* ---- what jobsd-run tells ---- */

static void read_command_end(sd_journal *journal, End *end) {
        static const struct {
                const char *word;
                JobResult result;
        } table[] = {
                { OUTPUT_EXITED, JOB_RESULT_EXIT_CODE },
                { OUTPUT_KILLED, JOB_RESULT_SIGNAL },
                { OUTPUT_DUMPED, JOB_RESULT_CORE_DUMP },
                { OUTPUT_FAILED, JOB_RESULT_START_FAILED },
        };
        char text[192], word[16] = "", interpreter[sizeof(end->interpreter)] = "";
        int number = 0;

        if (output_get_text(journal, OUTPUT_EXIT, text, sizeof(text)) < 0 ||
                        sscanf(text, "%15s %d %127[ -~]", word, &number, interpreter) < 2)
                return;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].word, word) == 0)
                        *end = (End){ table[i].result, number, .usec = entry_get_usec(journal) };
        if (end->result == JOB_RESULT_EXIT_CODE && number == 0)
                end->result = JOB_RESULT_SUCCESS;
        if (end->result == JOB_RESULT_START_FAILED) {
                end->exit_status = 203; /* as PID 1 has it */
                end->error = number;
                strcpy(end->interpreter, interpreter);
        }
}

static int read_run(sd_journal *journal, const char *unit, const char *boot_id, Outcome *outcome) {
        OutputRuns runs = {};
        int r;

        r = output_runs_find(&runs, journal, unit, boot_id);
        outcome->began = runs.n_runs > 0;
        if (r >= 0)
                r = entry_match(journal, OUTPUT_END, "1");
        if (r >= 0)
                r = entry_match(journal, "_SYSTEMD_UNIT", unit);
        if (r >= 0)
                r = entry_match(journal, "_BOOT_ID", boot_id);
        if (r >= 0)
                r = sd_journal_seek_head(journal);
        while (r >= 0 && outcome->began && (r = sd_journal_next(journal)) > 0) {
                OutputPiece piece;

                if (output_runs_read(&runs, journal, &piece) >= 0 && piece.is_end)
                        read_command_end(journal, &outcome->command);
        }
        output_runs_done(&runs);
        return r;
}

static int read_namespace(const char *unit, const char *boot_id, Outcome *outcome) {
        sd_journal *journal;
        int r;

        r = sd_journal_open_namespace(&journal, JOBSD_JOURNAL_NAMESPACE, SD_JOURNAL_LOCAL_ONLY);
        if (r < 0)
                return r;
        r = read_run(journal, unit, boot_id, outcome);
        if (r >= 0)
                r = read_last_entry(journal, boot_id, outcome);
        sd_journal_close(journal);
        return r;
}

/* ---- what PID 1 tells ---- */

static bool message_is(const char *id, const char *wanted) {
        return strcmp(id, wanted) == 0;
}

static void read_entry(sd_journal *journal, Outcome *outcome) {
        char id[64] = "", text[64];
        int v;

        (void) output_get_text(journal, "MESSAGE_ID", id, sizeof(id)); /* not every record has one */
        if (message_is(id, SD_MESSAGE_UNIT_STARTED_STR) || message_is(id, SD_MESSAGE_UNIT_STARTING_STR))
                outcome->began = true;
        if (outcome->stopped_usec == 0 &&
                        (message_is(id, SD_MESSAGE_UNIT_STOPPED_STR) ||
                                        message_is(id, SD_MESSAGE_UNIT_SUCCESS_STR) ||
                                        message_is(id, SD_MESSAGE_UNIT_STOPPING_STR)))
                outcome->stopped_usec = entry_get_usec(journal);
        if (output_get_text(journal, "EXIT_STATUS", text, sizeof(text)) >= 0 &&
                        parse_int(text, 0, 255, &v) >= 0)
                outcome->unit.exit_status = v;
        if (output_get_text(journal, "UNIT_RESULT", text, sizeof(text)) < 0)
                return;
        outcome->unit.result = unit_result_from_string(text);
        outcome->unit.usec = entry_get_usec(journal);
}

/* The process that was to become jobsd-run told why it could not, by then perhaps as the job's user already:
 * who forges this spoils no result but those of his own jobs. */
static void read_failed_start(sd_journal *journal, Outcome *outcome) {
        char text[16];

        outcome->not_started = true;
        if (output_get_text(journal, "ERRNO", text, sizeof(text)) < 0 ||
                        parse_int(text, 0, 4095, &outcome->unit.error) < 0)
                outcome->unit.error = 0;
}

/* The unit's records of one boot that match. */
static int read_records(sd_journal *journal, const char *unit, const char *boot_id,
                const char *const *matches, void (*read_record)(sd_journal *journal, Outcome *outcome),
                Outcome *outcome) {
        int r;

        sd_journal_flush_matches(journal);
        r = entry_match(journal, "UNIT", unit);
        if (r >= 0)
                r = entry_match(journal, "_BOOT_ID", boot_id);
        for (; r >= 0 && *matches; matches++)
                r = sd_journal_add_match(journal, *matches, 0);
        if (r >= 0)
                r = sd_journal_seek_head(journal);
        while (r >= 0 && (r = sd_journal_next(journal)) > 0)
                read_record(journal, outcome);
        return r;
}

static int read_system(const char *unit, const char *boot_id, const char *uid, Outcome *outcome) {
        char match_uid[32];
        /* nobody but PID 1 has this _PID; of the two users one is enough: it is the same field */
        const char *const pid1[] = { "_PID=1", NULL };
        const char *const starter[] = { "MESSAGE_ID=" SD_MESSAGE_SPAWN_FAILED_STR, "_UID=0", match_uid,
                NULL };
        sd_journal *journal;
        int r;

        snprintf(match_uid, sizeof(match_uid), "_UID=%s", uid);
        r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
        if (r < 0)
                return r;
        r = read_records(journal, unit, boot_id, pid1, read_entry, outcome);
        if (r >= 0)
                r = read_records(journal, unit, boot_id, starter, read_failed_start, outcome);
        if (r >= 0)
                r = read_last_entry(journal, boot_id, outcome);
        sd_journal_close(journal);
        return r;
}

/* ---- the answer ---- */

/* What jobsd-run ended with is the command's end; what ended it, PID 1 knows. */
static bool unit_tells_more(const Outcome *outcome) {
        switch (outcome->unit.result) {
        case JOB_RESULT_TIMEOUT:
        case JOB_RESULT_OOM_KILL:
        case JOB_RESULT_WATCHDOG:
                return true;
        default:
                return outcome->command.result == JOB_RESULT_NONE &&
                                outcome->unit.result > JOB_RESULT_SUCCESS;
        }
}

static void print_end(const End *end) {
        printf("%s %d %d %" PRIu64 " %s\n", job_result_to_string(end->result), end->exit_status, end->error,
                        end->usec, end->interpreter);
}

static void print_outcome(Outcome *outcome) {
        bool was_stopped = outcome->stopped_usec > 0 &&
                        outcome->stopped_usec < outcome->command.usec + STOP_SLACK_USEC;

        if (outcome->not_started && outcome->command.result == JOB_RESULT_NONE)
                outcome->unit.result = JOB_RESULT_START_FAILED;
        /* what PID 1 calls a time-out may be the stop's own; whose it was is not recorded */
        if (unit_tells_more(outcome))
                print_end(&outcome->unit);
        else if (outcome->command.result != JOB_RESULT_NONE && !was_stopped)
                print_end(&outcome->command);
        else if (outcome->stopped_usec > 0)
                printf("stopped 0 0 %" PRIu64 "\n", outcome->stopped_usec);
        else
                printf("%s 0 0 %" PRIu64 "\n", outcome->began ? "began" : "nothing", outcome->last_usec);
}

/* Waits until all is stored that was sent before. */
static int synchronize(void) {
        _cleanup_close_ int fd = -EBADF;
        int r = journal_synchronize_sync(NULL, SYNC_USEC_MAX);

        if (r < 0 || journal_barrier_open(JOBSD_JOURNAL_NAMESPACE, &fd) < 0)
                return r;
        (void) journal_barrier_wait_sync(fd, SYNC_USEC_MAX); /* then PID 1's record has to do */
        return 0;
}

int stream_outcome(const char *unit, const char *boot_id, const char *uid) {
        Outcome outcome = {};
        int r;

        r = synchronize();
        if (r >= 0)
                r = confine(false); /* from here on it reads what others have written */
        if (r >= 0)
                r = read_namespace(unit, boot_id, &outcome);
        if (r >= 0)
                r = read_system(unit, boot_id, uid, &outcome);
        if (r < 0)
                return stream_error(r, "Failed to read the journal");
        print_outcome(&outcome);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
