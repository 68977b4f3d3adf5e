/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "job-property.h"
#include "macro.h"

#define ROW(name, json_key, kind, field) \
        { name, json_key, PROPERTY_##kind, offsetof(Job, field), false, false }
#define CHANGING(name, json_key, kind, field) \
        { name, json_key, PROPERTY_##kind, offsetof(Job, field), false, true }
/* What ListJobs leaves out. */
#define DETAIL(name, json_key, kind, field) \
        { name, json_key, PROPERTY_##kind, offsetof(Job, field), true, false }

static const Property properties[] = {
        ROW("Id", "id", NUMBER, id),
        ROW("Name", "name", TEXT, name),
        ROW("Type", "type", TEXT, type),
        ROW("User", "user", TEXT, user),
        ROW("UID", "uid", UNSIGNED, uid),
        ROW("Origin", "origin", ORIGIN, origin),
        ROW("Submitted", "submitted", TIME, submitted_usec),
        CHANGING("Started", "started", TIME, started_usec),
        CHANGING("Finished", "finished", TIME, finished_usec),
        CHANGING("Status", "status", STATUS, status),
        CHANGING("Result", "result", RESULT, result),
        CHANGING("ExitStatus", "exit_status", EXIT_STATUS, exit_status),
        CHANGING("Info", "info", TEXT, info),
        CHANGING("Progress", "progress", FRACTION, progress),
        ROW("Related", "related", TEXT, related),
        CHANGING("Unit", "unit", TEXT, unit),
        CHANGING("InvocationID", "invocation_id", ID128, invocation_id),
        CHANGING("BootID", "boot_id", ID128, boot_id),
        CHANGING("Attempt", "attempt", UNSIGNED, attempt),
        CHANGING("NextTry", "next_try", TIME, next_try_usec),
        CHANGING("CPUUsageNSec", "cpu_usage_nsec", AMOUNT, cpu_usage_nsec),
        CHANGING("MemoryPeak", "memory_peak", AMOUNT, memory_peak),
        ROW("ResultFiles", "result_files", AMOUNT, result_files),
        ROW("ResultBytes", "result_bytes", AMOUNT, result_bytes),
        ROW("RetryOf", "retry_of", AMOUNT, retry_of),
        ROW("Imported", "imported", TIME, imported_usec),
        DETAIL("Parameters", "parameters", STRINGS, parameters),
        DETAIL("RunAs", "run_as", TEXT, run_as),
        DETAIL("Retries", "retries", UNSIGNED, retries),
        DETAIL("Command", "command", STRINGS, command),
        DETAIL("WorkingDirectory", "working_directory", TEXT, working_directory),
        DETAIL("Timeout", "timeout", TIME_LIMIT, timeout_usec),
        DETAIL("MemoryMax", "memory_max", LIMIT, memory_max),
        DETAIL("CPUQuota", "cpu_quota", CPU_LIMIT, cpu_quota_usec),
        DETAIL("TasksMax", "tasks_max", LIMIT, tasks_max),
        DETAIL("OutputMax", "output_max", LIMIT, output_max),
        DETAIL("OutputGrace", "output_grace", TIME_LIMIT, output_grace_usec),
        DETAIL("Nice", "nice", INTEGER, nice),
        DETAIL("Umask", "umask", MODE, umask),
};

static const char *const signatures[_PROPERTY_MAX] = {
        [PROPERTY_NUMBER] = "t",
        [PROPERTY_UNSIGNED] = "u",
        [PROPERTY_MODE] = "u",
        [PROPERTY_INTEGER] = "i",
        [PROPERTY_EXIT_STATUS] = "i",
        [PROPERTY_TEXT] = "s",
        [PROPERTY_STRINGS] = "as",
        [PROPERTY_STATUS] = "s",
        [PROPERTY_RESULT] = "s",
        [PROPERTY_ORIGIN] = "s",
        [PROPERTY_ID128] = "s",
        [PROPERTY_FRACTION] = "d",
        [PROPERTY_TIME] = "t",
        [PROPERTY_AMOUNT] = "t",
        [PROPERTY_TIME_LIMIT] = "t",
        [PROPERTY_CPU_LIMIT] = "t",
        [PROPERTY_LIMIT] = "t",
};

const char *property_kind_to_signature(PropertyKind kind) {
        return signatures[kind];
}

const Property *property_at(size_t index) {
        return index < ELEMENTSOF(properties) ? &properties[index] : NULL;
}

const Property *property_find(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(properties); i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

const Property *property_find_json_key(const char *key) {
        for (size_t i = 0; i < ELEMENTSOF(properties); i++)
                if (strcmp(properties[i].json_key, key) == 0)
                        return &properties[i];
        return NULL;
}

uint64_t property_get_number(const Property *property, const Job *job) {
        return *(const uint64_t *) ((const char *) job + property->offset);
}

unsigned property_get_unsigned(const Property *property, const Job *job) {
        return *(const unsigned *) ((const char *) job + property->offset);
}

int property_get_integer(const Property *property, const Job *job) {
        return *(const int *) ((const char *) job + property->offset);
}

double property_get_fraction(const Property *property, const Job *job) {
        return *(const double *) ((const char *) job + property->offset);
}

char **property_get_strings(const Property *property, const Job *job) {
        return *(char **const *) ((const char *) job + property->offset);
}

const char *property_get_word(
                const Property *property, const Job *job, char id[static SD_ID128_STRING_MAX]) {
        const void *field = (const char *) job + property->offset;

        switch (property->kind) {
        case PROPERTY_TEXT:
                return *(char *const *) field;
        case PROPERTY_STATUS:
                return job_status_to_string(*(const JobStatus *) field);
        case PROPERTY_RESULT:
                return job_result_to_string(*(const JobResult *) field);
        case PROPERTY_ORIGIN:
                return job_origin_to_string(*(const JobOrigin *) field);
        case PROPERTY_ID128:
                if (sd_id128_is_null(*(const sd_id128_t *) field))
                        return NULL;
                return sd_id128_to_string(*(const sd_id128_t *) field, id);
        default:
                return NULL;
        }
}

bool property_is_unknown(const Property *property, const Job *job) {
        char id[SD_ID128_STRING_MAX];
        const char *word;

        switch (property->kind) {
        case PROPERTY_NUMBER:
        case PROPERTY_UNSIGNED:
        case PROPERTY_MODE:
        case PROPERTY_INTEGER:
        case PROPERTY_STRINGS:
                return false;
        case PROPERTY_EXIT_STATUS:
                return job_status_is_active(job->status) || job->result == JOB_RESULT_NONE;
        case PROPERTY_FRACTION:
                return property_get_fraction(property, job) < 0;
        case PROPERTY_TIME:
        case PROPERTY_AMOUNT:
        case PROPERTY_TIME_LIMIT:
        case PROPERTY_CPU_LIMIT:
        case PROPERTY_LIMIT:
                return property_get_number(property, job) == 0;
        default:
                word = property_get_word(property, job, id);
                return !word || !*word;
        }
}
