/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "job-type.h"
#include "parse.h"
#include "payload.h"
#include "refuse.h"
#include "strv.h"

/* Of objects and arrays, which are no values of parameters: deep ones are not even read. */
#define DEPTH_MAX 8

static int add(char ***parameters, const char *name, const char *value, char **ret_message) {
        _cleanup_free_ char *parameter = NULL;

        if (strv_length(*parameters) >= JOB_TYPE_PARAMETERS_MAX)
                return refuse(ret_message, "There are more than %u parameters.", JOB_TYPE_PARAMETERS_MAX);
        if (asprintf(&parameter, "%s=%s", name, value) < 0)
                return -ENOMEM;
        return strv_extend(parameters, parameter);
}

static bool is_wanted(char *const *wanted, const char *name) {
        return !wanted || strv_contains(wanted, name);
}

/* ---- JSON ---- */

/* With its end, a text without NUL; NULL for what is no text of JSON's, and for one with a NUL in it. */
static const char *get_value(struct json_object *member) {
        const char *text;

        switch (json_object_get_type(member)) {
        case json_type_boolean:
                return json_object_get_boolean(member) ? "yes" : "no";
        case json_type_int:
        case json_type_double:
                return json_object_to_json_string_ext(member, JSON_C_TO_STRING_PLAIN);
        case json_type_string:
                text = json_object_get_string(member);
                return strlen(text) == (size_t) json_object_get_string_len(member) ? text : NULL;
        default:
                return NULL;
        }
}

static int read_object(struct json_object *object, char *const *wanted, char ***parameters, char **ret_message) {
        int r = 0;

        json_object_object_foreach(object, name, member) {
                const char *value;

                if (r < 0 || !is_wanted(wanted, name) || !member)
                        continue;
                value = get_value(member);
                r = value ? add(parameters, name, value, ret_message)
                          : refuse(ret_message, "\"" QUOTE "\" is neither a text nor a number.", QUOTED(name));
        }
        return r;
}

static struct json_object *parse_object(const char *data, size_t size, const char **ret_fault) {
        struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
        struct json_object *object;

        if (!tokener)
                return NULL;
        json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
        object = json_tokener_parse_ex(tokener, data, (int) size);
        *ret_fault = json_tokener_error_desc(json_tokener_get_error(tokener));
        if (object && json_tokener_get_parse_end(tokener) < size &&
                        data[json_tokener_get_parse_end(tokener)] != '\n') { /* some end it with a line */
                json_object_put(object);
                object = NULL;
                *ret_fault = "something follows it";
        }
        json_tokener_free(tokener);
        return object;
}

static int read_json(const char *data, size_t size, char *const *wanted, char ***parameters, char **ret_message) {
        const char *fault = "out of memory";
        struct json_object *object = parse_object(data, size, &fault);
        int r;

        if (!object)
                return refuse(ret_message, "The payload is no JSON object: %s.", fault);
        r = read_object(object, wanted, parameters, ret_message);
        json_object_put(object);
        return r;
}

/* ---- lines ---- */

static int read_lines(const char *data, size_t size, char *const *wanted, char ***parameters, char **ret_message) {
        _cleanup_free_ char *text = strndup(data, size);
        char *rest = text, *line;
        int r = 0;

        if (!text)
                return -ENOMEM;
        while (r >= 0 && (line = strsep(&rest, "\n"))) {
                char *value = strchr(line, '=');

                if (!*line)
                        continue;
                if (!value)
                        return refuse(ret_message, "The payload is neither a JSON object nor lines \"NAME=VALUE\".");
                *value++ = '\0';
                if (is_wanted(wanted, line))
                        r = add(parameters, line, value, ret_message);
        }
        return r;
}

int payload_parse(const char *data, size_t size, char *const *wanted, char ***ret, char **ret_message) {
        _cleanup_strv_free_ char **parameters = NULL;
        int r;

        if (size > INT_MAX || memchr(data, '\0', size))
                return refuse(ret_message, "The payload has a NUL in it.");
        if (size > 0 && *data == '{')
                r = read_json(data, size, wanted, &parameters, ret_message);
        else
                r = read_lines(data, size, wanted, &parameters, ret_message);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(parameters);
        return 0;
}
