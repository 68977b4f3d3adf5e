/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "history-files.h"
#include "macro.h"

/* The database is the last one: as long as it is there, what stands beside it may belong to it. */
static const char *const suffixes[] = { "-wal", "-shm", "-journal", "" };

static int join(const char *path, const char *suffix, char **ret) {
        return asprintf(ret, "%s%s", path, suffix) < 0 ? -ENOMEM : 0;
}

static int open_folder(const char *path, int *ret_fd) {
        _cleanup_free_ char *copy = strdup(path);
        int fd;

        if (!copy)
                return -ENOMEM;
        fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

int history_lock(const char *path, int *ret_fd) {
        _cleanup_close_ int fd = -EBADF;
        int r = open_folder(path, &fd);

        if (r < 0)
                return r;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int sync_folder(const char *path) {
        _cleanup_close_ int fd = -EBADF;
        int r = open_folder(path, &fd);

        if (r < 0)
                return r;
        return fsync(fd) < 0 ? -errno : 0;
}

int history_unfinished_path(const char *path, char **ret) {
        return join(path, ".rebuilding", ret);
}

int history_rebuilt_path(const char *path, char **ret) {
        return join(path, ".rebuilt", ret);
}

int history_remove(const char *path) {
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                _cleanup_free_ char *file = NULL;
                int r = join(path, suffixes[i], &file);

                if (r < 0)
                        return r;
                if (unlink(file) < 0 && errno != ENOENT)
                        return -errno;
        }
        return 0;
}

int history_rename(const char *from, const char *to) {
        if (rename(from, to) < 0)
                return -errno;
        return sync_folder(to);
}

/* By the time at which the other one was whole: whoever goes on after a crash gives the same name. */
static int name_moved(const char *path, const struct stat *rebuilt, char **ret) {
        char text[32];
        struct tm tm;

        if (!gmtime_r(&rebuilt->st_mtim.tv_sec, &tm))
                return -EOVERFLOW;
        (void) strftime(text, sizeof(text), "%Y-%m-%dT%H%M%S", &tm); /* it fits */
        return asprintf(ret, "%s.damaged-%s.%06ldZ", path, text,
                               rebuilt->st_mtim.tv_nsec / (long) NSEC_PER_USEC) < 0
                        ? -ENOMEM
                        : 0;
}

/* Whether it was there. */
static int move_one(const char *path, const char *moved, const char *suffix) {
        _cleanup_free_ char *from = NULL, *to = NULL;
        int r;

        r = join(path, suffix, &from);
        if (r >= 0)
                r = join(moved, suffix, &to);
        if (r < 0)
                return r;
        if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0)
                return errno == ENOENT ? 0 : -errno;
        return 1;
}

static int move_aside(const char *path, const char *moved) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(suffixes); i++)
                r = move_one(path, moved, suffixes[i]);
        return r < 0 ? r : sync_folder(path);
}

int history_replace(const char *path, char **ret_moved) {
        _cleanup_free_ char *rebuilt = NULL, *moved = NULL;
        struct stat st;
        int r;

        r = history_rebuilt_path(path, &rebuilt);
        if (r < 0)
                return r;
        if (stat(rebuilt, &st) < 0)
                return errno == ENOENT ? 0 : -errno;
        r = name_moved(path, &st, &moved);
        if (r >= 0)
                r = move_aside(path, moved);
        if (r >= 0)
                r = history_rename(rebuilt, path);
        if (r < 0)
                return r;
        *ret_moved = access(moved, F_OK) >= 0 ? TAKE_PTR(moved) : NULL;
        return 1;
}
