/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-journal.h>
#include <systemd/sd-messages.h>

#include "confine.h"
#include "job.h"
#include "journal-sync.h"
#include "macro.h"
#include "parse.h"
#include "stream-main.h"
#include "unit-state.h"

/* What PID 1's records about a unit tell, see systemd.journal-fields(7). */

#define SYNC_USEC_MAX (30 * USEC_PER_SEC)

typedef struct Outcome {
        bool began, stopped;
        JobResult result;
        int exit_status;
} Outcome;

static int get_field(sd_journal *journal, const char *field, char *buffer, size_t size) {
        const void *data;
        size_t n, n_prefix = strlen(field) + 1;
        int r = sd_journal_get_data(journal, field, &data, &n);

        if (r < 0)
                return r;
        snprintf(buffer, size, "%.*s", (int) (n - n_prefix), (const char *) data + n_prefix);
        return 0;
}

static bool message_is(const char *id, const char *wanted) {
        return strcmp(id, wanted) == 0;
}

static void read_entry(sd_journal *journal, Outcome *outcome) {
        char id[64] = "", text[64];
        int v;

        (void) get_field(journal, "MESSAGE_ID", id, sizeof(id)); /* not every record has one */
        if (message_is(id, SD_MESSAGE_UNIT_STARTED_STR) || message_is(id, SD_MESSAGE_UNIT_STARTING_STR))
                outcome->began = true;
        if (message_is(id, SD_MESSAGE_UNIT_STOPPED_STR) || message_is(id, SD_MESSAGE_UNIT_SUCCESS_STR) ||
                        message_is(id, SD_MESSAGE_UNIT_STOPPING_STR))
                outcome->stopped = true;
        if (get_field(journal, "EXIT_STATUS", text, sizeof(text)) >= 0 && parse_int(text, 0, 255, &v) >= 0)
                outcome->exit_status = v;
        if (get_field(journal, "UNIT_RESULT", text, sizeof(text)) >= 0)
                outcome->result = unit_result_from_string(text);
}

/* The records of one boot with this field and about this unit. */
static int open_records(const char *unit, const char *boot_id, const char *match, sd_journal **ret) {
        char match_unit[300], match_boot[64];
        sd_journal *journal;
        int r;

        snprintf(match_unit, sizeof(match_unit), "UNIT=%s", unit);
        snprintf(match_boot, sizeof(match_boot), "_BOOT_ID=%s", boot_id);
        r = journal_synchronize_sync(NULL, SYNC_USEC_MAX);
        if (r < 0)
                return r;
        r = confine(false); /* from here on it reads what others have written */
        if (r >= 0)
                r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
        if (r < 0)
                return r;
        r = sd_journal_add_match(journal, match, 0);
        if (r >= 0)
                r = sd_journal_add_match(journal, match_unit, 0);
        if (r >= 0)
                r = sd_journal_add_match(journal, match_boot, 0);
        if (r < 0) {
                sd_journal_close(journal);
                return r;
        }
        *ret = journal;
        return 0;
}

static void print_outcome(const Outcome *outcome) {
        /* what PID 1 calls a time-out may be the stop's own; whose it was is not recorded */
        if (outcome->result > JOB_RESULT_SUCCESS)
                printf("%s %d\n", job_result_to_string(outcome->result), outcome->exit_status);
        else if (outcome->stopped)
                puts("stopped");
        else if (outcome->began)
                puts("began");
}

int stream_outcome(const char *unit, const char *boot_id) {
        Outcome outcome = {};
        sd_journal *journal;
        int r;

        /* nobody but PID 1 has this _PID */
        r = open_records(unit, boot_id, "_PID=1", &journal);
        if (r < 0)
                return stream_error(r, "Failed to open the journal");
        while ((r = sd_journal_next(journal)) > 0)
                read_entry(journal, &outcome);
        sd_journal_close(journal);
        if (r < 0)
                return stream_error(r, "Failed to read the journal");
        print_outcome(&outcome);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The process that was to become the program told why it could not, by then perhaps as the job's
 * user already: who forges this spoils no result but those of his own jobs. */
int stream_start(const char *unit, const char *boot_id, const char *uid) {
        char match_uid[32], text[16];
        sd_journal *journal;
        int r;

        snprintf(match_uid, sizeof(match_uid), "_UID=%s", uid);
        r = open_records(unit, boot_id, "MESSAGE_ID=" SD_MESSAGE_SPAWN_FAILED_STR, &journal);
        if (r < 0)
                return stream_error(r, "Failed to open the journal");
        r = sd_journal_add_match(journal, "_UID=0", 0); /* either of them: they are about the same field */
        if (r >= 0)
                r = sd_journal_add_match(journal, match_uid, 0);
        if (r >= 0)
                r = sd_journal_next(journal);
        if (r > 0)
                puts(get_field(journal, "ERRNO", text, sizeof(text)) >= 0 ? text : "0");
        sd_journal_close(journal);
        if (r < 0)
                return stream_error(r, "Failed to read the journal");
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
