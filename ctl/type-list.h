/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The job types, as ListTypes() says it, in JSON. */

#include "json.h"
#include "verb.h"

/* All of them; reports. */
int type_list_fetch(const Context *context, struct json_object **ret);
/* NULL where there is none. */
struct json_object *type_list_find(struct json_object *types, const char *name);
/* NULL where the type has none. */
struct json_object *type_find_parameter(struct json_object *type, const char *name);

/* What a type or a parameter says; NULL, and "", of a jobsd that does not know it. */
struct json_object *type_get(struct json_object *object, const char *key);
const char *type_get_text(struct json_object *object, const char *key);
