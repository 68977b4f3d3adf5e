/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* org.jobsd1.Job: the other door to what can be done with a job. */

#include "request.h"

/* Handlers, see the table in bus.c. */
int bus_job_cancel(Request *q, sd_bus_error *e);
int bus_job_retry(Request *q, sd_bus_error *e);
int bus_job_clear(Request *q, sd_bus_error *e);
int bus_job_open_output(Request *q, sd_bus_error *e);
int bus_job_list_results(Request *q, sd_bus_error *e);
int bus_job_open_result(Request *q, sd_bus_error *e);
int bus_job_get(Request *q, sd_bus_error *e);
int bus_job_get_all(Request *q, sd_bus_error *e);
int bus_job_introspect(Request *q, sd_bus_error *e);
