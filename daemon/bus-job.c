/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "bus-job.h"
#include "bus-manager.h"
#include "introspection.h"
#include "live-job.h"
#include "protocol.h"

typedef struct Field {
        const char *name;
        const char *type; /* D-Bus signature */
        int (*append)(sd_bus_message *m, const Job *job, size_t offset);
        size_t offset;
        bool brief, changing;
} Field;

static const void *member_of(const Job *job, size_t offset) {
        return (const char *) job + offset;
}

static int append_string(sd_bus_message *m, const Job *job, size_t offset) {
        const char *s = *(char *const *) member_of(job, offset);

        return sd_bus_message_append(m, "s", s ?: "");
}

static int append_strv(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append_strv(m, *(char **const *) member_of(job, offset));
}

static int append_uint64(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append_basic(m, 't', member_of(job, offset));
}

static int append_uint32(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append_basic(m, 'u', member_of(job, offset));
}

static int append_int32(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append_basic(m, 'i', member_of(job, offset));
}

static int append_double(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append_basic(m, 'd', member_of(job, offset));
}

static int append_status(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append(m, "s", job_status_to_string(job->status));
}

static int append_result(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append(m, "s", job_result_to_string(job->result));
}

static int append_origin(sd_bus_message *m, const Job *job, size_t offset) {
        return sd_bus_message_append(m, "s", job_origin_to_string(job->origin));
}

static int append_id128(sd_bus_message *m, const Job *job, size_t offset) {
        char text[SD_ID128_STRING_MAX];
        sd_id128_t id;

        memcpy(&id, member_of(job, offset), sizeof(id));
        return sd_bus_message_append(m, "s", sd_id128_is_null(id) ? "" : sd_id128_to_string(id, text));
}

#define MEMBER(name) offsetof(Job, name)

static const Field fields[] = {
        { "Id", "t", append_uint64, MEMBER(id), true, false },
        { "Name", "s", append_string, MEMBER(name), true, false },
        { "Type", "s", append_string, MEMBER(type), true, false },
        { "User", "s", append_string, MEMBER(user), true, false },
        { "UID", "u", append_uint32, MEMBER(uid), true, false },
        { "Origin", "s", append_origin, 0, true, false },
        { "Submitted", "t", append_uint64, MEMBER(submitted_usec), true, false },
        { "Started", "t", append_uint64, MEMBER(started_usec), true, true },
        { "Finished", "t", append_uint64, MEMBER(finished_usec), true, true },
        { "Status", "s", append_status, 0, true, true },
        { "Result", "s", append_result, 0, true, true },
        { "ExitStatus", "i", append_int32, MEMBER(exit_status), true, true },
        { "Info", "s", append_string, MEMBER(info), true, true },
        { "Progress", "d", append_double, MEMBER(progress), true, true },
        { "Related", "s", append_string, MEMBER(related), true, false },
        { "Unit", "s", append_string, MEMBER(unit), true, true },
        { "InvocationID", "s", append_id128, MEMBER(invocation_id), true, true },
        { "BootID", "s", append_id128, MEMBER(boot_id), true, true },
        { "Attempt", "u", append_uint32, MEMBER(attempt), true, true },
        { "CPUUsageNSec", "t", append_uint64, MEMBER(cpu_usage_nsec), true, true },
        { "MemoryPeak", "t", append_uint64, MEMBER(memory_peak), true, true },
        { "RetryOf", "t", append_uint64, MEMBER(retry_of), true, false },
        { "Command", "as", append_strv, MEMBER(command), false, false },
        { "WorkingDirectory", "s", append_string, MEMBER(working_directory), false, false },
        { "Timeout", "t", append_uint64, MEMBER(timeout_usec), false, false },
        { "MemoryMax", "t", append_uint64, MEMBER(memory_max), false, false },
        { "CPUQuota", "t", append_uint64, MEMBER(cpu_quota_usec), false, false },
        { "TasksMax", "t", append_uint64, MEMBER(tasks_max), false, false },
        { "Nice", "i", append_int32, MEMBER(nice), false, false },
};

static int append_variant(sd_bus_message *m, const Field *field, const Job *job) {
        int r;

        r = sd_bus_message_open_container(m, 'v', field->type);
        if (r >= 0)
                r = field->append(m, job, field->offset);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool field_is_wanted(const Field *field, JobProperties which) {
        return which == JOB_PROPERTIES_ALL || (which == JOB_PROPERTIES_BRIEF && field->brief) ||
                (which == JOB_PROPERTIES_CHANGING && field->changing);
}

int bus_job_append_properties(sd_bus_message *m, const Job *job, JobProperties which) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(fields); i++) {
                if (!field_is_wanted(&fields[i], which))
                        continue;
                r = sd_bus_message_open_container(m, 'e', "sv");
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", fields[i].name);
                if (r >= 0)
                        r = append_variant(m, &fields[i], job);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int bus_job_cancel(Request *q, sd_bus_error *e) {
        return bus_manager_cancel(q, q->job_id, e);
}

int bus_job_retry(Request *q, sd_bus_error *e) {
        return bus_manager_retry(q, q->job_id, e);
}

int bus_job_clear(Request *q, sd_bus_error *e) {
        return bus_manager_clear_one(q, q->job_id, e);
}

int bus_job_open_output(Request *q, sd_bus_error *e) {
        return bus_manager_open_output(q, q->job_id, e);
}

/* The job as it is now: one that runs is more than its row in the store. */
static int find_job(Request *q, Job **ret, const Job **ret_shown, sd_bus_error *e) {
        LiveJob *live;
        int r = request_find_job(q, q->job_id, ACTION_VIEW, ACTION_VIEW_OTHERS, ret, e);

        if (r <= 0)
                return r;
        live = live_job_find(q->manager, q->job_id);
        *ret_shown = live ? live->job : *ret;
        return 1;
}

static int check_interface(const char *interface, sd_bus_error *e) {
        if (interface[0] == '\0' || strcmp(interface, JOBSD_JOB_INTERFACE) == 0)
                return 0;
        return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_INTERFACE, "Unknown interface \"" QUOTE "\".", QUOTED(interface));
}

int bus_job_get(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        const char *interface, *name;
        const Field *field = NULL;
        const Job *shown;
        int r;

        r = find_job(q, &job, &shown, e);
        if (r <= 0)
                return r;
        r = sd_bus_message_read(q->message, "ss", &interface, &name);
        if (r >= 0)
                r = check_interface(interface, e);
        if (r < 0)
                return r;
        for (size_t i = 0; !field && i < ELEMENTSOF(fields); i++)
                if (strcmp(fields[i].name, name) == 0)
                        field = &fields[i];
        if (!field)
                return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_PROPERTY, "Unknown property \"" QUOTE "\".", QUOTED(name));
        r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = append_variant(reply, field, shown);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_job_get_all(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        const char *interface;
        const Job *shown;
        int r;

        r = find_job(q, &job, &shown, e);
        if (r <= 0)
                return r;
        r = sd_bus_message_read(q->message, "s", &interface);
        if (r >= 0)
                r = check_interface(interface, e);
        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = bus_job_append_properties(reply, shown, JOB_PROPERTIES_ALL);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_job_introspect(Request *q, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        const Job *shown;
        int r = find_job(q, &job, &shown, e);

        return r <= 0 ? r : introspection_reply(q, INTROSPECTION_JOB, NULL, 0);
}
