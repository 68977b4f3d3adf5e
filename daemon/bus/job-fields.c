/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job-fields.h"

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

int job_field_append(sd_bus_message *m, const Property *property, const Job *job) {
        int r;

        r = sd_bus_message_open_container(m, 'v', property_kind_to_signature(property->kind));
        if (r >= 0)
                r = append_value(m, property, job);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool is_wanted(const Property *property, JobFields which) {
        return which == JOB_FIELDS_ALL || (which == JOB_FIELDS_BRIEF && !property->is_detail) ||
                        (which == JOB_FIELDS_CHANGING && property->is_changing);
}

int job_fields_append(sd_bus_message *m, const Job *job, JobFields which) {
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
                        r = job_field_append(m, property, job);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}
