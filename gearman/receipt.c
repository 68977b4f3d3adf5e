/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "macro.h"
#include "receipt.h"
#include "state-folder.h"

static bool is_old(const struct stat *st, uint64_t now_sec) {
        return (uint64_t) st->st_mtim.tv_sec + RECEIPT_VALID_SEC < now_sec;
}

/* -ENOENT for one that is not there, is too old, or was broken off while it was written: nothing was submitted then. */
static int read_key(int folder, const char *name, uint64_t now_sec, sd_id128_t *ret) {
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        char text[SD_ID128_STRING_MAX] = {};
        struct stat st;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0 || read(fd, text, sizeof(text) - 1) < 0)
                return -errno;
        return is_old(&st, now_sec) || sd_id128_from_string(text, ret) < 0 ? -ENOENT : 0;
}

static int write_key(int folder, const char *name, sd_id128_t key) {
        _cleanup_close_ int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        char text[SD_ID128_STRING_MAX];
        ssize_t n;

        if (fd < 0)
                return -errno;
        n = write(fd, sd_id128_to_string(key, text), SD_ID128_STRING_MAX - 1);
        if (n < 0 || fsync(fd) < 0 || fsync(folder) < 0)
                return -errno;
        return n == SD_ID128_STRING_MAX - 1 ? 0 : -EIO;
}

int receipt_take(const char *name, uint64_t now_sec, sd_id128_t *ret) {
        _cleanup_close_ int folder = state_folder_open();
        int r = folder < 0 ? folder : read_key(folder, name, now_sec, ret);

        if (r != -ENOENT || folder < 0)
                return r;
        r = sd_id128_randomize(ret);
        return r < 0 ? r : write_key(folder, name, *ret);
}

void receipt_drop(const char *name) {
        _cleanup_close_ int folder = state_folder_open();

        if (folder >= 0)
                (void) unlinkat(folder, name, 0); /* else it becomes too old */
}

void receipts_tidy(uint64_t now_sec) {
        int folder = state_folder_open();
        DIR *directory = folder < 0 ? NULL : fdopendir(folder);
        const struct dirent *entry;
        struct stat st;

        while (directory && (entry = readdir(directory)))
                if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
                                strlen(entry->d_name) == RECEIPT_NAME_MAX - 1 && is_old(&st, now_sec))
                        (void) unlinkat(folder, entry->d_name, 0);
        if (directory)
                closedir(directory);
        else
                close_fd(folder);
}
