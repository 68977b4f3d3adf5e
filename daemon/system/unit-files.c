/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "result-folder.h"
#include "strv.h"
#include "unit-files.h"

/* RuntimeDirectory= of jobsd.service: for root alone. */
#define UNIT_FILES_FOLDER "/run/jobsd/units"

/* The same, for files without anything in them. */
#define PERMITS_FOLDER "/run/jobsd/starts"

int unit_files_permit_path(const char *unit, char **ret) {
        return asprintf(ret, PERMITS_FOLDER "/%s", unit) < 0 ? -ENOMEM : 0;
}

static int permit_start(const char *unit) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -EBADF;
        int r = unit_files_permit_path(unit, &path);

        if (r < 0)
                return r;
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        return fd < 0 ? -errno : 0;
}

void unit_files_forbid_start(const char *unit) {
        _cleanup_free_ char *path = NULL;

        if (unit_files_permit_path(unit, &path) >= 0 && unlink(path) < 0 && errno != ENOENT)
                log_errno(-errno, "Failed to remove %s", path);
}

int unit_files_environment_path(const char *unit, char **ret) {
        return asprintf(ret, UNIT_FILES_FOLDER "/%s/environment", unit) < 0 ? -ENOMEM : 0;
}

int unit_files_secret_path(const char *unit, const char *name, char **ret) {
        return asprintf(ret, UNIT_FILES_FOLDER "/%s/secret-%s", unit, name) < 0 ? -ENOMEM : 0;
}

/* As EnvironmentFile= reads it: in double quotes a backslash goes before these. */
static void write_variable(FILE *f, const char *assignment) {
        size_t n = strcspn(assignment, "=") + 1;

        fprintf(f, "%.*s\"", (int) n, assignment);
        for (const char *s = assignment + n; *s; s++) {
                if (strchr("\"\\`$", *s))
                        fputc('\\', f);
                fputc(*s, f);
        }
        fputs("\"\n", f);
}

static int create_file(const char *path, FILE **ret) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

        if (!f) {
                int r = -errno;

                close_fd(fd);
                return r;
        }
        *ret = f;
        return 0;
}

static int close_file(FILE *f) {
        int r = ferror(f) ? -EIO : 0;

        return fclose(f) != 0 ? -errno : r;
}

static int write_results(const Job *job, FILE *f) {
        _cleanup_free_ char *results = NULL;
        int r;

        if (!job->keep_results)
                return 0;
        r = result_folder_path(job->id, &results);
        if (r >= 0)
                fprintf(f, "JOBSD_RESULTS=%s\n", results);
        return r;
}

/* The file outranks Environment=, so what jobsd sets stands in it, too, and last. */
static int write_environment(const Job *job) {
        _cleanup_free_ char *path = NULL;
        FILE *f;
        int r, s;

        r = unit_files_environment_path(job->unit, &path);
        if (r >= 0)
                r = create_file(path, &f);
        if (r < 0)
                return r;
        for (char **v = job->environment; v && *v; v++)
                write_variable(f, *v);
        fprintf(f, "JOBSD_JOB_ID=%" PRIu64 "\nJOBSD_JOB_USER=\"%s\"\n", job->id, job->user);
        r = write_results(job, f);
        s = close_file(f);
        return r < 0 ? r : s;
}

static int write_secret(const Job *job, const char *secret) {
        _cleanup_free_ char *name = strndup(secret, strcspn(secret, "=")), *path = NULL;
        FILE *f;
        int r;

        r = name ? unit_files_secret_path(job->unit, name, &path) : -ENOMEM;
        if (r >= 0)
                r = create_file(path, &f);
        if (r < 0)
                return r;
        fputs(secret + strlen(name) + 1, f);
        return close_file(f);
}

/* -1 for what is no folder: a link is not followed. */
static int remove_files_in(const char *path) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
        struct dirent *entry;

        if (!folder) {
                close_fd(fd);
                return -1;
        }
        while ((entry = readdir(folder)))
                if (entry->d_name[0] != '.')
                        (void) unlinkat(dirfd(folder), entry->d_name, 0); /* the folder's removal tells */
        closedir(folder);
        return 0;
}

static void remove_folder(const char *unit) {
        _cleanup_free_ char *path = NULL;
        int r;

        if (asprintf(&path, UNIT_FILES_FOLDER "/%s", unit) < 0)
                return;
        r = remove_files_in(path);
        if (r < 0 && errno == ENOENT) /* most units need none */
                return;
        if ((r < 0 ? unlink(path) : rmdir(path)) < 0)
                log_errno(-errno, "Failed to remove %s", path);
}

int unit_files_write(const Job *job, char *const *secrets) {
        _cleanup_free_ char *folder = NULL;
        bool has_environment = strv_length(job->environment) > 0 || job->keep_results;
        int r = permit_start(job->unit);

        if (r < 0 || (!has_environment && strv_length(secrets) == 0))
                return r;
        if (asprintf(&folder, UNIT_FILES_FOLDER "/%s", job->unit) < 0)
                return -ENOMEM;
        remove_folder(job->unit); /* of a start that was tried before */
        if (mkdir(folder, 0700) < 0)
                return -errno;
        if (has_environment)
                r = write_environment(job);
        for (char *const *s = secrets; r >= 0 && s && *s; s++)
                r = write_secret(job, *s);
        return r;
}

void unit_files_remove(const char *unit) {
        unit_files_forbid_start(unit);
        remove_folder(unit);
}

static void remove_leftovers_in(const char *path, bool (*is_used)(const char *unit, void *userdata), void *userdata) {
        DIR *folder = opendir(path);
        struct dirent *entry;

        if (!folder) {
                log_errno(-errno, "Failed to open %s", path);
                return;
        }
        while ((entry = readdir(folder)))
                if (entry->d_name[0] != '.' && !is_used(entry->d_name, userdata))
                        unit_files_remove(entry->d_name);
        closedir(folder);
}

void unit_files_remove_leftovers(bool (*is_used)(const char *unit, void *userdata), void *userdata) {
        remove_leftovers_in(UNIT_FILES_FOLDER, is_used, userdata);
        remove_leftovers_in(PERMITS_FOLDER, is_used, userdata);
}
