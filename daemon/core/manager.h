/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The daemon's centre: it owns every part, and the parts talk to each other through it. What a
 * caller asks of a job (submit, cancel, clear) happens here, after the bus objects translated and
 * the authority agreed. */

#include <stdbool.h>
#include <sys/queue.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "config-file.h"
#include "helper.h"
#include "history-mark.h"
#include "ini-file.h"
#include "job.h"
#include "pid1.h"
#include "result-service.h"
#include "store.h"

typedef struct Authority Authority;
typedef struct Backlog Backlog;
typedef struct Client Client;
typedef struct Commit Commit;
typedef struct Dispatch Dispatch;
typedef struct Import Import;
typedef struct Leftovers Leftovers;
typedef struct LiveJob LiveJob;
typedef struct Observer Observer;
typedef struct Request Request;
typedef struct NameIndex NameIndex;
typedef struct Retention Retention;
typedef struct TypeWatch TypeWatch;
typedef struct Stream Stream;
typedef struct UnitWatch UnitWatch;
typedef struct User User;

#define IDENTITIES_KEPT 64U
typedef struct KnownIdentity KnownIdentity;

typedef struct Manager {
        sd_event *event;
        sd_bus *bus;
        Config config;
        const char *store_path;
        void (*on_name_acquired)(struct Manager *m);
        const Observer *const *observers; /* NULL behind the last one, see events.h */
        sd_id128_t boot_id;

        int history_fd; /* as long as it is open, nobody else touches the history */
        HistoryMark history_mark;
        Store *store;
        bool damage_told;
        Commit *commit;
        Dispatch *dispatch;
        Backlog *backlog;
        Authority *authority;
        Pid1 pid1;
        UnitWatch *unit_watch;
        Retention *retention;
        NameIndex *name_index;
        TypeWatch *type_watch;
        Import *import;       /* the one that goes on, or NULL */
        Leftovers *leftovers; /* of one that broke off, while they are being removed, or NULL */

        void *live_jobs;            /* trees of search.h(3): by id, */
        void *users;                /* by uid, */
        void *types;                /* by name, see type-registry.h, */
        void *clients;              /* and by unique name */
        TAILQ_HEAD(, User) waiting; /* users with queued jobs, next to be served first */
        LIST_HEAD(, Request) requests;
        LIST_HEAD(, Stream) streams;
        HelperPool helpers;
        ResultService results, inputs; /* about files that jobs leave, and are handed */

        unsigned n_rights_changes; /* how often the types or polkit's rules have become others */

        KnownIdentity *identities; /* IDENTITIES_KEPT of them, see identity.h */

        unsigned n_running; /* live jobs that have not ended */
        bool recovered;     /* what ran before is known: jobs may be started */
        sd_event_source *retry_timer;
        uint64_t due_usec; /* CLOCK_REALTIME: further tries up to this time are in the queue, see retry.h; */
        sd_event_source *due_timer;    /* for the next one */
        sd_event_source *clock_source; /* see clock-watch.h */
} Manager;

int manager_new(Manager **ret);
/* Starts nothing any more, and answers who waits for the disk. */
void manager_stop(Manager *m);
/* Nobody may be left who asks for anything. */
Manager *manager_free(Manager *m);
DEFINE_CLEANUP(Manager, manager_free);

/* Opens the store, recovers what ran before and tells PID 1 that jobsd is ready. For when the bus name is ours,
 * so that no other jobsd uses the store. Logs what goes wrong and ends the event loop with it. */
void manager_open(Manager *m);

/* Reads jobsd.conf and the job types, at the start and whenever somebody asks for it. What was wrong before
 * holds no more, what is wrong now is ignored and told. */
int manager_reload(Manager *m, ini_mistake_cb mistake, void *userdata);
/* The job types alone. */
int manager_reload_types(Manager *m, ini_mistake_cb mistake, void *userdata);

/* Called with the outcome of a change, after it is durable. */
typedef void (*manager_done_cb)(int r, void *userdata);

/* What passes by itself, as a full disk that somebody tidies, is tried again this often. */
#define RETRY_USEC (2 * USEC_PER_SEC)
