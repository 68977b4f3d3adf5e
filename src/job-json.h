/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's properties as JSON, for the programs that link json-c. Nothing here reports; -ENOMEM is all
 * that can go wrong. */

#include <json-c/json.h>

#include "job-property.h"

static inline void json_object_putp(struct json_object **object) {
        json_object_put(*object);
}

/* null, a NULL pointer to json-c, where it is not known. */
int property_to_json(const Property *property, const Job *job, struct json_object **ret);
/* The object owns the value from here on, also when it fails. */
int json_add_or_null(struct json_object *object, const char *key, struct json_object *value);
int json_add_property(struct json_object *object, const Property *property, const Job *job);
/* A row of a list: without the properties that ListJobs leaves out. */
int json_from_row(const Job *job, struct json_object **ret);
