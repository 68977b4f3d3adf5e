/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of org.jobsd1.Job: one table that says how each comes from the bus, which field of
 * a Job holds it, and how it is shown as text and as JSON. Nothing here reports. */

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#include "job.h"

typedef struct Property Property;

/* Reads an a{sv}. What this jobsctl does not know is left out: a newer jobsd may send more. */
int job_read(sd_bus_message *message, Job **ret);

const Property *property_find(const char *name);
/* The table's rows, in the order in which they are shown; NULL after the last. */
const Property *property_at(size_t index);
const char *property_name(const Property *property);
/* Not part of a list's rows. */
bool property_is_detail(const Property *property);
/* As a line of "jobsctl show" has it; empty where it is not known. */
int property_to_text(const Property *property, const Job *job, char **ret);
/* null where it is not known. */
int property_to_json(const Property *property, const Job *job, struct json_object **ret);
const char *property_json_key(const Property *property);
