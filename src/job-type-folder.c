/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "job-type-file.h"
#include "job-type-folder.h"
#include "parse.h"
#include "strv.h"

/* Files of several folders by name, sorted. */
typedef struct Files {
        char **names, **paths; /* of equal length */
} Files;

static void files_done(Files *files) {
        strv_free(files->names);
        strv_free(files->paths);
}

static bool has_suffix(const char *name, const char *suffix) {
        size_t n = strlen(name), n_suffix = strlen(suffix);

        return n > n_suffix && *name != '.' && strcmp(name + n - n_suffix, suffix) == 0;
}

/* In its place by name, or instead of one of that name. */
static int files_put(Files *files, const char *name, const char *path) {
        size_t i, n = strv_length(files->names);
        int r;

        for (i = 0; i < n && strcmp(files->names[i], name) < 0; i++)
                ;
        if (i < n && strcmp(files->names[i], name) == 0) {
                char *copy = strdup(path);

                if (!copy)
                        return -ENOMEM;
                free(files->paths[i]);
                files->paths[i] = copy;
                return 0;
        }
        r = strv_insert(&files->names, i, name);
        return r < 0 ? r : strv_insert(&files->paths, i, path);
}

static int files_add_folder(Files *files, const char *folder, const char *suffix) {
        DIR *directory = opendir(folder);
        const struct dirent *entry;
        int r = 0;

        if (!directory)
                return errno == ENOMEM ? -ENOMEM : 0;
        while (r >= 0 && (entry = readdir(directory))) {
                _cleanup_free_ char *path = NULL;

                if (!has_suffix(entry->d_name, suffix))
                        continue;
                r = asprintf(&path, "%s/%s", folder, entry->d_name) < 0
                                ? -ENOMEM
                                : files_put(files, entry->d_name, path);
        }
        closedir(directory);
        return r;
}

/* An empty file, or a link to /dev/null, or what is no file at all and must not be waited for. */
static bool is_masked(const char *path) {
        struct stat st;

        return stat(path, &st) >= 0 && (!S_ISREG(st.st_mode) || st.st_size == 0);
}

static int list_paths(char *const *folders, const char *name, const char *path, char ***ret) {
        _cleanup_(files_done) Files drop_ins = {};
        _cleanup_strv_free_ char **paths = NULL;
        int r = strv_extend(&paths, path);

        for (; r >= 0 && *folders; folders++) {
                _cleanup_free_ char *folder = NULL;

                r = asprintf(&folder, "%s/%s.d", *folders, name) < 0
                                ? -ENOMEM
                                : files_add_folder(&drop_ins, folder, ".conf");
        }
        for (char **drop_in = drop_ins.paths; r >= 0 && drop_in && *drop_in; drop_in++)
                if (!is_masked(*drop_in))
                        r = strv_extend(&paths, *drop_in);
        if (r >= 0)
                *ret = TAKE_PTR(paths);
        return r;
}

static int read_type(char *const *folders, const char *file, const char *path, job_type_cb callback,
                ini_mistake_cb mistake, void *userdata) {
        _cleanup_(job_type_freep) JobType *type = NULL;
        _cleanup_strv_free_ char **paths = NULL;
        _cleanup_free_ char *name = strndup(file, strlen(file) - strlen(".job")), *message = NULL;
        int r;

        if (!name)
                return -ENOMEM;
        if (!job_type_name_is_valid(name)) {
                if (asprintf(&message,
                                    "%s: \"%s\" is no job type's name: at most %u letters, digits, \"-\", "
                                    "\"_\" and \".\".",
                                    path, name, JOB_TYPE_NAME_BYTES_MAX) >= 0) {
                        text_make_one_line(message, '?'); /* a file's name is any bytes */
                        mistake(message, userdata);
                }
                return 0;
        }
        r = job_type_new(name, path, &type);
        if (r >= 0)
                r = list_paths(folders, file, path, &paths);
        if (r >= 0)
                r = job_type_read(type, paths, mistake, userdata);
        return r < 0 ? r : callback(TAKE_PTR(type), userdata);
}

typedef struct Check {
        ini_mistake_cb mistake;
        void *userdata;
        bool is_wrong;
} Check;

static void on_mistake(const char *message, void *userdata) {
        Check *check = userdata;

        check->is_wrong = true;
        check->mistake(message, check->userdata);
}

static int on_type(JobType *type, void *userdata) {
        job_type_free(type);
        return 0;
}

int job_type_check_file(const char *path, ini_mistake_cb mistake, void *userdata) {
        Check check = { mistake, userdata, false };
        const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
        _cleanup_free_ char *folder = slash ? strndup(path, (size_t) (slash - path)) : strdup(".");
        _cleanup_free_ char *message = NULL;
        int r;

        if (!folder)
                return -ENOMEM;
        if (!has_suffix(file, ".job")) {
                if (asprintf(&message, "%s: a job type is a file whose name ends in .job.", path) < 0)
                        return -ENOMEM;
                on_mistake(message, &check);
                return -EINVAL;
        }
        r = read_type((char *const[]){ folder, NULL }, file, path, on_type, on_mistake, &check);
        return r < 0 ? r : check.is_wrong ? -EINVAL : 0;
}

int job_types_read(char *const *folders, job_type_cb callback, ini_mistake_cb mistake, void *userdata) {
        _cleanup_(files_done) Files files = {};
        int r = 0;

        for (char *const *folder = folders; r >= 0 && *folder; folder++)
                r = files_add_folder(&files, *folder, ".job");
        for (size_t i = 0; r >= 0 && files.names && files.names[i]; i++)
                if (!is_masked(files.paths[i]))
                        r = read_type(folders, files.names[i], files.paths[i], callback, mistake, userdata);
        return r;
}
