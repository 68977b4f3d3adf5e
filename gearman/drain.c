/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "drain.h"
#include "log.h"
#include "macro.h"
#include "state-folder.h"

#define FILE_NAME "draining"

bool drain_get(void) {
        _cleanup_close_ int folder = state_folder_open();

        return folder >= 0 && faccessat(folder, FILE_NAME, F_OK, 0) == 0;
}

static int make_file(int folder) {
        _cleanup_close_ int fd = openat(folder, FILE_NAME, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        return fd < 0 ? -errno : 0;
}

int drain_set(Worker *worker, bool is_draining) {
        _cleanup_close_ int folder = state_folder_open();
        int r = folder;

        if (r >= 0 && is_draining)
                r = make_file(folder);
        else if (r >= 0 && unlinkat(folder, FILE_NAME, 0) < 0 && errno != ENOENT)
                r = -errno;
        if (r >= 0 && fsync(folder) < 0)
                r = -errno;
        if (r < 0)
                return r;
        if (is_draining != worker->is_draining)
                log_line(LOG_NOTICE, is_draining ? "This machine drains: it takes no more jobs of others."
                                                 : "This machine takes jobs of others again.");
        worker->is_draining = is_draining;
        return 0;
}
