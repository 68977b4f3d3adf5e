/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "bus-util.h"
#include "json.h"
#include "pager.h"
#include "property.h"
#include "report.h"
#include "verb.h"

int show_check(const Arguments *arguments) {
        char *const *names = arguments->properties;

        for (size_t i = 0; names && names[i]; i++)
                if (!property_find(names[i]))
                        return fail_usage("A job has no property \"%s\". Without -p, \"jobsctl show ID\" "
                                          "shows all that there are.",
                                        names[i]);
        return 0;
}

static int show_property(const Arguments *arguments, const Property *property, const Job *job) {
        _cleanup_free_ char *text = NULL;

        if (property_to_text(property, job, &text) < 0)
                return fail_memory();
        if (arguments->value_only)
                (void) puts(text);
        else
                (void) printf("%s=%s\n", property->name, text);
        return 0;
}

static int show_text(const Arguments *arguments, const Job *job) {
        char *const *names = arguments->properties;
        const Property *property;
        int r = 0;

        if (names)
                for (size_t i = 0; names[i] && r >= 0; i++)
                        r = show_property(arguments, property_find(names[i]), job);
        else
                for (size_t i = 0; (property = property_at(i)) && r >= 0; i++)
                        r = show_property(arguments, property, job);
        return r;
}

/* One job is an object, several are an array of them. */
static int show_json(const Arguments *arguments, const Job *job, JsonArray *array) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;

        if (json_from_job(job, arguments->properties, &object) < 0)
                return fail_memory();
        if (arguments->n_ids == 1)
                json_print(arguments, object);
        else
                json_array_add(array, object);
        return 0;
}

static int show_job(Context *context, uint64_t id, JsonArray *array) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = bus_get_job(context->bus, id, &job);
        if (r < 0)
                return r;
        pager_open(context);
        return context->arguments->json != JSON_OFF ? show_json(context->arguments, job, array)
                                                    : show_text(context->arguments, job);
}

int verb_show(Context *context) {
        const Arguments *arguments = context->arguments;
        JsonArray array = { .arguments = arguments };
        int r, first_error = 0;

        for (size_t i = 0; i < arguments->n_ids; i++) {
                if (i > 0 && arguments->json == JSON_OFF)
                        (void) putchar('\n');
                r = show_job(context, arguments->ids[i], &array);
                if (first_error >= 0)
                        first_error = r;
        }
        if (arguments->json != JSON_OFF && arguments->n_ids > 1)
                json_array_end(&array);
        return first_error;
}
