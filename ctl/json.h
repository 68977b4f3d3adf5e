/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON on standard output. Nothing here reports; -ENOMEM is all that can go wrong. */

#include "arguments.h"
#include "job-json.h"

/* All properties, or those of the names; each name is one of the table. */
int json_from_job(const Job *job, char *const *names, struct json_object **ret);
/* The object owns the value from here on, also when it fails. A NULL value is out of memory. */
int json_add(struct json_object *object, const char *key, struct json_object *value);

void json_print(const Arguments *arguments, struct json_object *object);

/* An array that is printed element by element, so that a long list needs no memory. */
typedef struct JsonArray {
        const Arguments *arguments;
        size_t n_elements;
} JsonArray;

void json_array_add(JsonArray *array, struct json_object *element);
void json_array_end(JsonArray *array);
