/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

#include "folder.h"
#include "macro.h"
#include "result-protocol.h"

#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool is_of(const struct stat *st, uid_t uid) {
        return uid == 0 || st->st_uid == uid;
}

int folder_open(int folders_fd, const char *id, uid_t uid, int *ret_fd) {
        _cleanup_close_ int fd = openat(folders_fd, id, OPEN_FOLDER);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
                return errno == ENOTDIR || errno == ELOOP ? -ENOENT : -errno;
        if (!is_of(&st, uid))
                return -ENOENT;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

typedef struct Walk {
        uid_t uid;
        dev_t device;
        folder_file_cb callback;
        void *userdata;
        char name[PATH_MAX];
} Walk;

static int walk(Walk *w, int fd, size_t length, unsigned depth);

/* What went meanwhile, or is too long or too deep to be named, is passed over. */
static int visit(Walk *w, int fd, const char *entry, size_t length, unsigned depth) {
        size_t n = strlen(entry);
        struct stat st;
        int folder_fd;

        if (length + n + 2 > sizeof(w->name) || fstatat(fd, entry, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return 0;
        memcpy(w->name + length, entry, n + 1);
        if (S_ISREG(st.st_mode))
                return is_of(&st, w->uid) ? w->callback(w->name, &st, w->userdata) : 0;
        if (!S_ISDIR(st.st_mode) || st.st_dev != w->device || depth >= RESULT_DEPTH_MAX)
                return 0;
        folder_fd = openat(fd, entry, OPEN_FOLDER);
        if (folder_fd < 0)
                return 0;
        w->name[length + n] = '/';
        return walk(w, folder_fd, length + n + 1, depth + 1);
}

static int walk(Walk *w, int fd, size_t length, unsigned depth) {
        DIR *folder = fdopendir(fd);
        struct dirent *entry;
        int r = 0;

        if (!folder) {
                close_fd(fd);
                return -errno;
        }
        while (r == 0 && (entry = readdir(folder)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        r = visit(w, dirfd(folder), entry->d_name, length, depth);
        closedir(folder);
        return r;
}

int folder_walk(int fd, uid_t uid, folder_file_cb callback, void *userdata) {
        Walk w = { .uid = uid, .callback = callback, .userdata = userdata };
        struct stat st;

        if (fstat(fd, &st) < 0) {
                close_fd(fd);
                return -errno;
        }
        w.device = st.st_dev;
        return walk(&w, fd, 0, 1);
}

static bool is_too_deep(const char *name) {
        unsigned depth = 1;

        for (; *name; name++)
                depth += *name == '/';
        return depth > RESULT_DEPTH_MAX;
}

/* What the caller may find in his folder, and what becomes of a name that leads out of it. */
static bool is_no_file(int error) {
        return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV || error == ENXIO ||
                        error == ENAMETOOLONG || error == EACCES;
}

/* O_NONBLOCK: a FIFO is opened without anybody at its other end, and then seen not to be a file. */
int folder_open_file(int fd, const char *name, uid_t uid, int *ret_fd, struct stat *ret) {
        struct open_how how = {
                .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
        };
        _cleanup_close_ int file_fd = -EBADF;

        if (is_too_deep(name))
                return -ENOENT;
        file_fd = (int) syscall(SYS_openat2, fd, name, &how, sizeof(how));
        if (file_fd < 0)
                return is_no_file(errno) ? -ENOENT : -errno;
        if (fstat(file_fd, ret) < 0)
                return -errno;
        if (!S_ISREG(ret->st_mode) || !is_of(ret, uid))
                return -ENOENT;
        if (fcntl(file_fd, F_SETFL, 0) < 0)
                return -errno;
        *ret_fd = TAKE_FD(file_fd);
        return 0;
}
