/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include <systemd/sd-daemon.h>

#include "clock-watch.h"
#include "commit.h"
#include "events.h"
#include "helper.h"
#include "history-files.h"
#include "identity.h"
#include "import.h"
#include "input-files.h"
#include "last-id.h"
#include "leftovers.h"
#include "live-job.h"
#include "log.h"
#include "login-defs.h"
#include "manager.h"
#include "name-index.h"
#include "queue.h"
#include "recovery.h"
#include "result-files.h"
#include "retention.h"
#include "run.h"
#include "stream.h"
#include "type-registry.h"
#include "type-watch.h"
#include "unit-watch.h"
#include "user.h"

/* As PID 1 has it, see jobsd.service. */
static int get_boot_id(sd_id128_t *ret) {
        const char *s = getenv("JOBSD_BOOT_ID");

        return s ? sd_id128_from_string(s, ret) : sd_id128_get_boot(ret);
}

static void on_room(void *userdata) {
        queue_dispatch(userdata);
}

int manager_new(Manager **ret) {
        static const UnitEvents unit_events = {
                .found = run_on_unit_found,
                .running = run_on_unit_running,
                .said = run_on_unit_said,
                .ended = run_on_unit_ended,
                .vanished = recovery_on_unit_vanished,
                .refused = run_on_unit_refused,
                .gone = run_on_unit_gone,
                .stray = recovery_on_stray_unit,
                .room = on_room,
        };
        _cleanup_(manager_freep) Manager *m = calloc(1, sizeof(Manager));
        int r;

        if (!m)
                return -ENOMEM;
        m->history_fd = -EBADF;
        m->history_mark.fd = -EBADF;
        TAILQ_INIT(&m->waiting);
        config_set_defaults(&m->config);
        m->identities = calloc(IDENTITIES_KEPT, sizeof(KnownIdentity));
        if (!m->identities)
                return -ENOMEM;
        r = get_boot_id(&m->boot_id);
        if (r >= 0)
                r = sd_event_default(&m->event);
        if (r < 0)
                return r;
        m->helpers.event = m->event;
        result_service_init(&m->results, m->event);
        result_service_init(&m->inputs, m->event);
        pid1_init(&m->pid1, m->event, &unit_events, m);
        *ret = TAKE_PTR(m);
        return 0;
}

static void free_live_jobs(Manager *m) {
        while (m->live_jobs)
                live_job_free(*(LiveJob **) m->live_jobs); /* the tree's root, see tsearch(3) */
}

void manager_stop(Manager *m) {
        m->recovered = false; /* nothing is started any more */
        if (m->commit)
                commit_flush(m->commit); /* who waits for it gets his answer */
}

Manager *manager_free(Manager *m) {
        if (!m)
                return NULL;
        import_free(m->import);
        leftovers_free(m->leftovers);
        while (!LIST_EMPTY(&m->streams))
                stream_free(LIST_FIRST(&m->streams));
        helper_free_all(&m->helpers);
        result_service_stop(&m->results);
        result_service_stop(&m->inputs);
        free_live_jobs(m);
        while (m->users)
                user_free(*(User **) m->users);
        type_watch_free(m->type_watch);
        type_registry_free(m);
        commit_free(m->commit);
        retention_free(m->retention);
        name_index_free(m->name_index);
        store_free(m->store);
        history_mark_close(&m->history_mark);
        close_fd(m->history_fd);
        unit_watch_free(m->unit_watch);
        sd_event_source_disable_unref(m->retry_timer);
        sd_event_source_disable_unref(m->due_timer);
        sd_event_source_disable_unref(m->clock_source);
        sd_bus_flush_close_unref(m->bus);
        sd_event_unref(m->event);
        free(m->identities);
        free(m);
        return NULL;
}

static void apply(Manager *m, const Config *before) {
        queue_dispatch(m);
        events_reloaded(m, before);
}

int manager_reload_types(Manager *m, ini_mistake_cb mistake, void *userdata) {
        Config before = m->config;
        int r = type_registry_load(m, mistake, userdata);

        if (r >= 0)
                apply(m, &before);
        return r;
}

int manager_reload(Manager *m, ini_mistake_cb mistake, void *userdata) {
        Config config, before = m->config;
        int r;

        config_set_defaults(&config);
        login_defs_read_system_uid_max("/etc/login.defs", &config.system_uid_max, mistake, userdata);
        r = config_read_file(&config, SYSCONFDIR "/jobsd/jobsd.conf", mistake, userdata);
        if (r >= 0)
                r = type_registry_load(m, mistake, userdata);
        if (r < 0)
                return r;
        m->config = config;
        apply(m, &before);
        return 0;
}

/* Once: every call that needs the page meets it again. */
static void on_damage(const char *what, void *userdata) {
        Manager *m = userdata;

        if (!m->store || m->damage_told) /* who cannot open it is told otherwise */
                return;
        m->damage_told = true;
        log_last_words(LOG_CRIT,
                        "%s is damaged (%s). What runs goes on, what needs the damaged part is refused. To "
                        "make a "
                        "new history of what the journal has: systemctl stop jobsd; " LIBEXECDIR
                        "/jobsd --rebuild; systemctl start jobsd",
                        m->store_path, what);
}

/* Nobody else has the history's files, and one that was rebuilt is in its place. */
static int take_history(Manager *m, const char *path) {
        _cleanup_free_ char *moved = NULL;
        int r;

        r = history_lock(path, &m->history_fd);
        if (r < 0)
                return log_errno(r,
                                r == -EAGAIN ? "The history is being rebuilt, trying again"
                                             : "Failed to lock the history");
        r = history_replace(path, &moved);
        if (r < 0)
                return log_errno(r, "Failed to put the history that was rebuilt in its place");
        if (r > 0)
                log_line(LOG_NOTICE, "The history that was rebuilt is in its place%s%s.",
                                moved ? ", the damaged one is " : "", moved ?: "");
        return 0;
}

static int open_store(Manager *m, const char *path) {
        _cleanup_free_ char *message = NULL;
        int r;

        store_on_damage(on_damage, m);
        r = take_history(m, path);
        if (r < 0)
                return r;
        r = store_open(path, &m->store, &message);
        if (r < 0) {
                log_last_words(LOG_ERR, "%s", message ?: strerror(-r));
                return r;
        }
        r = last_id_start(m, path);
        if (r >= 0)
                r = commit_new(m->event, m->store, &m->history_mark, &m->commit);
        if (r >= 0)
                r = retention_new(m, &m->retention);
        if (r >= 0)
                r = name_index_new(m, &m->name_index);
        if (r >= 0)
                r = clock_watch(m);
        if (r >= 0)
                r = leftovers_remove(m, import_go_on);
        return r < 0 ? log_errno(r, "Failed to read the history") : 0;
}

void manager_open(Manager *m) {
        int r = open_store(m, m->store_path);

        if (r >= 0)
                result_files_start(m);
        if (r >= 0)
                input_files_start(m);
        if (r >= 0)
                r = recovery_start(m);
        if (r >= 0)
                r = sd_notify(false, "READY=1\nSTATUS=Ready for jobs.");
        if (r < 0)
                (void) sd_event_exit(m->event, r);
}
