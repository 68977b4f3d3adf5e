/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "log.h"
#include "type-registry.h"
#include "type-watch.h"

/* Who installs several files, or writes one bit by bit, is waited for: they are read when for so long nothing more has
 * happened. */
#define QUIET_USEC (250 * USEC_PER_MSEC)
#define ACCURACY_USEC (50 * USEC_PER_MSEC)

/* The folders, what holds them, and drop-ins. Beyond that, and for what a symbolic link leads to, a reload has to be asked for. */
#define FOLDERS_MAX 256U

#define CHANGES (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

struct TypeWatch {
        Manager *manager;
        void (*on_change)(Manager *m);
        sd_event_source *timer;
        sd_event_source *folders[FOLDERS_MAX];
        size_t n_folders;
};

static int wait_until_quiet(TypeWatch *watch) {
        int r = sd_event_source_set_time_relative(watch->timer, QUIET_USEC);

        return r < 0 ? r : sd_event_source_set_enabled(watch->timer, SD_EVENT_ONESHOT);
}

static int on_file(sd_event_source *source, const struct inotify_event *event, void *userdata) {
        return wait_until_quiet(userdata);
}

/* In what holds one of the folders, which is not there. */
static int on_neighbour(sd_event_source *source, const struct inotify_event *event, void *userdata) {
        return event->len > 0 && strcmp(event->name, TYPE_FOLDER) == 0 ? wait_until_quiet(userdata) : 0;
}

/* 0 where there is no such folder. */
static int add_folder(TypeWatch *watch, const char *path, uint32_t mask, sd_event_inotify_handler_t handler) {
        int r;

        if (watch->n_folders == FOLDERS_MAX)
                return 0;
        r = sd_event_add_inotify(watch->manager->event, &watch->folders[watch->n_folders], path, mask | IN_ONLYDIR, handler,
                        watch);
        if (r >= 0)
                watch->n_folders++;
        return r >= 0 ? 1 : r == -ENOENT || r == -ENOTDIR || r == -EACCES ? 0 : r;
}

static int add_drop_ins(TypeWatch *watch, const char *folder) {
        DIR *directory = opendir(folder);
        const struct dirent *entry;
        int r = 0;

        while (directory && r >= 0 && (entry = readdir(directory))) {
                size_t n = strlen(entry->d_name), n_suffix = strlen(".job.d");
                _cleanup_free_ char *path = NULL;

                if (n <= n_suffix || strcmp(entry->d_name + n - n_suffix, ".job.d") != 0)
                        continue;
                r = asprintf(&path, "%s/%s", folder, entry->d_name) < 0 ? -ENOMEM
                                                                        : add_folder(watch, path, CHANGES, on_file);
        }
        if (directory)
                closedir(directory);
        return r;
}

static int add_parent(TypeWatch *watch, const char *folder) {
        _cleanup_free_ char *parent = strndup(folder, (size_t) (strrchr(folder, '/') - folder));

        return parent ? add_folder(watch, parent, IN_CREATE | IN_MOVED_TO, on_neighbour) : -ENOMEM;
}

static void drop_folders(TypeWatch *watch) {
        while (watch->n_folders > 0)
                sd_event_source_disable_unref(watch->folders[--watch->n_folders]);
}

static int add_folders(TypeWatch *watch) {
        int r = 0;

        drop_folders(watch);
        for (const char *const *folder = type_folders(); r >= 0 && *folder; folder++) {
                r = add_folder(watch, *folder, CHANGES, on_file);
                if (r > 0)
                        r = add_drop_ins(watch, *folder);
                else if (r == 0)
                        r = add_parent(watch, *folder);
        }
        return r;
}

/* First watched, then read: what changes in between is seen. */
static int on_quiet(sd_event_source *source, uint64_t usec, void *userdata) {
        TypeWatch *watch = userdata;
        int r = add_folders(watch);

        if (r < 0)
                log_errno(r, "Failed to watch the folders of job types");
        watch->on_change(watch->manager);
        return 0;
}

int type_watch_new(Manager *m, void (*on_change)(Manager *m), TypeWatch **ret) {
        TypeWatch *watch = calloc(1, sizeof(TypeWatch));
        int r;

        if (!watch)
                return -ENOMEM;
        watch->manager = m;
        watch->on_change = on_change;
        r = sd_event_add_time_relative(m->event, &watch->timer, CLOCK_MONOTONIC, QUIET_USEC, ACCURACY_USEC, on_quiet, watch);
        if (r >= 0)
                r = sd_event_source_set_enabled(watch->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = add_folders(watch);
        if (r < 0) {
                type_watch_free(watch);
                return r;
        }
        *ret = watch;
        return 0;
}

TypeWatch *type_watch_free(TypeWatch *watch) {
        if (!watch)
                return NULL;
        drop_folders(watch);
        sd_event_source_disable_unref(watch->timer);
        free(watch);
        return NULL;
}
