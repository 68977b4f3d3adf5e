/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "job-message.h"
#include "job-property.h"
#include "strv.h"

static void *property_field(const Property *property, Job *job) {
        return (char *) job + property->offset;
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

/* A word that this version does not know, of a newer jobsd, becomes the invalid value. */
static int read_word(const Property *property, sd_bus_message *message, void *field) {
        const char *text;
        int r;

        r = sd_bus_message_read_basic(message, 's', &text);
        if (r < 0)
                return r;
        switch (property->kind) {
        case PROPERTY_STATUS:
                *(JobStatus *) field = job_status_from_string(text);
                return 0;
        case PROPERTY_RESULT:
                *(JobResult *) field = *text ? job_result_from_string(text) : JOB_RESULT_NONE;
                return 0;
        case PROPERTY_ORIGIN:
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
        case PROPERTY_TEXT:
                return read_text(message, field);
        case PROPERTY_STRINGS:
                return read_strings(message, field);
        case PROPERTY_STATUS:
        case PROPERTY_RESULT:
        case PROPERTY_ORIGIN:
        case PROPERTY_ID128:
                return read_word(property, message, field);
        default: /* numbers are on the bus what they are in the field */
                return sd_bus_message_read_basic(
                                message, *property_kind_to_signature(property->kind), field);
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
        r = sd_bus_message_enter_container(message, 'v', property_kind_to_signature(property->kind));
        if (r < 0)
                return r;
        r = property_read(property, message, job);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

int job_update(sd_bus_message *message, Job *job) {
        int r;

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
        return sd_bus_message_exit_container(message);
}

int job_read(sd_bus_message *message, Job **ret) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = job_new(&job);
        if (r >= 0)
                r = job_update(message, job);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(job);
        return 0;
}
