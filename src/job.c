/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "job.h"
#include "parse.h"
#include "protocol.h"
#include "string-table.h"
#include "strv.h"

int job_new(Job **ret) {
        Job *job = calloc(1, sizeof(Job));

        if (!job)
                return -ENOMEM;
        job->progress = -1;
        job->attempt = 1;
        job->umask = JOB_UMASK_DEFAULT;
        *ret = job;
        return 0;
}

static int copy_texts(const Job *job, Job *copy) {
        int r;

        r = strdup_or_null(job->name, &copy->name);
        if (r >= 0)
                r = strdup_or_null(job->type, &copy->type);
        if (r >= 0)
                r = strdup_or_null(job->user, &copy->user);
        if (r >= 0)
                r = strdup_or_null(job->related, &copy->related);
        if (r >= 0)
                r = strdup_or_null(job->working_directory, &copy->working_directory);
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
        copy->output_max = job->output_max;
        copy->output_grace_usec = job->output_grace_usec;
        copy->nice = job->nice;
        copy->umask = job->umask;
        copy->keep_results = job->keep_results;
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
        free(job->key);
        strv_free(job->parameters);
        strv_free_erase(job->secrets);
        free(job->run_as);
        free(job->run_group);
        strv_free(job->command);
        strv_free(job->environment);
        free(job->working_directory);
        free(job->info);
        free(job->unit);
        free(job);
        return NULL;
}

uint64_t job_count_bytes(const Job *job) {
        return strv_size(job->command) + strv_size(job->environment) + strv_size(job->parameters) +
                        strv_size(job->secrets);
}

bool job_environment_is_within_limits(char *const *environment) {
        return strv_length(environment) <= JOBSD_ENV_MAX && strv_size(environment) <= JOBSD_ENV_BYTES_MAX;
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

bool uid_is_system(uid_t uid, uid_t max) {
        return uid <= max || (uid >= 61184 && uid <= 65519) || /* DynamicUser= */
                        uid == 65534;                          /* nobody */
}

static const char *const job_status_table[_JOB_STATUS_MAX] = {
        [JOB_QUEUED] = "queued",
        [JOB_RUNNING] = "running",
        [JOB_COMPLETED] = "completed",
        [JOB_ERROR] = "error",
        [JOB_CANCELLED] = "cancelled",
};
DEFINE_STRING_TABLE(job_status, JobStatus, _JOB_STATUS_MAX);

static const char *const job_status_labels[_JOB_STATUS_MAX] = {
        [JOB_QUEUED] = "Queued",
        [JOB_RUNNING] = "Running",
        [JOB_COMPLETED] = "Completed",
        [JOB_ERROR] = "Error",
        [JOB_CANCELLED] = "Cancelled",
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
DEFINE_STRING_TABLE(job_result, JobResult, _JOB_RESULT_MAX);

static const char *const job_origin_table[_JOB_ORIGIN_MAX] = {
        [JOB_ORIGIN_BUS] = "bus",
        [JOB_ORIGIN_COMMAND_LINE] = "command-line",
        [JOB_ORIGIN_WEB] = "web",
        [JOB_ORIGIN_GEARMAN] = "gearman",
};
DEFINE_STRING_TABLE(job_origin, JobOrigin, _JOB_ORIGIN_MAX);

int job_unit_name(uint64_t id, unsigned attempt, char **ret) {
        int n = attempt > 1 ? asprintf(ret, "jobsd-%" PRIu64 "-%u.service", id, attempt)
                            : asprintf(ret, "jobsd-%" PRIu64 ".service", id);

        return n < 0 ? -ENOMEM : 0;
}

int job_unit_name_to_id(const char *unit, uint64_t *ret) {
        _cleanup_free_ char *name = NULL;
        unsigned attempt = 1;
        uint64_t id;

        /* one spelling for each: "jobsd-012.service" is not ours */
        if (sscanf(unit, "jobsd-%" SCNu64 "-%u", &id, &attempt) < 1 || id < 1 || id > INT64_MAX)
                return -EINVAL;
        if (job_unit_name(id, attempt, &name) < 0)
                return -ENOMEM;
        if (strcmp(name, unit) != 0)
                return -EINVAL;
        *ret = id;
        return 0;
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
