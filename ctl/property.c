/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "property.h"
#include "strv.h"

typedef enum Kind {
        KIND_NUMBER,      /* t */
        KIND_UNSIGNED,    /* u */
        KIND_INTEGER,     /* i */
        KIND_EXIT_STATUS, /* i, with a meaning once the job has ended */
        KIND_TEXT,        /* s */
        KIND_STRINGS,     /* as */
        KIND_STATUS,      /* s */
        KIND_RESULT,      /* s */
        KIND_ORIGIN,      /* s */
        KIND_ID128,       /* s */
        KIND_FRACTION,    /* d, negative: unknown */
        KIND_TIME,        /* t, µs since 1970 */
        KIND_AMOUNT,      /* t, 0: unknown or none */
        KIND_TIME_LIMIT,  /* t, µs, 0: none */
        KIND_CPU_LIMIT,   /* t, µs a second, 0: none */
        KIND_LIMIT,       /* t, 0: none */
        _KIND_MAX,
} Kind;

struct Property {
        const char *name;
        const char *json_key;
        Kind kind;
        size_t offset;
        bool is_detail;
};

#define ROW(name, json_key, kind, field) \
        { name, json_key, KIND_##kind, offsetof(Job, field), false }
/* What ListJobs leaves out. */
#define DETAIL(name, json_key, kind, field) \
        { name, json_key, KIND_##kind, offsetof(Job, field), true }

static const Property properties[] = {
        ROW("Id", "id", NUMBER, id),
        ROW("Name", "name", TEXT, name),
        ROW("Type", "type", TEXT, type),
        ROW("User", "user", TEXT, user),
        ROW("UID", "uid", UNSIGNED, uid),
        ROW("Origin", "origin", ORIGIN, origin),
        ROW("Submitted", "submitted", TIME, submitted_usec),
        ROW("Started", "started", TIME, started_usec),
        ROW("Finished", "finished", TIME, finished_usec),
        ROW("Status", "status", STATUS, status),
        ROW("Result", "result", RESULT, result),
        ROW("ExitStatus", "exit_status", EXIT_STATUS, exit_status),
        ROW("Info", "info", TEXT, info),
        ROW("Progress", "progress", FRACTION, progress),
        ROW("Related", "related", TEXT, related),
        ROW("Unit", "unit", TEXT, unit),
        ROW("InvocationID", "invocation_id", ID128, invocation_id),
        ROW("BootID", "boot_id", ID128, boot_id),
        ROW("Attempt", "attempt", UNSIGNED, attempt),
        ROW("CPUUsageNSec", "cpu_usage_nsec", AMOUNT, cpu_usage_nsec),
        ROW("MemoryPeak", "memory_peak", AMOUNT, memory_peak),
        ROW("RetryOf", "retry_of", AMOUNT, retry_of),
        DETAIL("Command", "command", STRINGS, command),
        DETAIL("WorkingDirectory", "working_directory", TEXT, working_directory),
        DETAIL("Timeout", "timeout", TIME_LIMIT, timeout_usec),
        DETAIL("MemoryMax", "memory_max", LIMIT, memory_max),
        DETAIL("CPUQuota", "cpu_quota", CPU_LIMIT, cpu_quota_usec),
        DETAIL("TasksMax", "tasks_max", LIMIT, tasks_max),
        DETAIL("Nice", "nice", INTEGER, nice),
};

static const char *const signatures[_KIND_MAX] = {
        [KIND_NUMBER] = "t",
        [KIND_UNSIGNED] = "u",
        [KIND_INTEGER] = "i",
        [KIND_EXIT_STATUS] = "i",
        [KIND_TEXT] = "s",
        [KIND_STRINGS] = "as",
        [KIND_STATUS] = "s",
        [KIND_RESULT] = "s",
        [KIND_ORIGIN] = "s",
        [KIND_ID128] = "s",
        [KIND_FRACTION] = "d",
        [KIND_TIME] = "t",
        [KIND_AMOUNT] = "t",
        [KIND_TIME_LIMIT] = "t",
        [KIND_CPU_LIMIT] = "t",
        [KIND_LIMIT] = "t",
};

const Property *property_at(size_t index) {
        return index < ELEMENTSOF(properties) ? &properties[index] : NULL;
}

const Property *property_find(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(properties); i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

const char *property_name(const Property *property) {
        return property->name;
}

bool property_is_detail(const Property *property) {
        return property->is_detail;
}

const char *property_json_key(const Property *property) {
        return property->json_key;
}

static void *property_field(const Property *property, Job *job) {
        return (char *) job + property->offset;
}

/* Each type of field by its own name, so that a wrong row of the table shows at one place. */
static uint64_t get_number(const Property *property, const Job *job) {
        return *(const uint64_t *) ((const char *) job + property->offset);
}

static unsigned get_unsigned(const Property *property, const Job *job) {
        return *(const unsigned *) ((const char *) job + property->offset);
}

static int get_integer(const Property *property, const Job *job) {
        return *(const int *) ((const char *) job + property->offset);
}

static double get_fraction(const Property *property, const Job *job) {
        return *(const double *) ((const char *) job + property->offset);
}

static char **get_strings(const Property *property, const Job *job) {
        return *(char **const *) ((const char *) job + property->offset);
}

/* What is a word on the bus; NULL where it is not known. */
static const char *get_word(const Property *property, const Job *job, char id[static SD_ID128_STRING_MAX]) {
        const void *field = (const char *) job + property->offset;

        switch (property->kind) {
        case KIND_TEXT:
                return *(char *const *) field;
        case KIND_STATUS:
                return job_status_to_string(*(const JobStatus *) field);
        case KIND_RESULT:
                return job_result_to_string(*(const JobResult *) field);
        case KIND_ORIGIN:
                return job_origin_to_string(*(const JobOrigin *) field);
        case KIND_ID128:
                if (sd_id128_is_null(*(const sd_id128_t *) field))
                        return NULL;
                return sd_id128_to_string(*(const sd_id128_t *) field, id);
        default:
                return NULL;
        }
}

static int read_text(sd_bus_message *message, char **field) {
        const char *text;
        char *copy = NULL;
        int r;

        r = sd_bus_message_read_basic(message, 's', &text);
        if (r < 0)
                return r;
        if (*text) {
                copy = strdup(text);
                if (!copy)
                        return -ENOMEM;
        }
        free(*field);
        *field = copy;
        return 0;
}

/* A word that this jobsctl does not know, of a newer jobsd, becomes the invalid value. */
static int read_word(const Property *property, sd_bus_message *message, void *field) {
        const char *text;
        int r;

        r = sd_bus_message_read_basic(message, 's', &text);
        if (r < 0)
                return r;
        switch (property->kind) {
        case KIND_STATUS:
                *(JobStatus *) field = job_status_from_string(text);
                return 0;
        case KIND_RESULT:
                *(JobResult *) field = *text ? job_result_from_string(text) : JOB_RESULT_NONE;
                return 0;
        case KIND_ORIGIN:
                *(JobOrigin *) field = job_origin_from_string(text);
                return 0;
        default:
                return *text ? sd_id128_from_string(text, field) : 0;
        }
}

static int read_strings(sd_bus_message *message, char ***field) {
        char **strings = NULL;
        int r;

        r = sd_bus_message_read_strv(message, &strings);
        if (r < 0)
                return r;
        strv_free(*field);
        *field = strings;
        return 0;
}

static int property_read(const Property *property, sd_bus_message *message, Job *job) {
        void *field = property_field(property, job);

        switch (property->kind) {
        case KIND_TEXT:
                return read_text(message, field);
        case KIND_STRINGS:
                return read_strings(message, field);
        case KIND_STATUS:
        case KIND_RESULT:
        case KIND_ORIGIN:
        case KIND_ID128:
                return read_word(property, message, field);
        default: /* numbers are on the bus what they are in the field */
                return sd_bus_message_read_basic(message, signatures[property->kind][0], field);
        }
}

/* One {sv}; the container is entered already. */
static int read_entry(sd_bus_message *message, Job *job) {
        const Property *property;
        const char *name;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r < 0)
                return r;
        property = property_find(name);
        if (!property)
                return sd_bus_message_skip(message, "v");
        r = sd_bus_message_enter_container(message, 'v', signatures[property->kind]);
        if (r < 0)
                return r;
        r = property_read(property, message, job);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

int job_read(sd_bus_message *message, Job **ret) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = job_new(&job);
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = read_entry(message, job);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(job);
        return 0;
}

static bool exit_status_is_known(const Job *job) {
        return !job_status_is_active(job->status) && job->result != JOB_RESULT_NONE;
}

static int limit_to_text(const Property *property, uint64_t limit, char **ret) {
        if (limit == 0)
                return format_text(ret, "infinity");
        switch (property->kind) {
        case KIND_TIME_LIMIT:
                return format_timespan(limit, TIMESPAN_EXACT, ret);
        case KIND_CPU_LIMIT:
                return format_cpu_quota(limit, ret);
        default:
                return format_text(ret, "%" PRIu64, limit);
        }
}

int property_to_text(const Property *property, const Job *job, char **ret) {
        char id[SD_ID128_STRING_MAX];
        uint64_t number;

        switch (property->kind) {
        case KIND_UNSIGNED:
                return format_text(ret, "%u", get_unsigned(property, job));
        case KIND_EXIT_STATUS:
                if (!exit_status_is_known(job))
                        return format_text(ret, "%s", "");
                return format_text(ret, "%i", get_integer(property, job));
        case KIND_INTEGER:
                return format_text(ret, "%i", get_integer(property, job));
        case KIND_STRINGS:
                return format_command(get_strings(property, job), ret);
        case KIND_FRACTION:
                if (get_fraction(property, job) < 0)
                        return format_text(ret, "%s", "");
                return format_text(ret, "%g", get_fraction(property, job));
        case KIND_NUMBER:
                return format_text(ret, "%" PRIu64, get_number(property, job));
        case KIND_TIME:
                return format_timestamp(get_number(property, job), TIMESTAMP_FULL, ret);
        case KIND_AMOUNT:
                number = get_number(property, job);
                return number > 0 ? format_text(ret, "%" PRIu64, number) : format_text(ret, "%s", "");
        case KIND_TIME_LIMIT:
        case KIND_CPU_LIMIT:
        case KIND_LIMIT:
                return limit_to_text(property, get_number(property, job), ret);
        default:
                return format_one_line(get_word(property, job, id) ?: "", ret);
        }
}

static struct json_object *strings_to_json(char *const *strings) {
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; array && strings && strings[i]; i++) {
                struct json_object *text = json_object_new_string(strings[i]);

                if (!text || json_object_array_add(array, text) < 0) {
                        json_object_put(text);
                        json_object_put(array);
                        return NULL;
                }
        }
        return array;
}

/* Whether there is nothing to tell: JSON's null, which is a NULL pointer to json-c. */
static bool property_is_unknown(const Property *property, const Job *job) {
        char id[SD_ID128_STRING_MAX];
        const char *word;

        switch (property->kind) {
        case KIND_NUMBER:
        case KIND_UNSIGNED:
        case KIND_INTEGER:
        case KIND_STRINGS:
                return false;
        case KIND_EXIT_STATUS:
                return !exit_status_is_known(job);
        case KIND_FRACTION:
                return get_fraction(property, job) < 0;
        case KIND_TIME:
        case KIND_AMOUNT:
        case KIND_TIME_LIMIT:
        case KIND_CPU_LIMIT:
        case KIND_LIMIT:
                return get_number(property, job) == 0;
        default:
                word = get_word(property, job, id);
                return !word || !*word;
        }
}

int property_to_json(const Property *property, const Job *job, struct json_object **ret) {
        char id[SD_ID128_STRING_MAX];

        if (property_is_unknown(property, job)) {
                *ret = NULL;
                return 0;
        }
        switch (property->kind) {
        case KIND_UNSIGNED:
                *ret = json_object_new_int64(get_unsigned(property, job));
                break;
        case KIND_INTEGER:
        case KIND_EXIT_STATUS:
                *ret = json_object_new_int(get_integer(property, job));
                break;
        case KIND_STRINGS:
                *ret = strings_to_json(get_strings(property, job));
                break;
        case KIND_FRACTION:
                *ret = json_object_new_double(get_fraction(property, job));
                break;
        case KIND_TEXT:
        case KIND_STATUS:
        case KIND_RESULT:
        case KIND_ORIGIN:
        case KIND_ID128:
                *ret = json_object_new_string(get_word(property, job, id));
                break;
        default:
                *ret = json_object_new_uint64(get_number(property, job));
        }
        return *ret ? 0 : -ENOMEM;
}
