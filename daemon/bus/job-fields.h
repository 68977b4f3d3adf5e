/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's fields as bus properties, from one table for property calls, lists and signals alike. */

#include <systemd/sd-bus.h>

#include "job-property.h"

typedef enum JobFields {
        JOB_FIELDS_ALL,
        JOB_FIELDS_BRIEF,    /* of a row of ListJobs */
        JOB_FIELDS_CHANGING, /* of PropertiesChanged */
} JobFields;

/* Appends an a{sv}. */
int job_fields_append(sd_bus_message *m, const Job *job, JobFields which);
/* Appends a v. */
int job_field_append(sd_bus_message *m, const Property *property, const Job *job);
