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

static int clear_jobs(Context *context, uint64_t *ret_cleared, uint64_t *ret_kept) {
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
                r = sd_bus_message_read(reply, "tt", ret_cleared, ret_kept);
        return r < 0 ? fail_bus(&error, r, "Failed to clear jobs") : 0;
}

static int print_counts(const Arguments *arguments, uint64_t cleared, uint64_t kept) {
        _cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
        int r;

        r = object ? json_add(object, "cleared", json_object_new_uint64(cleared)) : -1;
        if (r >= 0)
                r = json_add(object, "kept", json_object_new_uint64(kept));
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

static void tell_counts(Context *context, uint64_t cleared, uint64_t kept) {
        const Arguments *arguments = context->arguments;

        bool is_dry = arguments->dry_run;

        note(arguments, "%s %" PRIu64 " job%s.", is_dry ? "Would clear" : "Cleared", cleared, cleared == 1 ? "" : "s");
        if (kept > 0)
                note(arguments, "%s %" PRIu64 " job%s: queued or running, not ended yet.",
                                is_dry ? "Would keep" : "Kept", kept, kept == 1 ? "" : "s");
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
        uint64_t cleared, kept;
        int r;

        if (is_everything(arguments) && !arguments->dry_run && !ask_sync()) {
                note(arguments, "Nothing was cleared.");
                return EXIT_STATUS_FAILURE;
        }
        r = clear_jobs(context, &cleared, &kept);
        if (r < 0)
                return r;
        if (arguments->json != JSON_OFF)
                return print_counts(arguments, cleared, kept);
        tell_counts(context, cleared, kept);
        return 0;
}
