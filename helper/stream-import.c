/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads a file that is to be imported, leaves out what the history has already, and hands the rest to
 * jobsd, which has nothing to do but to store it. */

#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "import-read.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* Whose records are those of users that this machine does not know: nobody's, whom administrators see. */
#define UID_NOBODY 65534

#define PAGE_ROWS 10000U

typedef struct Import {
        ImportFile file;
        void *users; /* a tree of search.h(3) */
        uint64_t n_known;
} Import;

typedef struct KnownUser {
        char *name; /* of the first of his rows */
        uid_t uid;
} KnownUser;

static void import_done(Import *import) {
        tdestroy(import->users, free);
        import_file_done(&import->file);
}

/* ---- users ---- */

static int compare_users(const void *a, const void *b) {
        return strcmp(((const KnownUser *) a)->name, ((const KnownUser *) b)->name);
}

/* NSS is asked once for each name. */
static int find_user(Import *import, char *name, uid_t *ret) {
        KnownUser *user = calloc(1, sizeof(KnownUser)), **found;
        int r;

        if (!user)
                return -ENOMEM;
        *user = (KnownUser){ name, UID_NOBODY };
        found = tsearch(user, &import->users, compare_users);
        if (!found || *found != user)
                free(user);
        if (!found)
                return -ENOMEM;
        r = *found == user ? stream_get_uid(name, &user->uid) : 0;
        *ret = (*found)->uid;
        return r == -ENOENT ? 0 : r;
}

static int set_users(Import *import) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < import->file.n_rows; i++) {
                Job *job = import->file.rows[i].job;

                r = find_user(import, job->user, &job->uid);
        }
        return r;
}

/* ---- what is known ---- */

static int compare_rows(const void *a, const void *b) {
        return import_row_compare(((const ImportRow *) a)->job, ((const ImportRow *) b)->job);
}

/* The first of those that are equal to this one. bsearch(3) finds any of them, and there may be many. */
static ImportRow *find_first(ImportFile *file, const ImportRow *wanted) {
        size_t begin = 0, end = file->n_rows;

        while (begin < end) {
                size_t middle = begin + (end - begin) / 2;

                if (compare_rows(&file->rows[middle], wanted) < 0)
                        begin = middle + 1;
                else
                        end = middle;
        }
        return begin < file->n_rows && compare_rows(&file->rows[begin], wanted) == 0 ? &file->rows[begin]
                                                                                     : NULL;
}

static int count_job(const Job *job, void *userdata) {
        const ImportRow wanted = { .job = (Job *) job };
        ImportRow *first = find_first(userdata, &wanted);

        if (first)
                first->n_there++;
        return 0;
}

/* Sorted by import_row_compare(), which begins with the seconds of the start. */
static int count_history(ImportFile *file, Store *store) {
        const StoreFilter filter = {
                .uid = UID_INVALID,
                .status_mask = 1U << JOB_COMPLETED | 1U << JOB_ERROR | 1U << JOB_CANCELLED,
                .since_usec = file->rows[0].job->submitted_usec / USEC_PER_SEC * USEC_PER_SEC,
                .until_usec = (file->rows[file->n_rows - 1].job->submitted_usec / USEC_PER_SEC + 1) *
                                USEC_PER_SEC,
        };
        uint64_t next = 0;
        int r;

        do
                r = store_foreach_page(store, &filter, next, PAGE_ROWS, count_job, file, &next);
        while (r >= 0 && next != 0);
        return r;
}

/* Rows that are equal are so many jobs: if the history has two of three, one is new. */
static void drop_known(Import *import) {
        ImportFile *file = &import->file;
        size_t n = 0;

        for (size_t i = 0; i < file->n_rows; i++) {
                ImportRow *row = &file->rows[i];

                if (row->n_there == 0) {
                        file->rows[n++] = *row;
                        continue;
                }
                if (i + 1 < file->n_rows && compare_rows(row, row + 1) == 0)
                        row[1].n_there = row->n_there - 1;
                import->n_known++;
                job_free(row->job);
        }
        file->n_rows = n;
}

static int leave_out_known(Import *import, const char *path) {
        _cleanup_(store_freep) Store *store = NULL;
        _cleanup_free_ char *message = NULL;
        ImportFile *file = &import->file;
        int r;

        if (file->n_rows == 0)
                return 0;
        r = store_open_read_only(path, &store, &message);
        if (r < 0)
                return r;
        qsort(file->rows, file->n_rows, sizeof(ImportRow), compare_rows);
        r = count_history(file, store);
        if (r >= 0)
                drop_known(import);
        return r;
}

/* ---- to jobsd ---- */

/* The oldest first, whose ids are to be the smallest. A file has the newest first, also of those that
 * began in the same second. */
static int compare_ages(const void *a, const void *b) {
        const ImportRow *x = a, *y = b;

        if (x->job->submitted_usec != y->job->submitted_usec)
                return x->job->submitted_usec < y->job->submitted_usec ? -1 : 1;
        return x->line < y->line ? 1 : x->line > y->line ? -1 : 0;
}

static int print_rows(const Import *import) {
        const ImportFile *file = &import->file;
        int r = 0;

        printf("rows=%zu%cknown=%" PRIu64 "%crefused=%" PRIu64 "%c%c", file->n_rows, '\0', import->n_known,
                        '\0', file->n_refused, '\0', '\0');
        for (size_t i = 0; r >= 0 && i < file->n_rows; i++) {
                r = import_row_pack(stdout, file->rows[i].job);
                if (r >= 0 && putchar('\0') == EOF)
                        r = -errno;
        }
        return r < 0 ? r : fflush(stdout) == 0 ? 0 : -errno;
}

/* What the caller has given is his, and its mistakes are for him to read. */
static int print_mistake(const char *mistake) {
        printf("mistake=%s%c%c", mistake, '\0', '\0');
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int import_new_rows(Import *import, const char *path) {
        int r;

        r = leave_out_known(import, path);
        if (r >= 0)
                r = set_users(import);
        if (r < 0)
                return r;
        if (import->file.n_rows > 0)
                qsort(import->file.rows, import->file.n_rows, sizeof(ImportRow), compare_ages);
        return print_rows(import);
}

static bool is_file_or_pipe(int fd) {
        struct stat st;

        return fstat(fd, &st) >= 0 && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode));
}

int stream_import(const char *path, const char *format) {
        _cleanup_(import_done) Import import = { .file.now_usec = (uint64_t) time(NULL) * USEC_PER_SEC };
        int r;

        if (!is_file_or_pipe(STDIN_FILENO))
                return print_mistake("It is neither an ordinary file nor a pipe.");
        import.file.report = fdopen(STREAM_STATUS_FD, "we");
        if (!import.file.report)
                return stream_error(-errno, "Failed to open the report");
        r = import_file_read(&import.file, STDIN_FILENO, export_format_from_string(format));
        if (fflush(import.file.report) != 0 && r >= 0)
                r = -errno;
        if (r >= 0)
                r = import_new_rows(&import, path);
        if (r < 0 && import.file.mistake)
                return print_mistake(import.file.mistake);
        return r < 0 ? stream_error(r, "Failed to import a file") : EXIT_SUCCESS;
}
