/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* org.jobsd1.Job: a job's fields as bus properties, from one table for property calls, lists and
 * signals alike. */

#include "request.h"

typedef enum JobProperties {
        JOB_PROPERTIES_ALL,
        JOB_PROPERTIES_BRIEF,    /* of a row of ListJobs */
        JOB_PROPERTIES_CHANGING, /* of PropertiesChanged */
} JobProperties;

/* Appends an a{sv}. */
int bus_job_append_properties(sd_bus_message *m, const Job *job, JobProperties which);

/* Handlers, see the table in bus.c. */
int bus_job_cancel(Request *q, sd_bus_error *e);
int bus_job_retry(Request *q, sd_bus_error *e);
int bus_job_clear(Request *q, sd_bus_error *e);
int bus_job_open_output(Request *q, sd_bus_error *e);
int bus_job_get(Request *q, sd_bus_error *e);
int bus_job_get_all(Request *q, sd_bus_error *e);
int bus_job_introspect(Request *q, sd_bus_error *e);
