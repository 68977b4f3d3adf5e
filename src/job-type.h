/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job type: a command that people may run with parameters of their own, described in jobsd.job(5). Made by
 * job_type_read(); constant from then on. */

#include <stdbool.h>
#include <stdint.h>

#include <regex.h>

#include "job.h"
#include "macro.h"

#define JOB_TYPE_NAME_BYTES_MAX 64U
#define JOB_TYPE_PARAMETERS_MAX 64U
#define PARAMETER_NAME_BYTES_MAX 32U
/* That a description may be written in, see locale-tag.h. */
#define DESCRIPTION_LANGUAGES_MAX 32U
/* A quarter of what one argument may have. */
#define PARAMETER_VALUE_BYTES_MAX ((size_t) 32 * 1024)
#define JOB_TYPE_RETRIES_MAX 20U

typedef enum ParameterKind {
        PARAMETER_STRING,
        PARAMETER_INTEGER,
        PARAMETER_CHOICE,
        PARAMETER_BOOLEAN,
        PARAMETER_PATH,
        PARAMETER_URI,
        PARAMETER_FILE,
        _PARAMETER_KIND_MAX,
        _PARAMETER_KIND_INVALID = -22, /* -EINVAL */
} ParameterKind;

typedef struct Parameter {
        char *name, *description;
        char **descriptions; /* in other languages: "de_AT=text" */
        ParameterKind kind;
        bool required, allow_dash, secret;
        char *default_value;
        char *pattern; /* of the whole value; its compiled form is the next one */
        regex_t *regex;
        int64_t min, max;
        uint64_t size_max; /* of a file; 0: none of its own */
        char **choices;
} Parameter;

typedef struct JobType {
        char *name, *path; /* path: the file that defines it */
        char *mistake;     /* the first one in its files: then it cannot be run; NULL for none */
        char *description;
        char **descriptions; /* as of a parameter */
        char **command; /* arguments with {name} in them */
        char *user;     /* NULL: whoever starts it */
        char *group;    /* NULL: the account's own */
        char *related;  /* a URI with {name} in it; NULL: none */
        char *working_directory;
        char **environment;
        char **allow_groups, **allow_users;
        bool shared; /* and these groups see all of its jobs */
        unsigned max_running;                                         /* 0: no bound of its own */
        uint64_t timeout_usec, memory_max, cpu_quota_usec, tasks_max; /* 0: none */
        uint64_t output_max, output_grace_usec;                       /* 0: as jobsd.conf(5) says */
        int nice;
        unsigned umask;
        bool keep_results;
        unsigned retries;
        uint64_t retry_usec;
        bool restartable;
        char *place; /* the machine that its jobs run on, "any"; NULL: this one */
        Parameter *parameters;
        size_t n_parameters;
} JobType;

int job_type_new(const char *name, const char *path, JobType **ret);
JobType *job_type_free(JobType *type);
DEFINE_CLEANUP(JobType, job_type_free);

/* Letters, digits, "-", "_" and ".", and a letter or digit first. */
bool job_type_name_is_valid(const char *name);

const Parameter *job_type_find_parameter(const JobType *type, const char *name);
/* Makes one that is not there; -E2BIG when there are too many. */
int job_type_get_parameter(JobType *type, const char *name, Parameter **ret);

const char *parameter_kind_to_string(ParameterKind kind);
ParameterKind parameter_kind_from_string(const char *s);

/* Whether all of it fits together, and the program is there; compiles the patterns. -EINVAL with a sentence.
 */
int job_type_check(JobType *type, char **ret_message);

/* Whether a value is one of the parameter's: -EINVAL with a sentence that names the parameter and what it
 * takes. */
int parameter_check(const Parameter *parameter, const char *value, char **ret_message);

/* The command of a job: values are "NAME=VALUE" in any order, each name once; the value of a file is its name, and in
 * the command stands its path among the input files that have this id. -EINVAL with a sentence when one is
 * missing, unknown or wrong. What the type's defaults fill in is not added to values. */
int job_type_expand(const JobType *type, char *const *values, sd_id128_t inputs, char ***ret_command,
                char **ret_message);

/* What a job is about, by Related=; NULL where that is not said, or is about a parameter that was not given. The values
 * are those that job_type_expand() has taken. -EINVAL with a sentence when it becomes too long. */
int job_type_expand_related(const JobType *type, char *const *values, char **ret, char **ret_message);

/* A job of the type with these parameters: everything but whose it is and whom it runs as, and its input
 * files. Fails as job_type_expand(). */
int job_new_of_type(const JobType *type, char *const *values, sd_id128_t inputs, Job **ret, char **ret_message);

/* A job that has one run elsewhere, as Place= says: its command is jobsd-place, and neither the limits nor the
 * environment are the type's, which are for where it runs. It runs as PLACE_USER, who may read the site's key. */
#define PLACE_USER "jobsd-gearman"
#define PLACE_ANY "any"
bool job_is_placed(const Job *job);

/* How the status text of such a process begins that says where it runs: this is kept, as it is what to know when the
 * machine goes down. */
#define PLACED_ON "Runs on "
/* The last status text of such a process: what the job cost where it ran, and then what it said there. */
#define PLACED_STATUS "Cost there: %" PRIu64 " ns, %" PRIu64 " bytes. "
/* Returns what the text says besides; without costs in it, these stay as they are. */
const char *placed_status_parse(const char *text, uint64_t *cpu_usage_nsec, uint64_t *memory_peak);
int job_new_placed(const JobType *type, char *const *values, Job **ret, char **ret_message);
