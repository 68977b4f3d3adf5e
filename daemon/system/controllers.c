/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "controllers.h"
#include "strv.h"

static const struct {
        const char *limit;
        const char *controller;
        size_t offset;
} limits[] = {
        { "MemoryMax=", "memory", offsetof(Job, memory_max) },
        { "CPUQuota=", "cpu", offsetof(Job, cpu_quota_usec) },
        { "TasksMax=", "pids", offsetof(Job, tasks_max) },
};

/* Before the unified hierarchy, which systemd 252 and 257 can do without, each controller has a folder of
 * its own. */
static int has_legacy_controller(const char *root, const char *controller) {
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/%s", root, controller) < 0)
                return -ENOMEM;
        return access(path, F_OK) == 0;
}

/* The file has them as "cpuset cpu io memory pids". */
static int has_controller(const char *root, const char *controller) {
        _cleanup_free_ char *path = NULL;
        bool found = false;
        char word[32];
        FILE *file;

        if (asprintf(&path, "%s/cgroup.controllers", root) < 0)
                return -ENOMEM;
        file = fopen(path, "re");
        if (!file)
                return errno == ENOENT ? has_legacy_controller(root, controller) : -errno;
        while (!found && fscanf(file, "%31s", word) == 1)
                found = strcmp(word, controller) == 0;
        fclose(file);
        return found;
}

static bool has_limit(const Job *job, size_t i) {
        const void *field = (const char *) job + limits[i].offset;

        return *(const uint64_t *) field > 0;
}

int controllers_find_lacking(const char *root, const Job *job, char **ret) {
        _cleanup_strv_free_ char **lacking = NULL;

        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                _cleanup_free_ char *text = NULL;
                int r = has_limit(job, i) ? has_controller(root, limits[i].controller) : 1;

                if (r == 0)
                        r = asprintf(&text, "%s (%s)", limits[i].limit, limits[i].controller) < 0
                                        ? -ENOMEM
                                        : strv_extend(&lacking, text);
                if (r < 0)
                        return r;
        }
        *ret = NULL;
        return lacking ? strv_join(lacking, ", ", ret) : 0;
}
