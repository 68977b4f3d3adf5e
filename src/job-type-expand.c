/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job-credential.h"
#include "job-type.h"
#include "parse.h"
#include "protocol.h"
#include "refuse.h"
#include "result-protocol.h"
#include "strv.h"

/* An argument that grows. */
typedef struct Text {
        FILE *file;
        char *text;
        size_t size;
} Text;

static int text_open(Text *text) {
        *text = (Text){};
        text->file = open_memstream(&text->text, &text->size);
        return text->file ? 0 : -ENOMEM;
}

static int text_close(Text *text) {
        int r = fclose(text->file) != 0 || !text->text ? -ENOMEM : 0;

        text->file = NULL;
        return r;
}

static void text_done(Text *text) {
        if (text->file)
                fclose(text->file);
        free(text->text);
}

/* The value of a name among "NAME=VALUE" texts; NULL. */
static const char *find_value(char *const *values, const char *name) {
        size_t n = strlen(name);

        for (char *const *s = values; s && *s; s++)
                if (strncmp(*s, name, n) == 0 && (*s)[n] == '=')
                        return *s + n + 1;
        return NULL;
}

static size_t count_values(char *const *values, const char *name) {
        size_t n = 0;

        for (char *const *s = values; *s; s++)
                if (find_value((char *const[]){ *s, NULL }, name))
                        n++;
        return n;
}

static int check_names(const JobType *type, char *const *values, char **ret_message) {
        for (char *const *s = values; s && *s; s++) {
                _cleanup_free_ char *name = strndup(*s, strcspn(*s, "="));

                if (!name)
                        return -ENOMEM;
                if (!job_type_find_parameter(type, name))
                        return refuse(ret_message, "Job type \"%s\" has no parameter \"" QUOTE "\".",
                                        type->name, QUOTED(name));
                if (count_values(values, name) > 1)
                        return refuse(ret_message, "Parameter \"%s\" is given twice.", name);
        }
        return 0;
}

static int check_values(const JobType *type, char *const *values, char **ret_message) {
        for (size_t i = 0; i < type->n_parameters; i++) {
                const Parameter *parameter = &type->parameters[i];
                const char *value = find_value(values, parameter->name);
                int r;

                if (!value && parameter->required && !parameter->default_value)
                        return refuse(ret_message, "Parameter \"%s\" is missing.", parameter->name);
                r = value ? parameter_check(parameter, value, ret_message) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What the program gets: a yes is a yes, however it was said. */
static const char *value_of(const Parameter *parameter, char *const *values) {
        const char *value = find_value(values, parameter->name) ?: parameter->default_value;
        bool yes;

        if (value && parameter->kind == PARAMETER_BOOLEAN && parse_boolean(value, &yes) >= 0)
                return yes ? "yes" : "no";
        return value;
}

/* A place is "{name}"; "{{" and "}}" are braces. Returns what follows it, and NULL for a place that is none.
 */
static const char *read_place(const char *s, const JobType *type, const Parameter **ret) {
        _cleanup_free_ char *name = NULL;
        size_t n = strcspn(s + 1, "}");

        name = s[1 + n] ? strndup(s + 1, n) : NULL;
        *ret = name ? job_type_find_parameter(type, name) : NULL;
        return *ret ? s + n + 2 : NULL;
}

/* What the place of a parameter stands for that is not its value: where the value is. */
static bool write_path(FILE *f, const Parameter *parameter, sd_id128_t inputs) {
        char id[SD_ID128_STRING_MAX];

        if (parameter->secret)
                fprintf(f, CREDENTIAL_FOLDER_PLACE "%s", parameter->name);
        else if (parameter->kind == PARAMETER_FILE)
                fprintf(f, RESULT_FOLDERS "/" RESULT_INPUTS "/%s/%s", sd_id128_to_string(inputs, id), parameter->name);
        else
                return false;
        return true;
}

/* 1, 0 when the argument is left out: it is about a parameter that nobody gave. */
static int write_argument(FILE *f, const JobType *type, const char *template, char *const *values,
                sd_id128_t inputs, char **ret_message) {
        const char *s = template;

        while (*s) {
                const Parameter *parameter = NULL;
                const char *value;

                if ((*s == '{' || *s == '}') && s[1] == *s)
                        s++;
                else if (*s == '{')
                        s = read_place(s, type, &parameter)
                                        ?: s; /* the file's reader has refused what is none */
                if (!parameter) {
                        fputc(*s++, f);
                        continue;
                }
                value = value_of(parameter, values);
                if (!value)
                        return 0;
                if (write_path(f, parameter, inputs))
                        continue;
                if (ftello(f) == 0 && *value == '-' && !parameter->allow_dash)
                        return refuse(ret_message,
                                        "Parameter \"%s\" begins with \"-\": the program would take it for "
                                        "an option.",
                                        parameter->name);
                fputs(value, f);
        }
        return 1;
}

static int expand_argument(const JobType *type, const char *template, char *const *values, sd_id128_t inputs,
                char ***command, char **ret_message) {
        _cleanup_(text_done) Text text = {};
        int r, wanted;

        r = text_open(&text);
        if (r < 0)
                return r;
        wanted = write_argument(text.file, type, template, values, inputs, ret_message);
        r = text_close(&text);
        if (wanted <= 0 || r < 0)
                return wanted < 0 ? wanted : r;
        return strv_extend(command, text.text);
}

int job_type_expand(const JobType *type, char *const *values, sd_id128_t inputs, char ***ret_command,
                char **ret_message) {
        _cleanup_strv_free_ char **command = NULL;
        int r;

        r = check_names(type, values, ret_message);
        if (r >= 0)
                r = check_values(type, values, ret_message);
        for (char **template = type->command; r >= 0 && *template; template ++)
                r = expand_argument(type, *template, values, inputs, &command, ret_message);
        if (r < 0)
                return r;
        *ret_command = TAKE_PTR(command);
        return 0;
}

static int copy_parameter(const JobType *type, const char *value, Job *job) {
        _cleanup_free_ char *name = strndup(value, strcspn(value, "="));
        int r;

        if (!name)
                return -ENOMEM;
        if (!job_type_find_parameter(type, name)->secret)
                return strv_extend(&job->parameters, value);
        r = strv_extend(&job->parameters, name);
        return r < 0 ? r : strv_extend(&job->secrets, value);
}

static int copy_specification(const JobType *type, char *const *values, Job *job) {
        int r;

        r = strdup_or_null(type->name, &job->name);
        if (r >= 0)
                r = strdup_or_null(type->name, &job->type);
        if (r >= 0)
                r = strdup_or_null(type->working_directory, &job->working_directory);
        if (r >= 0)
                r = strv_copy(type->environment, &job->environment);
        for (char *const *value = values; r >= 0 && value && *value; value++)
                r = copy_parameter(type, *value, job);
        return r;
}

/* What PID 1 could not take has to be refused before a promise is made. */
static int check_size(const Job *job, char **ret_message) {
        for (char **s = job->command; *s; s++)
                if (strlen(*s) > JOBSD_ARG_BYTES_MAX)
                        return refuse(ret_message,
                                        "The parameters make an argument of %zu bytes, at most %zu are "
                                        "allowed.",
                                        strlen(*s), JOBSD_ARG_BYTES_MAX);
        if (strv_size(job->command) > JOBSD_ARGV_BYTES_MAX)
                return refuse(ret_message,
                                "The parameters make a command of %zu bytes, at most %zu are allowed.",
                                strv_size(job->command), JOBSD_ARGV_BYTES_MAX);
        if (strv_size(job->secrets) > JOBSD_SECRETS_BYTES_MAX)
                return refuse(ret_message, "The secret parameters have %zu bytes, at most %zu are allowed.",
                                strv_size(job->secrets), JOBSD_SECRETS_BYTES_MAX);
        return 0;
}

int job_new_of_type(const JobType *type, char *const *values, sd_id128_t inputs, Job **ret, char **ret_message) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = job_new(&job);
        if (r >= 0)
                r = job_type_expand(type, values, inputs, &job->command, ret_message);
        if (r >= 0)
                r = copy_specification(type, values, job);
        if (r >= 0)
                r = check_size(job, ret_message);
        if (r < 0)
                return r;
        job->timeout_usec = type->timeout_usec;
        job->memory_max = type->memory_max;
        job->cpu_quota_usec = type->cpu_quota_usec;
        job->tasks_max = type->tasks_max;
        job->output_max = type->output_max;
        job->output_grace_usec = type->output_grace_usec;
        job->nice = type->nice;
        job->umask = type->umask;
        job->keep_results = type->keep_results;
        job->retries = type->retries;
        job->retry_usec = type->retry_usec;
        job->restartable = type->restartable;
        *ret = TAKE_PTR(job);
        return 0;
}
