/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>

#include "interrupt.h"
#include "io.h"
#include "macro.h"
#include "report.h"
#include "save.h"

#define BLOCK_BYTES ((size_t) 64 * 1024)

int save_copy(int from_fd, int to_fd, int interrupt_fd) {
        _cleanup_free_ char *block = malloc(BLOCK_BYTES);
        int r;

        if (!block)
                return -ENOMEM;
        for (;;) {
                ssize_t n;

                r = interrupt_wait_sync(interrupt_fd, from_fd, POLLIN, UINT64_MAX);
                if (r < 0)
                        return r;
                n = read(from_fd, block, BLOCK_BYTES);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                r = write_all(to_fd, block, (size_t) n);
                if (r < 0)
                        return r;
        }
}

int save_fail(int error, const char *path) {
        switch (error) {
        case -EEXIST:
                return fail_plain(error,
                                "%s exists. Choose another name with -o, or replace it with --force.", path);
        case -EINVAL:
                return fail_plain(error,
                                "%s is not an ordinary file, and would be replaced. Write to it with: "
                                "-o - > %s",
                                path, path);
        default:
                return fail(error, "Failed to write %s", path);
        }
}
