/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job: what the store keeps of it and the bus shows. A plain record that owns its strings;
 * whoever holds it may change it. The string tables here are the only place where the names of
 * statuses, results and origins exist. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <systemd/sd-id128.h>

#include "macro.h"

typedef enum JobStatus {
        JOB_QUEUED,
        JOB_RUNNING, /* from the moment that its start is committed */
        JOB_COMPLETED,
        JOB_ERROR,
        JOB_CANCELLED,
        _JOB_STATUS_MAX,
        _JOB_STATUS_INVALID = -22, /* -EINVAL */
} JobStatus;

/* Why a job ended. The numbers are stored: add at the end, never renumber. */
typedef enum JobResult {
        JOB_RESULT_NONE, /* not ended */
        JOB_RESULT_SUCCESS,
        JOB_RESULT_EXIT_CODE,
        JOB_RESULT_SIGNAL,
        JOB_RESULT_CORE_DUMP,
        JOB_RESULT_TIMEOUT,
        JOB_RESULT_OOM_KILL,
        JOB_RESULT_WATCHDOG,
        JOB_RESULT_RESOURCES,
        JOB_RESULT_START_FAILED,
        JOB_RESULT_CANCELLED,
        JOB_RESULT_INTERRUPTED, /* the machine went down */
        JOB_RESULT_LOST,        /* nobody knows */
        _JOB_RESULT_MAX,
        _JOB_RESULT_INVALID = -22,
} JobResult;

/* Where a submission came from. A label, never a permission. */
typedef enum JobOrigin {
        JOB_ORIGIN_BUS,
        JOB_ORIGIN_COMMAND_LINE,
        JOB_ORIGIN_WEB,
        JOB_ORIGIN_GEARMAN,
        _JOB_ORIGIN_MAX,
        _JOB_ORIGIN_INVALID = -22,
} JobOrigin;

/* Of the name of a user, with the NUL behind it. */
#define USER_NAME_BYTES 256U

/* What systemd gives to services, see UMask= in systemd.exec(5). */
#define JOB_UMASK_DEFAULT 0022U
#define JOB_UMASK_MAX 0777U

typedef struct Job {
        uint64_t id;
        char *name;
        char *type; /* NULL for a command */
        uid_t uid;
        char *user;
        uid_t submitter; /* who asked for it: another than uid for run-as */
        JobOrigin origin;
        char *related;
        uint64_t retry_of;      /* the job that this one repeats, 0: none */
        uint64_t imported_usec; /* 0: it ran here; else a record of the past, which has no command */

        char **parameters; /* of its type, "NAME=VALUE" as they were given; a secret one is "NAME" alone, */
        char **secrets;    /* and this its "NAME=VALUE", of a job that is not stored yet: see
                              store_get_secrets() */
        uint64_t stored_bytes; /* of job_count_bytes(), when it was stored */
        char *run_as;          /* the account that it runs as, and its number; NULL: the user himself */
        uid_t run_uid;
        char *run_group; /* the number of the group; NULL: the account's own */
        unsigned retries;    /* so many further tries; one more for each that was interrupted */
        uint64_t retry_usec; /* after a wait of so long */
        bool restartable;    /* the end of the machine is no end of the job */

        char **command;
        char **environment;
        char *working_directory;
        uint64_t timeout_usec;
        uint64_t memory_max;
        uint64_t cpu_quota_usec; /* a second */
        uint64_t tasks_max;
        unsigned umask;
        bool keep_results; /* it has a folder for files that it leaves */
        uint64_t output_max, output_grace_usec; /* 0: as jobsd.conf(5) says */
        int nice;

        uint64_t submitted_usec, started_usec, finished_usec;
        JobStatus status;
        bool cancelled; /* somebody asked for its end while it ran */
        JobResult result;
        int exit_status;
        char *info;
        double progress; /* 0 to 1, negative: unknown */
        char *unit;
        sd_id128_t invocation_id, boot_id;
        unsigned attempt;
        uint64_t next_try_usec; /* queued: not before this time; 0: at once */
        uint64_t cpu_usage_nsec, memory_peak;
        uint64_t result_files, result_bytes; /* that it left, once they have been counted */
        bool results_uncounted;
        sd_id128_t inputs; /* the folder of files that it was handed, null for none; */
        uint64_t input_bytes; /* and what they take, until it has ended */
        char *key; /* by which its owner submits it once, NULL for none; not of a job that was read from the store */
} Job;

int job_new(Job **ret);
/* A job that is to run a command once more as another one did: all that was submitted is the same. */
int job_new_retry(const Job *job, Job **ret);
Job *job_free(Job *job);
DEFINE_CLEANUP(Job, job_free);

static inline bool job_status_is_active(JobStatus status) {
        return status == JOB_QUEUED || status == JOB_RUNNING;
}

/* What is known of a record of the past, imported or rebuilt from the journal, is not enough to run it
 * again. */
static inline bool job_has_command(const Job *job) {
        return job->command && job->command[0];
}

/* What a submission may make as large as it likes. */
uint64_t job_count_bytes(const Job *job);
/* No more variables, and no more bytes of them, than a job may have. */
bool job_environment_is_within_limits(char *const *environment);

/* The account that it runs as. */
static inline uid_t job_run_uid(const Job *job) {
        return job->run_as ? job->run_uid : job->uid;
}

/* The status that a result stands for. */
JobStatus job_result_to_status(JobResult result);

/* A uid that no person has: root, a system account, a dynamic user or nobody. Its jobs are
 * command-line tasks. Up to which one they are the system's is SystemUIDMax= of jobsd.conf(5); the other
 * ranges are those of https://systemd.io/UIDS-GIDS. */
bool uid_is_system(uid_t uid, uid_t max);

const char *job_status_to_string(JobStatus status);
JobStatus job_status_from_string(const char *s);
/* As people read it: "Running". */
const char *job_status_to_label(JobStatus status);
const char *job_result_to_string(JobResult result);
JobResult job_result_from_string(const char *s);
const char *job_origin_to_string(JobOrigin origin);
JobOrigin job_origin_from_string(const char *s);

/* The unit of a try: "jobsd-12.service", and from the second one on "jobsd-12-2.service": no name is ever
 * used twice. And back, to the job; a unit of another name is -EINVAL. */
int job_unit_name(uint64_t id, unsigned attempt, char **ret);
int job_unit_name_to_id(const char *unit, uint64_t *ret);

/* "/org/jobsd1/job/12" and back. */
int job_path(uint64_t id, char **ret);
int job_path_to_id(const char *path, uint64_t *ret);
