/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bus-util.h"
#include "filter.h"
#include "json.h"
#include "page.h"
#include "protocol.h"
#include "report.h"
#include "verb.h"

typedef struct Counts {
        uint64_t cleared, kept, tasks;
} Counts;

static int clear_jobs(Context *context, Counts *ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = bus_new_manager_call(context->bus, "ClearJobs", &call);
        if (r >= 0)
                r = filter_append(call, context->arguments);
        if (r >= 0)
                r = sd_bus_message_append(call, "t", context->arguments->dry_run ? JOBSD_CLEAR_DRY_RUN : UINT64_C(0));
        if (r >= 0)
                r = sd_bus_call(context->bus, call, 0, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "ttt", &ret->cleared, &ret->kept, &ret->tasks);
        return r < 0 ? fail_bus(&error, r, "Failed to clear jobs") : 0;
}

static int print_counts(const Arguments *arguments, const Counts *counts) {
        _cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
        int r;

        r = object ? json_add(object, "cleared", json_object_new_uint64(counts->cleared)) : -1;
        if (r >= 0)
                r = json_add(object, "kept", json_object_new_uint64(counts->kept));
        if (r >= 0)
                r = json_add(object, "tasks", json_object_new_uint64(counts->tasks));
        if (r < 0)
                return fail_memory();
        json_print(arguments, object);
        return 0;
}

/* Whether the caller sees other people's jobs at all. Without a password: it is for a hint only. */
static bool sees_others(Context *context) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        const Verb list = { .bit = VERB_LIST };
        const Arguments everybody = { .verb = &list, .all = true };
        const char *scope;
        uint64_t next;

        return page_new_call(context->bus, &everybody, 0, 1, &call) >= 0 &&
                        sd_bus_message_set_allow_interactive_authorization(call, false) >= 0 &&
                        sd_bus_call(context->bus, call, 0, NULL, &reply) >= 0 &&
                        page_read_end(reply, &next, &scope) >= 0 && strcmp(scope, "all") == 0;
}

/* Who asked for these alone knows what they are. */
static void tell_cleared(const Arguments *arguments, const Counts *counts) {
        const char *cleared = arguments->dry_run ? "Would clear" : "Cleared", *s = counts->cleared == 1 ? "" : "s";

        if (arguments->tasks || counts->tasks == 0)
                note(arguments, "%s %" PRIu64 " job%s.", cleared, counts->cleared, s);
        else
                note(arguments, "%s %" PRIu64 " job%s, of which %" PRIu64 " command-line task%s.", cleared, counts->cleared,
                                s, counts->tasks, counts->tasks == 1 ? "" : "s");
}

static void tell_counts(Context *context, const Counts *counts) {
        const Arguments *arguments = context->arguments;
        bool is_dry = arguments->dry_run;

        tell_cleared(arguments, counts);
        if (counts->kept > 0)
                note(arguments, "%s %" PRIu64 " job%s: queued or running, not ended yet.",
                                is_dry ? "Would keep" : "Kept", counts->kept, counts->kept == 1 ? "" : "s");
        if (arguments->n_ids == 0 && !arguments->of_user && !arguments->tasks && !arguments->quiet &&
                        sees_others(context))
                note(arguments, "Other people's jobs %s not touched: name the person with --user=NAME.",
                                is_dry ? "are" : "were");
}

static bool ask_sync(void) {
        char answer[16] = "";

        fputs("Clear all jobs that have ended? Their records and outputs are forgotten. [y/N] ", stderr);
        fflush(stderr);
        if (!fgets(answer, sizeof(answer), stdin))
                fputc('\n', stderr);
        return answer[0] == 'y' || answer[0] == 'Y';
}

/* Nothing says which: that may be what was meant, or what a pipe to xargs(1) came to. */
static bool is_everything(const Arguments *arguments) {
        return !arguments->all_ended && filter_is_empty(arguments);
}

static bool somebody_is_there(void) {
        return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int clear_check(const Arguments *arguments) {
        if (arguments->all_ended && arguments->n_ids > 0)
                return fail_usage("--all-ended is all of them: leave the ids out, or the option.");
        if (is_everything(arguments) && !arguments->dry_run && !somebody_is_there())
                return fail_usage(
                                "Which jobs? Name their ids, or choose by options as --failed. To clear all "
                                "that have ended: jobsctl clear --all-ended");
        return 0;
}

int verb_clear(Context *context) {
        const Arguments *arguments = context->arguments;
        Counts counts;
        int r;

        if (is_everything(arguments) && !arguments->dry_run && !ask_sync()) {
                note(arguments, "Nothing was cleared.");
                return EXIT_STATUS_FAILURE;
        }
        r = clear_jobs(context, &counts);
        if (r < 0)
                return r;
        if (arguments->json != JSON_OFF)
                return print_counts(arguments, &counts);
        tell_counts(context, &counts);
        return 0;
}
