/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "state-folder.h"

int state_folder_open(void) {
        const char *path = getenv("STATE_DIRECTORY");
        int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        return fd >= 0 ? fd : path ? -errno : -ENOENT;
}
