/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "bus-util.h"
#include "json-message.h"
#include "report.h"
#include "type-list.h"

int type_list_fetch(const Context *context, struct json_object **ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = bus_new_manager_call(context->bus, "ListTypes", &call);
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 't', &(uint64_t){ 0 });
        if (r >= 0)
                r = bus_ask(context->bus, call, &error, &reply);
        if (r >= 0)
                r = json_from_message(reply, ret);
        return r < 0 ? fail_bus(&error, r, "Failed to list job types") : 0;
}

struct json_object *type_get(struct json_object *object, const char *key) {
        struct json_object *value = NULL;

        (void) json_object_object_get_ex(object, key, &value);
        return value;
}

const char *type_get_text(struct json_object *object, const char *key) {
        return json_object_get_string(type_get(object, key)) ?: "";
}

static struct json_object *find_by_name(struct json_object *array, const char *name) {
        for (size_t i = 0; array && i < json_object_array_length(array); i++) {
                struct json_object *object = json_object_array_get_idx(array, i);

                if (strcmp(type_get_text(object, "name"), name) == 0)
                        return object;
        }
        return NULL;
}

struct json_object *type_list_find(struct json_object *types, const char *name) {
        return find_by_name(types, name);
}

struct json_object *type_find_parameter(struct json_object *type, const char *name) {
        return find_by_name(type_get(type, "parameters"), name);
}
