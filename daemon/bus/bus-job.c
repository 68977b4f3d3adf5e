/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "bus-job.h"
#include "bus-manager.h"
#include "introspection.h"
#include "job-property.h"
#include "live-job.h"
#include "protocol.h"

/* The value of a word, of strings or of a number, whatever it means. */
static int append_value(sd_bus_message *m, const Property *property, const Job *job) {
        const char *signature = property_kind_to_signature(property->kind);
        char id[SD_ID128_STRING_MAX];

        switch (*signature) {
        case 's':
                return sd_bus_message_append_basic(m, 's', property_get_word(property, job, id) ?: "");
        case 'a':
                return sd_bus_message_append_strv(m, property_get_strings(property, job));
        default:
                return sd_bus_message_append_basic(m, *signature, (const char *) job + property->offset);
        }
}

static int append_variant(sd_bus_message *m, const Property *property, const Job *job) {
        int r;

        r = sd_bus_message_open_container(m, 'v', property_kind_to_signature(property->kind));
        if (r >= 0)
                r = append_value(m, property, job);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool is_wanted(const Property *property, JobProperties which) {
        return which == JOB_PROPERTIES_ALL || (which == JOB_PROPERTIES_BRIEF && !property->is_detail) ||
                        (which == JOB_PROPERTIES_CHANGING && property->is_changing);
}

int bus_job_append_properties(sd_bus_message *m, const Job *job, JobProperties which) {
        const Property *property;
        int r;

        r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (size_t i = 0; r >= 0 && (property = property_at(i)); i++) {
                if (!is_wanted(property, which))
                        continue;
                r = sd_bus_message_open_container(m, 'e', "sv");
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", property->name);
                if (r >= 0)
                        r = append_variant(m, property, job);
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
static int find_job(Request *q, Job **ret, Job *ret_shown, sd_bus_error *e) {
        LiveJob *live;
        int r = request_find_job(q, q->job_id, ACTION_VIEW, ACTION_VIEW_OTHERS, ret, e);

        if (r <= 0)
                return r;
        live = live_job_of(q->manager, *ret);
        *ret_shown = live ? live_job_shown(live) : **ret;
        return 1;
}

static int check_interface(const char *interface, sd_bus_error *e) {
        if (interface[0] == '\0' || strcmp(interface, JOBSD_JOB_INTERFACE) == 0)
                return 0;
        return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_INTERFACE, "Unknown interface \"" QUOTE "\".",
                        QUOTED(interface));
}

int bus_job_get(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        const char *interface, *name;
        const Property *property;
        Job shown;
        int r;

        r = find_job(q, &job, &shown, e);
        if (r <= 0)
                return r;
        r = sd_bus_message_read(q->message, "ss", &interface, &name);
        if (r >= 0)
                r = check_interface(interface, e);
        if (r < 0)
                return r;
        property = property_find(name);
        if (!property)
                return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_PROPERTY, "Unknown property \"" QUOTE "\".",
                                QUOTED(name));
        r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = append_variant(reply, property, &shown);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_job_get_all(Request *q, sd_bus_error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        const char *interface;
        Job shown;
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
                r = bus_job_append_properties(reply, &shown, JOB_PROPERTIES_ALL);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}

int bus_job_introspect(Request *q, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        Job shown;
        int r = find_job(q, &job, &shown, e);

        return r <= 0 ? r : introspection_reply(q, INTROSPECTION_JOB, NULL, 0);
}
