/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of org.jobsd1.Job: how each comes from the bus, and how it is shown as text. Nothing
 * here reports. */

#include <systemd/sd-bus.h>

#include "job-property.h"

/* Reads an a{sv}. What this jobsctl does not know is left out: a newer jobsd may send more. */
int job_read(sd_bus_message *message, Job **ret);
/* The same, into a job that is there: what is not in the message stays as it is. */
int job_update(sd_bus_message *message, Job *job);

/* As a line of "jobsctl show" has it; empty where it is not known. */
int property_to_text(const Property *property, const Job *job, char **ret);
