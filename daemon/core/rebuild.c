/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "history-files.h"
#include "rebuild-journal.h"
#include "rebuild.h"
#include "result-files.h"

static int fail(int error, const char *format, ...) _printf_(2, 3);
static int fail(int error, const char *format, ...) {
        va_list ap;

        fputs("jobsd: ", stderr);
        va_start(ap, format);
        (void) vfprintf(stderr, format, ap);
        va_end(ap);
        fputc('\n', stderr);
        return error;
}

static int fail_errno(int error, const char *what, const char *path) {
        return fail(error, "%s %s: %s", what, path, strerror(-error));
}

/* Whether there is something to be rebuilt. */
static int check_old(const char *path) {
        _cleanup_free_ char *message = NULL;
        int r = store_check(path, &message);

        switch (r) {
        case 0:
                return fail(-EEXIST,
                                "%s is not damaged, nothing was changed. To make a history of what the "
                                "journal"
                                " has all the same, move it away first, with its -wal.",
                                path);
        case -ENOENT:
                printf("%s is not there.\n", path);
                return 0;
        case -EBADMSG:
        case -EIO:
                printf("%s is damaged, or is no database of jobsd's.\n", path);
                return 0;
        default:
                return fail(r, "%s", message ?: strerror(-r));
        }
}

static int fill(Store *store, RebuildCounts *ret_counts, uint64_t *ret_n_jobs) {
        int r;

        r = store_begin(store);
        if (r >= 0)
                r = rebuild_from_journal(store, ret_counts);
        if (r >= 0)
                r = result_files_note_all(store);
        if (r >= 0)
                r = store_count(store, ret_n_jobs);
        return r < 0 ? r : store_commit(store);
}

/* Whatever it left in the write-ahead log when it was closed has not come to the disk. */
static int check_closed(const char *path) {
        _cleanup_free_ char *log = NULL;

        if (asprintf(&log, "%s-wal", path) < 0)
                return -ENOMEM;
        return access(log, F_OK) >= 0 ? -EIO : 0;
}

static int make(const char *path, RebuildCounts *ret_counts, uint64_t *ret_n_jobs) {
        _cleanup_free_ char *message = NULL;
        Store *store;
        int r;

        r = history_remove(path); /* of one that did not come to its end */
        if (r < 0)
                return fail_errno(r, "Failed to remove", path);
        r = store_open(path, &store, &message);
        if (r < 0)
                return fail(r, "%s", message ?: strerror(-r));
        r = fill(store, ret_counts, ret_n_jobs);
        store_free(store);
        if (r >= 0)
                r = check_closed(path);
        return r < 0 ? fail_errno(r, "Failed to make a history of the journal in", path) : 0;
}

static void print_since(uint64_t usec) {
        time_t t = (time_t) (usec / USEC_PER_SEC);
        char text[64];
        struct tm tm;

        if (localtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm) > 0)
                printf("The journal goes back to %s.\n", text);
}

static void report(const RebuildCounts *counts, uint64_t n_jobs) {
        printf("%" PRIu64 " jobs were found in %" PRIu64 " records of the journal.\n", n_jobs,
                        counts->n_records);
        if (counts->since_usec > 0)
                print_since(counts->since_usec);
        if (counts->n_damaged > 0)
                printf("%" PRIu64 " records could not be read.\n", counts->n_damaged);
        if (counts->n_imported > 0)
                printf("%" PRIu64 " imported records are not in the journal: import them once more.\n",
                                counts->n_imported);
}

static int put_in_place(const char *path) {
        _cleanup_free_ char *moved = NULL;
        int r = history_replace(path, &moved);

        if (r < 0)
                return fail_errno(r, "Failed to replace", path);
        if (r > 0 && moved)
                printf("The damaged history is now %s.\n", moved);
        if (r > 0)
                printf("The new history is in its place, %s.\n", path);
        return r;
}

static int rebuild(const char *path) {
        _cleanup_free_ char *unfinished = NULL, *rebuilt = NULL;
        RebuildCounts counts = {};
        uint64_t n_jobs = 0;
        int r;

        r = put_in_place(path); /* of one that was interrupted at its end */
        if (r != 0)
                return r;
        r = check_old(path);
        if (r >= 0)
                r = history_unfinished_path(path, &unfinished);
        if (r >= 0)
                r = history_rebuilt_path(path, &rebuilt);
        if (r >= 0)
                r = make(unfinished, &counts, &n_jobs);
        if (r < 0)
                return r;
        r = history_rename(unfinished, rebuilt);
        if (r < 0)
                return fail_errno(r, "Failed to rename", unfinished);
        report(&counts, n_jobs);
        return put_in_place(path);
}

int rebuild_history(const char *path) {
        _cleanup_close_ int lock_fd = -EBADF;
        int r;

        (void) umask(0077);
        r = history_lock(path, &lock_fd);
        if (r == -EAGAIN)
                return fail(r, "jobsd runs and has %s open. Stop it first: systemctl stop jobsd", path);
        if (r < 0)
                return fail_errno(r, "Failed to open the folder of", path);
        return rebuild(path);
}
