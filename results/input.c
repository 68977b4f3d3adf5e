/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "input.h"
#include "macro.h"

#define ID_DIGITS 32U
#define COPY_BYTES 65536U

bool input_id_is_valid(const char *id) {
        return strlen(id) == ID_DIGITS && strspn(id, "0123456789abcdef") == ID_DIGITS;
}

static bool name_is_valid(const char *name) {
        return *name && strlen(name) <= NAME_MAX && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Some of the kernel's own files show more to root than to who has opened them. */
static bool is_of_kernel(int fd) {
        static const unsigned long kinds[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC,
                CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC, EFIVARFS_MAGIC, PSTOREFS_MAGIC, SELINUX_MAGIC,
                SMACK_MAGIC, NSFS_MAGIC };
        struct statfs st;

        if (fstatfs(fd, &st) < 0)
                return true;
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if ((unsigned long) st.f_type == kinds[i])
                        return true;
        return false;
}

static int write_all(int fd, const char *bytes, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, bytes, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                bytes += n;
                size -= (size_t) n;
        }
        return 0;
}

/* To its end, which may be further than it was. */
static int copy(int from_fd, int to_fd, uint64_t bytes_max, uint64_t *ret_size) {
        static char buffer[COPY_BYTES];
        uint64_t size = 0;
        ssize_t n;

        while ((n = pread(from_fd, buffer, sizeof(buffer), (off_t) size)) != 0) {
                int r;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if ((uint64_t) n > bytes_max - size)
                        return -EFBIG;
                r = write_all(to_fd, buffer, (size_t) n);
                if (r < 0)
                        return r;
                size += (uint64_t) n;
        }
        *ret_size = size;
        return 0;
}

/* The file and its name. */
static int give_away(int folder_fd, int fd, uid_t uid) {
        if (fchown(fd, uid, (gid_t) -1) < 0 || fsync(fd) < 0)
                return -errno;
        return fchown(folder_fd, uid, (gid_t) -1) < 0 || fsync(folder_fd) < 0 ? -errno : 0;
}

static int take_into(int folder_fd, const char *name, uid_t uid, uint64_t bytes_max, int from_fd, uint64_t *ret_size) {
        _cleanup_close_ int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
        int r;

        if (fd < 0)
                return -errno;
        r = copy(from_fd, fd, bytes_max, ret_size);
        if (r >= 0)
                r = give_away(folder_fd, fd, uid);
        if (r < 0)
                (void) unlinkat(folder_fd, name, 0); /* or with the folder, by who asked */
        return r;
}

static int open_folder(int inputs_fd, const char *id) {
        int fd;

        if (mkdirat(inputs_fd, id, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(inputs_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 || fsync(inputs_fd) < 0 ? -errno : fd;
}

int input_take(int inputs_fd, const char *id, const char *name, uid_t uid, uint64_t bytes_max, int fd, uint64_t *ret_size) {
        _cleanup_close_ int folder_fd = -EBADF;
        struct stat st;
        int r;

        if (!input_id_is_valid(id) || !name_is_valid(name))
                return -EINVAL;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || is_of_kernel(fd))
                return -EISDIR;
        folder_fd = open_folder(inputs_fd, id);
        if (folder_fd < 0)
                return folder_fd;
        r = take_into(folder_fd, name, uid, bytes_max, fd, ret_size);
        if (r < 0)
                (void) unlinkat(inputs_fd, id, AT_REMOVEDIR); /* unless another one is in it */
        return r;
}
