/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsctl(1): the command line of jobsd. One of its clients, with no privilege of its own. */

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "arguments.h"
#include "bus-util.h"
#include "pager.h"
#include "protocol.h"
#include "report.h"
#include "verb.h"

/* The first one is the default. */
static const Verb verbs[] = {
        { "list", VERB_LIST, 0, 0, 0, "", NULL, verb_list },
        { "watch", VERB_WATCH, 0, 0, 0, "", watch_check, verb_watch },
        { "run", VERB_RUN, VERB_TAKES_COMMAND, 0, SIZE_MAX, "COMMAND [ARGUMENT…]", run_check, verb_run },
        { "show", VERB_SHOW, VERB_TAKES_IDS, 1, SIZE_MAX, "ID…", show_check, verb_show },
        { "status", VERB_STATUS, VERB_TAKES_IDS, 1, SIZE_MAX, "ID…", NULL, verb_status },
        { "output", VERB_OUTPUT, VERB_TAKES_IDS, 1, 1, "ID", output_check, verb_output },
        { "results", VERB_RESULTS, 0, 1, 2, "ID [NAME]", results_check, verb_results },
        { "wait", VERB_WAIT, VERB_TAKES_IDS, 1, SIZE_MAX, "ID…", NULL, verb_wait },
        { "cancel", VERB_CANCEL, VERB_TAKES_IDS, 1, SIZE_MAX, "ID…", NULL, verb_cancel },
        { "retry", VERB_RETRY, VERB_TAKES_IDS, 1, SIZE_MAX, "ID…", retry_check, verb_retry },
        { "clear", VERB_CLEAR, VERB_TAKES_IDS, 0, JOBSD_LIST_IDS_MAX, "", clear_check, verb_clear },
        { "types", VERB_TYPES, 0, 0, 1, "[NAME]", types_check, verb_types },
        { "hosts", VERB_HOSTS, VERB_NO_BUS, 0, SIZE_MAX, "[HOST…]", hosts_check, verb_hosts },
        { "log", VERB_LOG, VERB_TAKES_IDS, 0, 1, "[ID]", NULL, verb_log },
        { "export", VERB_EXPORT, 0, 0, 0, "", export_check, verb_export },
        { "import", VERB_IMPORT, 0, 1, 1, "FILE", import_check, verb_import },
        { "help", VERB_HELP, VERB_NO_BUS, 0, 0, "", NULL, verb_help },
        { "version", VERB_VERSION, VERB_NO_BUS, 0, 0, "", NULL, verb_version },
        {},
};

/* What a pipe's reader does not want any more is no failure; a full disk is. */
static int flush_output(int status) {
        if (fflush(stdout) != 0) {
                if (errno == EPIPE)
                        return status;
                (void) fail(-errno, "Failed to write to standard output");
        } else if (ferror(stdout))
                (void) fail_plain(-EIO,
                                "Failed to write all to standard output."); /* at some time: why is gone */
        else
                return status;
        return EXIT_STATUS_FAILURE;
}

static void context_done(Context *context) {
        pager_close_sync(context);
        agent_stop(context->agent);
        sd_bus_flush_close_unref(context->bus);
}

static int run_verb(const Arguments *arguments) {
        _cleanup_(context_done) Context context = { .arguments = arguments };
        int r;

        terminal_init(&context.terminal);
        if (!(arguments->verb->flags & VERB_NO_BUS)) {
                r = bus_open(arguments, &context.bus);
                if (r < 0)
                        return r;
                context.agent = agent_start(arguments);
        }
        return arguments->verb->run(&context);
}

int main(int argc, char *argv[]) {
        _cleanup_(arguments_done) Arguments arguments = {};
        int r;

        (void) setlocale(LC_ALL, ""); /* an unknown locale leaves us with "C" */
        r = arguments_parse(argc, argv, verbs, &arguments);
        if (r < 0)
                return r == -EINVAL ? EXIT_STATUS_USAGE : EXIT_STATUS_FAILURE;
        r = run_verb(&arguments);
        return flush_output(r < 0 ? EXIT_STATUS_FAILURE : r);
}
