/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "job-type.h"
#include "parse.h"
#include "refuse.h"
#include "string-table.h"
#include "strv.h"

static const char *const parameter_kind_table[_PARAMETER_KIND_MAX] = {
        [PARAMETER_STRING] = "string",
        [PARAMETER_INTEGER] = "integer",
        [PARAMETER_CHOICE] = "choice",
        [PARAMETER_BOOLEAN] = "boolean",
        [PARAMETER_PATH] = "path",
        [PARAMETER_URI] = "uri",
        [PARAMETER_FILE] = "file",
};
DEFINE_STRING_TABLE(parameter_kind, ParameterKind, _PARAMETER_KIND_MAX);

int job_type_new(const char *name, const char *path, JobType **ret) {
        _cleanup_(job_type_freep) JobType *type = calloc(1, sizeof(JobType));

        if (!type)
                return -ENOMEM;
        type->umask = JOB_UMASK_DEFAULT;
        type->name = strdup(name);
        type->path = strdup(path);
        type->working_directory = strdup("/");
        if (!type->name || !type->path || !type->working_directory)
                return -ENOMEM;
        *ret = TAKE_PTR(type);
        return 0;
}

static void parameter_done(Parameter *parameter) {
        free(parameter->name);
        free(parameter->description);
        strv_free(parameter->descriptions);
        free(parameter->default_value);
        free(parameter->pattern);
        if (parameter->regex)
                regfree(parameter->regex);
        free(parameter->regex);
        strv_free(parameter->choices);
}

JobType *job_type_free(JobType *type) {
        if (!type)
                return NULL;
        for (size_t i = 0; i < type->n_parameters; i++)
                parameter_done(&type->parameters[i]);
        free(type->parameters);
        free(type->name);
        free(type->path);
        free(type->mistake);
        free(type->description);
        strv_free(type->descriptions);
        strv_free(type->command);
        free(type->user);
        free(type->group);
        free(type->place);
        free(type->working_directory);
        strv_free(type->environment);
        strv_free(type->allow_groups);
        strv_free(type->allow_users);
        free(type->related);
        free(type);
        return NULL;
}

bool job_type_name_is_valid(const char *name) {
        if (!isalnum((unsigned char) *name) || strlen(name) > JOB_TYPE_NAME_BYTES_MAX)
                return false;
        for (; *name; name++)
                if (!isalnum((unsigned char) *name) && !strchr("-_.", *name))
                        return false;
        return true;
}

const Parameter *job_type_find_parameter(const JobType *type, const char *name) {
        for (size_t i = 0; i < type->n_parameters; i++)
                if (strcmp(type->parameters[i].name, name) == 0)
                        return &type->parameters[i];
        return NULL;
}

int job_type_get_parameter(JobType *type, const char *name, Parameter **ret) {
        Parameter *parameter = (Parameter *) job_type_find_parameter(type, name), *grown;

        if (parameter) {
                *ret = parameter;
                return 0;
        }
        if (type->n_parameters >= JOB_TYPE_PARAMETERS_MAX)
                return -E2BIG;
        grown = reallocarray(type->parameters, type->n_parameters + 1, sizeof(Parameter));
        if (!grown)
                return -ENOMEM;
        type->parameters = grown;
        parameter = &grown[type->n_parameters];
        *parameter = (Parameter){ .name = strdup(name), .min = INT64_MIN, .max = INT64_MAX };
        if (!parameter->name)
                return -ENOMEM;
        type->n_parameters++;
        *ret = parameter;
        return 0;
}

/* ---- values ---- */

static int check_integer(const Parameter *parameter, const char *value, char **ret_message) {
        int64_t v;

        if (parse_int64(value, &v) >= 0 && v >= parameter->min && v <= parameter->max)
                return 0;
        if (parameter->min == INT64_MIN && parameter->max == INT64_MAX)
                return refuse(ret_message, "Parameter \"%s\" takes a whole number, not \"" QUOTE "\".",
                                parameter->name, QUOTED(value));
        if (parameter->max == INT64_MAX)
                return refuse(ret_message,
                                "Parameter \"%s\" takes a whole number from %" PRIi64 " on, not \"" QUOTE
                                "\".",
                                parameter->name, parameter->min, QUOTED(value));
        return refuse(ret_message,
                        "Parameter \"%s\" takes a whole number from %" PRIi64 " to %" PRIi64 ", not \"" QUOTE
                        "\".",
                        parameter->name, parameter->min, parameter->max, QUOTED(value));
}

static int check_choice(const Parameter *parameter, const char *value, char **ret_message) {
        _cleanup_free_ char *choices = NULL;

        if (strv_contains(parameter->choices, value))
                return 0;
        if (strv_join(parameter->choices, ", ", &choices) < 0)
                return -ENOMEM;
        return refuse(ret_message, "Parameter \"%s\" takes one of %s, not \"" QUOTE "\".", parameter->name,
                        choices, QUOTED(value));
}

static int check_path(const Parameter *parameter, const char *value, char **ret_message) {
        if (path_is_plain(value))
                return 0;
        return refuse(ret_message,
                        "Parameter \"%s\" takes an absolute path without \".\" and \"..\" in it, not "
                        "\"" QUOTE "\".",
                        parameter->name, QUOTED(value));
}

static int check_uri(const Parameter *parameter, const char *value, char **ret_message) {
        if (text_is_one_line(value) && uri_is_valid(value))
                return 0;
        return refuse(ret_message,
                        "Parameter \"%s\" takes a URI, as https://example.org/record/12, not \"" QUOTE "\".",
                        parameter->name, QUOTED(value));
}

/* Of the file its name, for people: what is in it comes with the call. */
static int check_file(const Parameter *parameter, const char *value, char **ret_message) {
        if (*value && strlen(value) <= NAME_MAX && !strchr(value, '/') && text_is_one_line(value))
                return 0;
        return refuse(ret_message,
                        "Parameter \"%s\" takes a file that is handed over, and its name without a folder, of at most %d"
                        " bytes in one line, not \"" QUOTE "\".",
                        parameter->name, NAME_MAX, QUOTED(value));
}

static int check_boolean(const Parameter *parameter, const char *value, char **ret_message) {
        bool b;

        return parse_boolean(value, &b) >= 0
                        ? 0
                        : refuse(ret_message, "Parameter \"%s\" takes yes or no, not \"" QUOTE "\".",
                                          parameter->name, QUOTED(value));
}

/* Text with line breaks and tabs in it is text. */
static bool text_is_clean(const char *s) {
        _cleanup_free_ char *line = strdup(s);

        for (char *p = line; p && *p; p++)
                if (*p == '\n' || *p == '\t')
                        *p = ' ';
        return line && text_is_one_line(line);
}

static int check_string(const Parameter *parameter, const char *value, char **ret_message) {
        if (!text_is_clean(value))
                return refuse(ret_message, "Parameter \"%s\" contains a control character.",
                                parameter->name);
        if (!*value && parameter->required)
                return refuse(ret_message, "Parameter \"%s\" is empty.", parameter->name);
        return 0;
}

static int check_pattern(const Parameter *parameter, const char *value, char **ret_message) {
        regmatch_t match;

        if (!parameter->regex)
                return 0;
        if (regexec(parameter->regex, value, 1, &match, 0) == 0)
                return 0;
        if (parameter->secret)
                return refuse(ret_message, "Parameter \"%s\" takes what matches %s.", parameter->name,
                                parameter->pattern);
        return refuse(ret_message, "Parameter \"%s\" takes what matches %s, not \"" QUOTE "\".",
                        parameter->name, parameter->pattern, QUOTED(value));
}

int parameter_check(const Parameter *parameter, const char *value, char **ret_message) {
        static int (*const checks[_PARAMETER_KIND_MAX])(const Parameter *, const char *, char **) = {
                [PARAMETER_STRING] = check_string,
                [PARAMETER_INTEGER] = check_integer,
                [PARAMETER_CHOICE] = check_choice,
                [PARAMETER_BOOLEAN] = check_boolean,
                [PARAMETER_PATH] = check_path,
                [PARAMETER_URI] = check_uri,
                [PARAMETER_FILE] = check_file,
        };
        int r;

        if (strlen(value) > PARAMETER_VALUE_BYTES_MAX)
                return refuse(ret_message, "Parameter \"%s\" has %zu bytes, at most %zu are allowed.",
                                parameter->name, strlen(value), PARAMETER_VALUE_BYTES_MAX);
        if (!utf8_is_valid(value))
                return refuse(ret_message, "Parameter \"%s\" is not UTF-8 text.", parameter->name);
        r = checks[parameter->kind](parameter, value, ret_message);
        return r < 0 ? r : check_pattern(parameter, value, ret_message);
}
