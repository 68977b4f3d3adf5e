/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "json.h"
#include "strv.h"

int json_add(struct json_object *object, const char *key, struct json_object *value) {
        return value ? json_add_or_null(object, key, value) : -ENOMEM;
}

static int json_add_all(struct json_object *object, const Job *job) {
        const Property *property;
        int r = 0;

        for (size_t i = 0; r >= 0 && (property = property_at(i)); i++)
                r = json_add_property(object, property, job);
        return r;
}

int json_from_job(const Job *job, char *const *names, struct json_object **ret) {
        _cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
        int r;

        if (!object)
                return -ENOMEM;
        if (!names) {
                r = json_add_all(object, job);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; names && names[i]; i++) {
                r = json_add_property(object, property_find(names[i]), job);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(object);
        return 0;
}

static const char *json_text(const Arguments *arguments, struct json_object *object) {
        int flags = arguments->json == JSON_PRETTY ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
                                                   : JSON_C_TO_STRING_PLAIN;

        return json_object_to_json_string_ext(object, flags | JSON_C_TO_STRING_NOSLASHESCAPE);
}

void json_print(const Arguments *arguments, struct json_object *object) {
        (void) puts(json_text(arguments, object)); /* main() looks whether everything was written */
}

void json_array_add(JsonArray *array, struct json_object *element) {
        const char *separator = array->arguments->json == JSON_PRETTY ? ",\n" : ",";

        (void) printf("%s%s", array->n_elements++ > 0 ? separator : "[",
                        json_text(array->arguments, element));
}

void json_array_end(JsonArray *array) {
        (void) puts(array->n_elements > 0 ? "]" : "[]");
}
