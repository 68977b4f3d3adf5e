/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "strv.h"

char *folder_new(void) {
        const char *parent = getenv("TMPDIR");
        char *folder;

        assert_true(asprintf(&folder, "%s/jobsd-test-XXXXXX", parent ?: "/tmp") > 0);
        assert_non_null(mkdtemp(folder));
        return folder;
}

/* The next file in a folder, or NULL. */
static const char *next_file(DIR *d) {
        const struct dirent *entry;

        do
                entry = readdir(d);
        while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
        return entry ? entry->d_name : NULL;
}

size_t folder_count(const char *folder) {
        DIR *d = opendir(folder);
        size_t n = 0;

        assert_non_null(d);
        while (next_file(d))
                n++;
        closedir(d);
        return n;
}

char *folder_free(char *folder) {
        const char *name;
        DIR *d;

        if (!folder)
                return NULL;
        assert_int_equal(chmod(folder, 0700), 0);
        d = opendir(folder);
        assert_non_null(d);
        while ((name = next_file(d)))
                if (unlinkat(dirfd(d), name, 0) < 0)
                        folder_free(path_in(folder, name));
        closedir(d);
        assert_int_equal(rmdir(folder), 0);
        free(folder);
        return NULL;
}

char *path_in(const char *folder, const char *name) {
        char *path;

        assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
        return path;
}

void file_write(const char *path, const void *bytes, size_t size) {
        FILE *f = fopen(path, "we");

        assert_non_null(f);
        assert_int_equal(fwrite(bytes, 1, size, f), size);
        assert_int_equal(fclose(f), 0);
}

char *file_read(const char *path, size_t *ret_size) {
        FILE *f = fopen(path, "re");
        struct stat st;
        char *bytes;

        assert_non_null(f);
        assert_int_equal(fstat(fileno(f), &st), 0);
        bytes = calloc(1, (size_t) st.st_size + 1);
        assert_non_null(bytes);
        assert_int_equal(fread(bytes, 1, (size_t) st.st_size, f), st.st_size);
        fclose(f);
        *ret_size = (size_t) st.st_size;
        return bytes;
}

void set_text(char **field, const char *text) {
        free(*field);
        *field = strdup(text);
        assert_non_null(*field);
}

Job *sample_job(uid_t uid, const char *user) {
        Job *job;

        assert_int_equal(job_new(&job), 0);
        job->uid = job->submitter = uid;
        job->submitted_usec = UINT64_C(1795516215000000);
        set_text(&job->name, "true");
        set_text(&job->user, user);
        assert_int_equal(strv_extend(&job->command, "/bin/true"), 0);
        return job;
}

static void assert_texts_equal(const char *field, const char *a, const char *b) {
        if ((a || b) && (!a || !b || strcmp(a, b) != 0))
                fail_msg("%s: \"%s\" and \"%s\"", field, a ?: "(null)", b ?: "(null)");
}

static void assert_arrays_equal(const char *field, char *const *a, char *const *b) {
        size_t n = strv_length(a);

        if (strv_length(b) != n)
                fail_msg("%s: %zu and %zu strings", field, n, strv_length(b));
        for (size_t i = 0; i < n; i++)
                assert_texts_equal(field, a[i], b[i]);
}

static void assert_specifications_equal(const Job *a, const Job *b) {
        assert_arrays_equal("command", a->command, b->command);
        assert_arrays_equal("environment", a->environment, b->environment);
        assert_texts_equal("working_directory", a->working_directory, b->working_directory);
        assert_int_equal(a->timeout_usec, b->timeout_usec);
        assert_int_equal(a->memory_max, b->memory_max);
        assert_int_equal(a->cpu_quota_usec, b->cpu_quota_usec);
        assert_int_equal(a->tasks_max, b->tasks_max);
        assert_int_equal(a->umask, b->umask);
        assert_int_equal(a->keep_results, b->keep_results);
        assert_int_equal(a->output_max, b->output_max);
        assert_int_equal(a->output_grace_usec, b->output_grace_usec);
        assert_int_equal(a->nice, b->nice);
        assert_arrays_equal("parameters", a->parameters, b->parameters);
        assert_texts_equal("run_as", a->run_as, b->run_as);
        assert_texts_equal("run_group", a->run_group, b->run_group);
        assert_int_equal(a->run_uid, b->run_uid);
        assert_int_equal(a->retries, b->retries);
        assert_int_equal(a->retry_usec, b->retry_usec);
        assert_int_equal(a->restartable, b->restartable);
}

static void assert_states_equal(const Job *a, const Job *b) {
        assert_int_equal(a->submitted_usec, b->submitted_usec);
        assert_int_equal(a->started_usec, b->started_usec);
        assert_int_equal(a->finished_usec, b->finished_usec);
        assert_int_equal(a->status, b->status);
        assert_int_equal(a->result, b->result);
        assert_int_equal(a->exit_status, b->exit_status);
        assert_texts_equal("info", a->info, b->info);
        assert_true(a->progress == b->progress);
        assert_texts_equal("unit", a->unit, b->unit);
        assert_true(sd_id128_equal(a->invocation_id, b->invocation_id));
        assert_true(sd_id128_equal(a->boot_id, b->boot_id));
        assert_int_equal(a->attempt, b->attempt);
        assert_int_equal(a->next_try_usec, b->next_try_usec);
        assert_int_equal(a->cpu_usage_nsec, b->cpu_usage_nsec);
        assert_int_equal(a->memory_peak, b->memory_peak);
        assert_int_equal(a->result_files, b->result_files);
        assert_int_equal(a->result_bytes, b->result_bytes);
        assert_int_equal(a->retry_of, b->retry_of);
        assert_int_equal(a->imported_usec, b->imported_usec);
}

void assert_jobs_equal(const Job *a, const Job *b) {
        assert_int_equal(a->id, b->id);
        assert_texts_equal("name", a->name, b->name);
        assert_texts_equal("type", a->type, b->type);
        assert_int_equal(a->uid, b->uid);
        assert_texts_equal("user", a->user, b->user);
        assert_int_equal(a->submitter, b->submitter);
        assert_int_equal(a->origin, b->origin);
        assert_texts_equal("related", a->related, b->related);
        assert_specifications_equal(a, b);
        assert_states_equal(a, b);
}
