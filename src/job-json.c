/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "job-json.h"
#include "macro.h"

static struct json_object *strings_to_json(char *const *strings) {
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; array && strings && strings[i]; i++) {
                struct json_object *text = json_object_new_string(strings[i]);

                if (!text || json_object_array_add(array, text) < 0) {
                        json_object_put(text);
                        json_object_put(array);
                        return NULL;
                }
        }
        return array;
}

int property_to_json(const Property *property, const Job *job, struct json_object **ret) {
        char id[SD_ID128_STRING_MAX];

        if (property_is_unknown(property, job)) {
                *ret = NULL;
                return 0;
        }
        switch (property->kind) {
        case PROPERTY_UNSIGNED:
        case PROPERTY_MODE:
                *ret = json_object_new_int64(property_get_unsigned(property, job));
                break;
        case PROPERTY_INTEGER:
        case PROPERTY_EXIT_STATUS:
                *ret = json_object_new_int(property_get_integer(property, job));
                break;
        case PROPERTY_STRINGS:
                *ret = strings_to_json(property_get_strings(property, job));
                break;
        case PROPERTY_FRACTION:
                *ret = json_object_new_double(property_get_fraction(property, job));
                break;
        case PROPERTY_TEXT:
        case PROPERTY_STATUS:
        case PROPERTY_RESULT:
        case PROPERTY_ORIGIN:
        case PROPERTY_ID128:
                *ret = json_object_new_string(property_get_word(property, job, id));
                break;
        default:
                *ret = json_object_new_uint64(property_get_number(property, job));
        }
        return *ret ? 0 : -ENOMEM;
}

int json_add_or_null(struct json_object *object, const char *key, struct json_object *value) {
        if (json_object_object_add(object, key, value) >= 0)
                return 0;
        json_object_put(value);
        return -ENOMEM;
}

int json_add_property(struct json_object *object, const Property *property, const Job *job) {
        struct json_object *value;
        int r;

        r = property_to_json(property, job, &value);
        return r < 0 ? r : json_add_or_null(object, property->json_key, value);
}

int json_from_row(const Job *job, struct json_object **ret) {
        _cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
        const Property *property;
        int r;

        if (!object)
                return -ENOMEM;
        for (size_t i = 0; (property = property_at(i)); i++) {
                if (property->is_detail)
                        continue;
                r = json_add_property(object, property, job);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(object);
        return 0;
}
