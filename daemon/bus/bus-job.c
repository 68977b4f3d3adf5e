/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "bus-job.h"
#include "bus-manager.h"
#include "introspection.h"
#include "job-fields.h"
#include "live-job.h"
#include "protocol.h"

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

int bus_job_list_results(Request *q, sd_bus_error *e) {
        return bus_manager_list_results(q, q->job_id, e);
}

int bus_job_open_result(Request *q, sd_bus_error *e) {
        return bus_manager_open_result(q, q->job_id, e);
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
                r = job_field_append(reply, property, &shown);
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
                r = job_fields_append(reply, &shown, JOB_FIELDS_ALL);
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
