/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "bus.h"
#include "input-files.h"
#include "log.h"
#include "manager.h"
#include "name-index.h"
#include "rebuild.h"
#include "result-files.h"
#include "retention.h"
#include "stream.h"
#include "subscription.h"
#include "type-watch.h"

#define STORE_NAME "jobs.db"
#define STATE_DIRECTORY "/var/lib/jobsd"

/* The history is damaged, is not ours, or was written by a newer version: trying again will not help.
 * EX_CONFIG of sysexits.h, known to jobsd.service. */
#define EXIT_HISTORY 78

static void print_help(void) {
        puts("jobsd [OPTIONS]\n\n"
             "Runs jobs as systemd units, keeps their history and offers both on the bus.\n"
             "systemd starts it; use jobsctl(1) to talk to it.\n\n"
             "  -h --help     Show this help\n"
             "     --version  Show the version\n"
             "     --rebuild  Make a new history of what the journal knows, in place of a\n"
             "                damaged one, which is kept; jobsd must not run\n\n"
             "See jobsd(8).");
}

static int make_store_path(char **ret) {
        const char *directory = getenv("STATE_DIRECTORY"); /* of StateDirectory= in jobsd.service */

        return asprintf(ret, "%s/" STORE_NAME, directory ?: STATE_DIRECTORY) < 0 ? -ENOMEM : 0;
}

static int rebuild(void) {
        _cleanup_free_ char *path = NULL;
        int r = make_store_path(&path);

        if (r >= 0)
                r = rebuild_history(path);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* 0 to go on, else the exit status is *ret_status. */
static int parse_arguments(int argc, char *argv[], int *ret_status) {
        static const struct option options[] = {
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, 'V' },
                { "rebuild", no_argument, NULL, 'R' },
                {},
        };
        int c = getopt_long(argc, argv, "h", options, NULL);

        *ret_status = EXIT_SUCCESS;
        if (c == 'h')
                print_help();
        else if (c == 'V')
                puts("jobsd " PACKAGE_VERSION);
        else if (c == 'R' && optind == argc)
                *ret_status = rebuild();
        else if (c >= 0 || optind < argc) {
                fputs("jobsd takes no such arguments. See jobsd --help.\n", stderr);
                *ret_status = 2;
                return 1;
        } else
                return 0;
        return 1;
}

static void on_mistake(const char *message, void *userdata) {
        log_line(LOG_WARNING, "%s", message);
}

static void on_types_changed(Manager *m) {
        int r = manager_reload_types(m, on_mistake, NULL);

        if (r < 0)
                log_errno(r, "Failed to read the job types");
}

static int add_signals(Manager *m) {
        sigset_t set;
        int r;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGCHLD);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        r = sd_event_add_signal(m->event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(m->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_set_watchdog(m->event, true);
        return r;
}

static void stop(Manager **m) {
        if (!*m)
                return;
        manager_stop(*m);
        bus_free(*m);
        manager_free(*m);
}

static int run(void) {
        static const Observer *const observers[] = { &retention_observer, &stream_observer,
                &subscription_observer, &result_files_observer, &input_files_observer, &name_index_observer, NULL };
        _cleanup_free_ char *store_path = NULL;
        _cleanup_(stop) Manager *m = NULL;
        int r;

        r = manager_new(&m);
        if (r >= 0)
                r = bus_new(m);
        if (r < 0)
                return log_errno(r, "Failed to initialize");
        m->observers = observers;
        r = add_signals(m);
        if (r < 0)
                return log_errno(r, "Failed to handle signals");
        r = type_watch_new(m, on_types_changed, &m->type_watch);
        if (r < 0) /* then a reload has to be asked for */
                log_errno(r, "Failed to watch the folders of job types");
        r = manager_reload(m, on_mistake, NULL);
        if (r < 0)
                return log_errno(r, "Failed to read the configuration");
        r = make_store_path(&store_path);
        if (r < 0)
                return log_errno(r, "Failed to initialize");
        m->store_path = store_path;
        r = bus_connect(m, manager_open);
        if (r >= 0)
                r = sd_event_loop(m->event);
        (void) sd_notify(false, "STOPPING=1");
        return r;
}

int main(int argc, char *argv[]) {
        int status, r;

        if (parse_arguments(argc, argv, &status) != 0)
                return status;
        r = run();
        if (r == -EBADMSG || r == -EPROTONOSUPPORT)
                return EXIT_HISTORY;
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
