/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "output-file.h"

/* As for any file that a person makes; the umask takes away what it should. */
#define MODE 0666
#define ATTEMPTS_MAX 16U

struct OutputFile {
        char *folder;
        const char *name;
        char *path;
        char *temporary; /* its name until the commit, beside its later one; NULL: none */
        int folder_fd, fd;
        bool replace;
};

OutputFile *output_file_free(OutputFile *file) {
        if (!file)
                return NULL;
        if (file->temporary)
                (void) unlinkat(file->folder_fd, file->temporary, 0); /* there is nobody to tell */
        close_fd(file->fd);
        close_fd(file->folder_fd);
        free(file->temporary);
        free(file->folder);
        free(file->path);
        free(file);
        return NULL;
}

int output_file_fd(const OutputFile *file) {
        return file->fd;
}

const char *output_file_folder(const OutputFile *file) {
        return file->folder;
}

static int choose_temporary(const OutputFile *file, char **ret) {
        unsigned number;

        if (getrandom(&number, sizeof(number), 0) < 0)
                return -errno;
        return asprintf(ret, ".%.200s.%08x", file->name, number) < 0 ? -ENOMEM : 0;
}

/* Makes a temporary name, for the file without one or with a new file. */
static int make_temporary(OutputFile *file) {
        char unnamed[32];

        for (unsigned i = 0; i < ATTEMPTS_MAX; i++) {
                _cleanup_free_ char *name = NULL;
                int r = choose_temporary(file, &name);

                if (r < 0)
                        return r;
                if (file->fd < 0) {
                        file->fd = openat(file->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                        MODE);
                        r = file->fd;
                } else {
                        (void) snprintf(unnamed, sizeof(unnamed), "/proc/self/fd/%d", file->fd);
                        r = linkat(AT_FDCWD, unnamed, file->folder_fd, name, AT_SYMLINK_FOLLOW);
                }
                if (r >= 0) {
                        file->temporary = TAKE_PTR(name);
                        return 0;
                }
                if (errno != EEXIST)
                        return -errno;
        }
        return -EEXIST;
}

static int open_unnamed(OutputFile *file) {
        file->fd = openat(file->folder_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, MODE);
        if (file->fd >= 0)
                return 0;
        /* what file systems without it say, and kernels: see open(2) */
        return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL ? make_temporary(file) : -errno;
}

static int split(OutputFile *file, const char *path) {
        char *slash;

        file->path = strdup(path);
        if (!file->path)
                return -ENOMEM;
        slash = strrchr(file->path, '/');
        file->name = slash ? slash + 1 : file->path;
        if (!*file->name)
                return -EISDIR;
        file->folder = slash ? strndup(file->path, (size_t) (file->name - file->path)) : strdup(".");
        return file->folder ? 0 : -ENOMEM;
}

/* Whether the name may be taken. Asked before anything is written, to say so at once. */
static int check_name(const OutputFile *file) {
        struct stat st;

        if (fstatat(file->folder_fd, file->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : -errno;
        if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) /* a device would be gone */
                return -EINVAL;
        return file->replace ? 0 : -EEXIST;
}

int output_file_open(const char *path, bool replace, OutputFile **ret) {
        _cleanup_(output_file_freep) OutputFile *file = calloc(1, sizeof(OutputFile));
        int r;

        if (!file)
                return -ENOMEM;
        *file = (OutputFile){ .folder_fd = -EBADF, .fd = -EBADF, .replace = replace };
        r = split(file, path);
        if (r < 0)
                return r;
        file->folder_fd = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (file->folder_fd < 0)
                return -errno;
        r = check_name(file);
        if (r >= 0)
                r = open_unnamed(file);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(file);
        return 0;
}

/* The one step that both makes the name and fails when there is one. */
static int link_new(OutputFile *file) {
        char unnamed[32];

        if (file->temporary) /* link(2) does it on every file system that has links; unlike RENAME_NOREPLACE
                              */
                return linkat(file->folder_fd, file->temporary, file->folder_fd, file->name, 0) < 0 ? -errno
                                                                                                    : 0;
        (void) snprintf(unnamed, sizeof(unnamed), "/proc/self/fd/%d", file->fd);
        return linkat(AT_FDCWD, unnamed, file->folder_fd, file->name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

static int rename_over(OutputFile *file) {
        int r = file->temporary ? 0 : make_temporary(file);

        if (r < 0)
                return r;
        if (renameat(file->folder_fd, file->temporary, file->folder_fd, file->name) < 0)
                return -errno;
        free(file->temporary);
        file->temporary = NULL;
        return 0;
}

int output_file_commit(OutputFile *file) {
        int r;

        if (fsync(file->fd) < 0)
                return -errno;
        r = file->replace ? rename_over(file) : link_new(file);
        if (r < 0)
                return r;
        return fsync(file->folder_fd) < 0 ? -errno : 0;
}
