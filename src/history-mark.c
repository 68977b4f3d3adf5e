/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "history-mark.h"
#include "macro.h"

/* One line of a length that never changes: it is overwritten in one write. */
#define LINE_BYTES 42

static int write_line(const HistoryMark *mark) {
        char line[LINE_BYTES + 1];
        ssize_t n;

        (void) snprintf(line, sizeof(line), "%020" PRIu64 " %020" PRIu64 "\n", mark->last_id,
                        (uint64_t) mark->history);
        n = pwrite(mark->fd, line, LINE_BYTES, 0);
        if (n < 0)
                return -errno;
        return n == LINE_BYTES ? 0 : -EIO;
}

/* What cannot be read is no mark: others are asked. */
static bool read_line(int fd, uint64_t *ret_last_id, ino_t *ret_history) {
        char line[LINE_BYTES + 1] = {};
        uint64_t last_id, history;

        if (pread(fd, line, LINE_BYTES, 0) != LINE_BYTES ||
                        sscanf(line, "%20" SCNu64 " %20" SCNu64 "\n", &last_id, &history) != 2 ||
                        last_id > INT64_MAX)
                return false;
        *ret_last_id = last_id;
        *ret_history = (ino_t) history;
        return true;
}

int history_mark_open(const char *path, HistoryMark *ret, bool *ret_same) {
        _cleanup_free_ char *file = NULL;
        _cleanup_close_ int fd = -EBADF;
        uint64_t last_id = 0;
        ino_t history = 0;
        struct stat st;

        if (asprintf(&file, "%s.last-id", path) < 0)
                return -ENOMEM;
        if (stat(path, &st) < 0)
                return -errno;
        fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        *ret_same = read_line(fd, &last_id, &history) && history == st.st_ino;
        *ret = (HistoryMark){ TAKE_FD(fd), last_id, st.st_ino };
        return 0;
}

void history_mark_close(HistoryMark *mark) {
        close_fd(mark->fd);
        mark->fd = -EBADF;
}

int history_mark_set(HistoryMark *mark, uint64_t last_id) {
        mark->last_id = last_id;
        return write_line(mark);
}

int history_mark_raise(HistoryMark *mark, uint64_t last_id) {
        return last_id > mark->last_id ? history_mark_set(mark, last_id) : 0;
}
