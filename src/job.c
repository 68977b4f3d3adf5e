/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "job.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"

int job_new(Job **ret) {
        Job *job = calloc(1, sizeof(Job));

        if (!job)
                return -ENOMEM;
        job->progress = -1;
        job->attempt = 1;
        *ret = job;
        return 0;
}

static int copy_text(const char *text, char **ret) {
        if (!text)
                return 0;
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static int copy_texts(const Job *job, Job *copy) {
        int r;

        r = copy_text(job->name, &copy->name);
        if (r >= 0)
                r = copy_text(job->type, &copy->type);
        if (r >= 0)
                r = copy_text(job->user, &copy->user);
        if (r >= 0)
                r = copy_text(job->related, &copy->related);
        if (r >= 0)
                r = copy_text(job->working_directory, &copy->working_directory);
        if (r >= 0)
                r = strv_copy(job->command, &copy->command);
        return r < 0 ? r : strv_copy(job->environment, &copy->environment);
}

int job_new_retry(const Job *job, Job **ret) {
        _cleanup_(job_freep) Job *copy = NULL;
        int r;

        r = job_new(&copy);
        if (r >= 0)
                r = copy_texts(job, copy);
        if (r < 0)
                return r;
        copy->uid = job->uid;
        copy->submitter = job->submitter;
        copy->origin = job->origin;
        copy->timeout_usec = job->timeout_usec;
        copy->memory_max = job->memory_max;
        copy->cpu_quota_usec = job->cpu_quota_usec;
        copy->tasks_max = job->tasks_max;
        copy->nice = job->nice;
        copy->retry_of = job->id;
        *ret = TAKE_PTR(copy);
        return 0;
}

Job *job_free(Job *job) {
        if (!job)
                return NULL;
        free(job->name);
        free(job->type);
        free(job->user);
        free(job->related);
        strv_free(job->command);
        strv_free(job->environment);
        free(job->working_directory);
        free(job->info);
        free(job->unit);
        free(job);
        return NULL;
}

JobStatus job_result_to_status(JobResult result) {
        switch (result) {
        case JOB_RESULT_NONE:
                return JOB_RUNNING;
        case JOB_RESULT_SUCCESS:
                return JOB_COMPLETED;
        case JOB_RESULT_CANCELLED:
                return JOB_CANCELLED;
        default:
                return JOB_ERROR;
        }
}

bool uid_is_system(uid_t uid) {
        return uid <= 999 ||                      /* SYS_UID_MAX */
                (uid >= 61184 && uid <= 65519) || /* DynamicUser= */
                uid == 65534;                     /* nobody */
}

static int table_lookup(const char *const *table, size_t n, const char *s) {
        for (size_t i = 0; s && i < n; i++)
                if (table[i] && strcmp(table[i], s) == 0)
                        return (int) i;
        return -EINVAL;
}

#define DEFINE_STRING_TABLE(name, Type, max)                                       \
        const char *name##_to_string(Type v) {                                     \
                return (int) v >= 0 && v < (max) ? name##_table[v] : NULL;         \
        }                                                                          \
        Type name##_from_string(const char *s) {                                   \
                return (Type) table_lookup(name##_table, ELEMENTSOF(name##_table), s); \
        }

static const char *const job_status_table[_JOB_STATUS_MAX] = {
        [JOB_QUEUED] = "queued",       [JOB_RUNNING] = "running",     [JOB_COMPLETED] = "completed",
        [JOB_ERROR] = "error",         [JOB_CANCELLED] = "cancelled",
};
DEFINE_STRING_TABLE(job_status, JobStatus, _JOB_STATUS_MAX)

static const char *const job_status_labels[_JOB_STATUS_MAX] = {
        [JOB_QUEUED] = "Queued",       [JOB_RUNNING] = "Running",     [JOB_COMPLETED] = "Completed",
        [JOB_ERROR] = "Error",         [JOB_CANCELLED] = "Cancelled",
};

const char *job_status_to_label(JobStatus status) {
        return (int) status >= 0 && status < _JOB_STATUS_MAX ? job_status_labels[status] : NULL;
}

static const char *const job_result_table[_JOB_RESULT_MAX] = {
        [JOB_RESULT_NONE] = "",
        [JOB_RESULT_SUCCESS] = "success",
        [JOB_RESULT_EXIT_CODE] = "exit-code",
        [JOB_RESULT_SIGNAL] = "signal",
        [JOB_RESULT_CORE_DUMP] = "core-dump",
        [JOB_RESULT_TIMEOUT] = "timeout",
        [JOB_RESULT_OOM_KILL] = "oom-kill",
        [JOB_RESULT_WATCHDOG] = "watchdog",
        [JOB_RESULT_RESOURCES] = "resources",
        [JOB_RESULT_START_FAILED] = "start-failed",
        [JOB_RESULT_CANCELLED] = "cancelled",
        [JOB_RESULT_INTERRUPTED] = "interrupted",
        [JOB_RESULT_LOST] = "lost",
};
DEFINE_STRING_TABLE(job_result, JobResult, _JOB_RESULT_MAX)

static const char *const job_origin_table[_JOB_ORIGIN_MAX] = {
        [JOB_ORIGIN_BUS] = "bus",
        [JOB_ORIGIN_COMMAND_LINE] = "command-line",
        [JOB_ORIGIN_WEB] = "web",
        [JOB_ORIGIN_GEARMAN] = "gearman",
};
DEFINE_STRING_TABLE(job_origin, JobOrigin, _JOB_ORIGIN_MAX)

int job_unit_name(uint64_t id, char **ret) {
        return asprintf(ret, "jobsd-%" PRIu64 ".service", id) < 0 ? -ENOMEM : 0;
}

int job_unit_name_to_id(const char *unit, uint64_t *ret) {
        static const char prefix[] = "jobsd-", suffix[] = ".service";
        size_t n = strlen(unit), n_prefix = sizeof(prefix) - 1, n_suffix = sizeof(suffix) - 1;
        char digits[21];

        if (n <= n_prefix + n_suffix || n - n_prefix - n_suffix >= sizeof(digits) ||
                strncmp(unit, prefix, n_prefix) != 0 || strcmp(unit + n - n_suffix, suffix) != 0)
                return -EINVAL;
        memcpy(digits, unit + n_prefix, n - n_prefix - n_suffix);
        digits[n - n_prefix - n_suffix] = '\0';
        /* one spelling for each id: "jobsd-012.service" is not ours */
        return digits[0] == '0' ? -EINVAL : parse_id(digits, ret);
}

int job_path(uint64_t id, char **ret) {
        return asprintf(ret, JOBSD_JOB_PREFIX "/%" PRIu64, id) < 0 ? -ENOMEM : 0;
}

int job_path_to_id(const char *path, uint64_t *ret) {
        static const char prefix[] = JOBSD_JOB_PREFIX "/";

        if (strncmp(path, prefix, sizeof(prefix) - 1) != 0 || path[sizeof(prefix) - 1] == '0')
                return -EINVAL;
        return parse_id(path + sizeof(prefix) - 1, ret);
}
