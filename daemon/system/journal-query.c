/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "journal-query.h"
#include "log.h"

typedef struct Query {
        uint64_t id;
        journal_query_cb callback;
        void *userdata;
} Query;

/* See stream-protocol.h. */
static Outcome parse(const char *answer) {
        Outcome outcome = { .kind = OUTCOME_NOTHING };
        char word[32];

        if (sscanf(answer, "%31s %d %d %" SCNu64 " %127[ -~]", word, &outcome.exit_status, &outcome.error,
                            &outcome.usec, outcome.interpreter) < 1)
                return outcome;
        outcome.result = job_result_from_string(word);
        outcome.kind = strcmp(word, "nothing") == 0    ? OUTCOME_NOTHING
                        : strcmp(word, "began") == 0   ? OUTCOME_BEGAN
                        : strcmp(word, "stopped") == 0 ? OUTCOME_STOPPED
                                                       : OUTCOME_ENDED;
        return outcome;
}

static void on_answer(int status, const char *answer, size_t size, void *userdata) {
        Query *query = userdata;
        Outcome outcome = {};

        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                log_line(LOG_WARNING, "The journal could not be asked about job %" PRIu64 ".", query->id);
        else
                outcome = parse(answer);
        query->callback(query->id, &outcome, query->userdata);
}

int journal_query(HelperPool *pool, const Job *job, journal_query_cb callback, void *userdata) {
        char boot_id[SD_ID128_STRING_MAX], uid[16];
        char *arguments[] = { (char *) "jobsd-stream", (char *) "outcome", job->unit,
                sd_id128_to_string(job->boot_id, boot_id), uid, NULL };
        Query *query = malloc(sizeof(Query));
        Helper *helper;
        int r;

        if (!query)
                return -ENOMEM;
        snprintf(uid, sizeof(uid), "%u", (unsigned) job_run_uid(job));
        *query = (Query){ job->id, callback, userdata };
        r = helper_ask(pool, arguments, on_answer, query, &helper);
        if (r < 0)
                free(query);
        return r;
}
