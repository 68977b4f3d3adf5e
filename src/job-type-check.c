/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "job-type.h"
#include "parse.h"
#include "protocol.h"
#include "refuse.h"
#include "strv.h"

/* Compiled once, for the whole of a value. */
static int compile_pattern(Parameter *parameter, char **ret_message) {
        _cleanup_free_ char *whole = NULL;
        regex_t *regex;
        char error[128];
        int r;

        if (!parameter->pattern)
                return 0;
        if (asprintf(&whole, "^(%s)$", parameter->pattern) < 0)
                return -ENOMEM;
        regex = calloc(1, sizeof(regex_t));
        if (!regex)
                return -ENOMEM;
        r = regcomp(regex, whole, REG_EXTENDED);
        if (r != 0) {
                (void) regerror(r, regex, error, sizeof(error));
                free(regex);
                return refuse(ret_message, "Pattern= of parameter \"%s\" is no regular expression: %s.",
                                parameter->name, error);
        }
        parameter->regex = regex;
        return 0;
}

static bool has_place(const char *template, const Parameter *parameter) {
        _cleanup_free_ char *place = NULL;

        return asprintf(&place, "{%s}", parameter->name) < 0 || strstr(template, place);
}

static bool parameter_is_used(const JobType *type, const Parameter *parameter) {
        for (char **argument = type->command; *argument; argument++)
                if (has_place(*argument, parameter))
                        return true;
        return false;
}

static int check_parameter(const JobType *type, Parameter *parameter, char **ret_message) {
        _cleanup_free_ char *message = NULL;
        int r;

        if ((parameter->kind == PARAMETER_CHOICE) != (strv_length(parameter->choices) > 0))
                return refuse(ret_message, "Parameter \"%s\": Type=choice and Choices= belong together.",
                                parameter->name);
        if (parameter->kind != PARAMETER_INTEGER &&
                        (parameter->min != INT64_MIN || parameter->max != INT64_MAX))
                return refuse(ret_message, "Parameter \"%s\": Min= and Max= belong to Type=integer.",
                                parameter->name);
        if (parameter->min > parameter->max)
                return refuse(ret_message, "Parameter \"%s\": Min= is larger than Max=.", parameter->name);
        if (parameter->secret && (parameter->kind != PARAMETER_STRING || parameter->default_value))
                return refuse(ret_message,
                                "Parameter \"%s\": Secret=yes belongs to Type=string without a Default=.",
                                parameter->name);
        if (parameter->kind == PARAMETER_FILE && parameter->default_value)
                return refuse(ret_message, "Parameter \"%s\": a file has no Default=.", parameter->name);
        if (parameter->kind != PARAMETER_FILE && parameter->size_max > 0)
                return refuse(ret_message, "Parameter \"%s\": SizeMax= belongs to Type=file.", parameter->name);
        if (!parameter_is_used(type, parameter))
                return refuse(ret_message, "Parameter \"%s\" has no place {%s} in Command=.",
                                parameter->name, parameter->name);
        r = compile_pattern(parameter, ret_message);
        if (r < 0 || !parameter->default_value)
                return r;
        r = parameter_check(parameter, parameter->default_value, &message);
        return r == -EINVAL ? refuse(ret_message, "Default= is not possible. %s", message) : r;
}

/* Each brace belongs to a place, or is one of two. */
static int check_places(const JobType *type, const char *directive, const char *argument, char **ret_message) {
        const char *s = argument;

        while ((s = strpbrk(s, "{}"))) {
                _cleanup_free_ char *name = NULL;

                if (s[1] == *s) {
                        s += 2;
                        continue;
                }
                name = *s == '{' && strchr(s, '}') ? strndup(s + 1, strcspn(s + 1, "}")) : NULL;
                if (!name)
                        return refuse(ret_message,
                                        "%s= has a single brace in \"%s\". Double it if it is none of a place.",
                                        directive, argument);
                if (!job_type_find_parameter(type, name))
                        return refuse(ret_message,
                                        "%s= has a place {%s}, and there is no [Parameter %s].", directive, name, name);
                s += strlen(name) + 2;
        }
        return 0;
}

/* Where jobsd cannot look, see ProtectHome= in jobsd.service. */
static bool path_is_hidden(const char *path) {
        return strncmp(path, "/home/", 6) == 0 || strncmp(path, "/root/", 6) == 0 ||
                        strncmp(path, "/run/user/", 10) == 0;
}

static int check_program(const char *program, char **ret_message) {
        struct stat st;

        if (!path_is_plain(program) || strpbrk(program, "{}"))
                return refuse(ret_message,
                                "Command= begins with \"%s\", not with the absolute path of a program.",
                                program);
        if (path_is_hidden(program))
                return 0;
        if (stat(program, &st) < 0)
                return refuse(ret_message, "Command= begins with %s: %s.", program, strerror(errno));
        if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
                return refuse(ret_message, "Command= begins with %s, which is no executable file.", program);
        if (st.st_mode & S_IWOTH)
                return refuse(ret_message, "Command= begins with %s, which everybody may write to.", program);
        return 0;
}

/* With "a:b" for each place, which is a URI, too, it is one. */
static int check_is_uri(const JobType *type, char **ret_message) {
        _cleanup_free_ char *related = NULL, *message = NULL;
        _cleanup_strv_free_ char **values = NULL;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < type->n_parameters; i++) {
                _cleanup_free_ char *value = NULL;

                r = asprintf(&value, "%s=a:b", type->parameters[i].name) < 0 ? -ENOMEM : strv_extend(&values, value);
        }
        if (r >= 0)
                r = job_type_expand_related(type, values, &related, &message);
        if (r == -ENOMEM)
                return r;
        if (r >= 0 && uri_is_valid(related) && text_is_one_line(related))
                return 0;
        return refuse(ret_message, "Related= is no URI, as \"https://archive.example.org/{slug}\" is: \"%s\".",
                        type->related);
}

static int check_related(const JobType *type, char **ret_message) {
        int r = check_places(type, "Related", type->related, ret_message);

        for (size_t i = 0; r >= 0 && i < type->n_parameters; i++) {
                const Parameter *parameter = &type->parameters[i];

                if (!has_place(type->related, parameter))
                        continue;
                if (parameter->secret)
                        return refuse(ret_message, "Related= has a place for parameter \"%s\", which is a secret.",
                                        parameter->name);
        }
        return r < 0 ? r : check_is_uri(type, ret_message);
}

/* What is about this machine's files means nothing on another one, and secrets stay where they are. */
static int check_travels(const Parameter *parameter, char **ret_message) {
        if (parameter->secret)
                return refuse(ret_message, "Parameter \"%s\" is a secret: Place= is for types without.", parameter->name);
        if (parameter->kind == PARAMETER_FILE || parameter->kind == PARAMETER_PATH)
                return refuse(ret_message, "Parameter \"%s\" is a %s of this machine: Place= is for types without.",
                                parameter->name, parameter_kind_to_string(parameter->kind));
        return 0;
}

static int check_place(const JobType *type, char **ret_message) {
        int r = 0;

        if (access(LIBEXECDIR "/jobsd-place", X_OK) < 0)
                return refuse(ret_message, "Place= needs jobsd-gearman, which is not installed.");
        for (size_t i = 0; r >= 0 && i < type->n_parameters; i++)
                r = check_travels(&type->parameters[i], ret_message);
        return r;
}

int job_type_check(JobType *type, char **ret_message) {
        int r;

        if (strv_length(type->command) == 0)
                return refuse(ret_message, "Command= is missing in section [Job].");
        if (strv_length(type->command) > JOBSD_ARGV_MAX || strv_size(type->command) > JOBSD_ARGV_BYTES_MAX)
                return refuse(ret_message, "Command= has more than %u arguments or %zu bytes.",
                                JOBSD_ARGV_MAX, JOBSD_ARGV_BYTES_MAX);
        r = check_program(type->command[0], ret_message);
        for (char **argument = type->command; r >= 0 && *argument; argument++)
                r = check_places(type, "Command", *argument, ret_message);
        if (r >= 0 && type->related)
                r = check_related(type, ret_message);
        for (size_t i = 0; r >= 0 && i < type->n_parameters; i++)
                r = check_parameter(type, &type->parameters[i], ret_message);
        return r >= 0 && type->place ? check_place(type, ret_message) : r;
}
