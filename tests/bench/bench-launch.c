/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts N units that run a program and waits until all of them are over; prints how many a second.
 *
 *   bench-launch bare N PROGRAM    by StartTransientUnit() alone, WINDOW starts in flight: what is possible
 *   bench-launch jobsd N PROGRAM   as jobs: stored, started, recorded, tidied up */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "macro.h"
#include "parse.h"
#include "protocol.h"

#define WINDOW 32U /* as PID1_STARTS_MAX in jobsd */
#define PID1 "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"

typedef struct Bench {
        sd_bus *bus;
        sd_event *event;
        const char *program;
        uint64_t n_wanted, n_submitted; /* calls made, */
        uint64_t n_started;             /* those that are done, */
        uint64_t n_ended;               /* and what they started */
} Bench;

static int fail(int error, const char *what) {
        fprintf(stderr, "%s: %s\n", what, strerror(-error));
        return error;
}

static int on_error_reply(sd_bus_message *reply, void *userdata, sd_bus_error *e) {
        Bench *bench = userdata;

        if (!sd_bus_message_is_method_error(reply, NULL))
                return 0;
        fprintf(stderr, "%s\n", sd_bus_message_get_error(reply)->message);
        return sd_event_exit(bench->event, -EIO);
}

/* ---- bare ---- */

static int start_bare(Bench *bench) {
        char unit[64];

        snprintf(unit, sizeof(unit), "bench-%ld-%" PRIu64 ".service", (long) getpid(), bench->n_submitted++);
        return sd_bus_call_method_async(bench->bus, NULL, PID1, "StartTransientUnit", on_error_reply, bench,
                        "ssa(sv)a(sa(sv))", unit, "fail", 3, "Type", "s", "simple", "Slice", "s",
                        "jobs-0.slice", "ExecStart", "a(sasb)", 1, bench->program, 1, bench->program, 0, 0);
}

static int fill_window(Bench *bench) {
        int r = 0;

        while (r >= 0 && bench->n_submitted < bench->n_wanted &&
                        bench->n_submitted - bench->n_started < WINDOW)
                r = start_bare(bench);
        return r;
}

static bool unit_is_ours(const char *unit) {
        char prefix[32];
        int n = snprintf(prefix, sizeof(prefix), "bench-%ld-", (long) getpid());

        return strncmp(unit, prefix, (size_t) n) == 0;
}

static int on_start_done(sd_bus_message *signal, void *userdata, sd_bus_error *e) {
        Bench *bench = userdata;
        const char *unit;

        if (sd_bus_message_read(signal, "uoss", NULL, NULL, &unit, NULL) < 0 || !unit_is_ours(unit))
                return 0;
        bench->n_started++;
        return fill_window(bench);
}

static int on_unit_removed(sd_bus_message *signal, void *userdata, sd_bus_error *e) {
        Bench *bench = userdata;
        const char *unit;

        if (sd_bus_message_read(signal, "s", &unit) < 0 || !unit_is_ours(unit))
                return 0;
        return ++bench->n_ended == bench->n_wanted ? sd_event_exit(bench->event, 0) : 0;
}

static int begin_bare(Bench *bench) {
        int r;

        r = sd_bus_match_signal(bench->bus, NULL, PID1, "JobRemoved", on_start_done, bench);
        if (r >= 0)
                r = sd_bus_match_signal(bench->bus, NULL, PID1, "UnitRemoved", on_unit_removed, bench);
        if (r >= 0)
                r = sd_bus_call_method(bench->bus, PID1, "Subscribe", NULL, NULL, "");
        return r < 0 ? r : fill_window(bench);
}

/* ---- jobsd ---- */

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *e) {
        Bench *bench = userdata;

        return ++bench->n_ended == bench->n_wanted ? sd_event_exit(bench->event, 0) : 0;
}

static int on_submitted(sd_bus_message *reply, void *userdata, sd_bus_error *e);

/* dbus-daemon allows a connection 128 calls that are not answered. */
static int fill_submissions(Bench *bench) {
        int r = 0;

        for (; r >= 0 && bench->n_submitted < bench->n_wanted && bench->n_submitted - bench->n_started < 64;
                        bench->n_submitted++)
                r = sd_bus_call_method_async(bench->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH,
                                JOBSD_MANAGER_INTERFACE, "RunCommand", on_submitted, bench, "asa{sv}t", 1,
                                bench->program, 0, UINT64_C(0));
        return r;
}

static int on_submitted(sd_bus_message *reply, void *userdata, sd_bus_error *e) {
        Bench *bench = userdata;

        bench->n_started++;
        return sd_bus_message_is_method_error(reply, NULL) ? on_error_reply(reply, userdata, e)
                                                           : fill_submissions(bench);
}

static int begin_jobsd(Bench *bench) {
        int r;

        r = sd_bus_match_signal(bench->bus, NULL, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                        "JobRemoved", on_job_removed, bench);
        if (r >= 0)
                r = sd_bus_call_method(bench->bus, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                                "Subscribe", NULL, NULL, "t", UINT64_C(0));
        return r < 0 ? r : fill_submissions(bench);
}

static double monotonic_sec(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}

static int run(Bench *bench, int (*begin)(Bench *bench)) {
        double start;
        int r;

        r = sd_event_default(&bench->event);
        if (r >= 0)
                r = sd_bus_open_system(&bench->bus);
        if (r >= 0)
                r = sd_bus_attach_event(bench->bus, bench->event, 0);
        if (r < 0)
                return fail(r, "Failed to connect");
        start = monotonic_sec();
        r = begin(bench);
        if (r >= 0)
                r = sd_event_loop(bench->event);
        if (r < 0)
                return fail(r, "Failed");
        printf("%.1f\n", (double) bench->n_wanted / (monotonic_sec() - start));
        return 0;
}

int main(int argc, char *argv[]) {
        Bench bench = {};
        bool bare = argc > 1 && strcmp(argv[1], "bare") == 0;
        int r;

        if (argc != 4 || (!bare && strcmp(argv[1], "jobsd") != 0) ||
                        parse_uint64(argv[2], &bench.n_wanted) < 0) {
                fprintf(stderr, "Usage: %s bare|jobsd N PROGRAM\n", argv[0]);
                return 2;
        }
        bench.program = argv[3];
        r = run(&bench, bare ? begin_bare : begin_jobsd);
        sd_bus_flush_close_unref(bench.bus);
        sd_event_unref(bench.event);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
