/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
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

typedef int (*write_value_cb)(FILE *f, const Parameter *parameter, const char *value, void *userdata);

/* 1, 0 when it is about a parameter that nobody gave. */
static int write_template(FILE *f, const JobType *type, const char *template, char *const *values,
                write_value_cb write_value, void *userdata) {
        const char *s = template;

        while (*s) {
                const Parameter *parameter = NULL;
                const char *value;
                int r;

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
                r = write_value(f, parameter, value, userdata);
                if (r < 0)
                        return r;
        }
        return 1;
}

/* The text of a template; NULL when it is left out. */
static int expand_template(const JobType *type, const char *template, char *const *values,
                write_value_cb write_value, void *userdata, char **ret) {
        _cleanup_(text_done) Text text = {};
        int r, wanted;

        r = text_open(&text);
        if (r < 0)
                return r;
        wanted = write_template(text.file, type, template, values, write_value, userdata);
        r = text_close(&text);
        if (wanted < 0 || r < 0)
                return wanted < 0 ? wanted : r;
        *ret = wanted > 0 ? TAKE_PTR(text.text) : NULL;
        return 0;
}

/* ---- the command ---- */

typedef struct ArgumentContext {
        sd_id128_t inputs;
        char **ret_message;
} ArgumentContext;

static int write_in_argument(FILE *f, const Parameter *parameter, const char *value, void *userdata) {
        const ArgumentContext *context = userdata;

        if (write_path(f, parameter, context->inputs))
                return 0;
        if (ftello(f) == 0 && *value == '-' && !parameter->allow_dash)
                return refuse(context->ret_message,
                                "Parameter \"%s\" begins with \"-\": the program would take it for an option.",
                                parameter->name);
        fputs(value, f);
        return 0;
}

static int expand_argument(const JobType *type, const char *template, char *const *values, sd_id128_t inputs,
                char ***command, char **ret_message) {
        ArgumentContext context = { inputs, ret_message };
        _cleanup_free_ char *argument = NULL;
        int r = expand_template(type, template, values, write_in_argument, &context, &argument);

        return r < 0 || !argument ? r : strv_extend(command, argument);
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

/* ---- what it is about ---- */

/* A URI as it is; of all else what is not unreserved is encoded, RFC 3986, 2.1 and 2.3. */
static int write_in_uri(FILE *f, const Parameter *parameter, const char *value, void *userdata) {
        bool *is_whole = userdata;

        *is_whole = *is_whole && *value;
        if (parameter->kind == PARAMETER_URI) {
                fputs(value, f);
                return 0;
        }
        for (; *value; value++)
                if (isascii(*value) && (isalnum(*value) || strchr("-._~", *value)))
                        fputc(*value, f);
                else
                        fprintf(f, "%%%02X", (unsigned char) *value);
        return 0;
}

int job_type_expand_related(const JobType *type, char *const *values, char **ret, char **ret_message) {
        _cleanup_free_ char *related = NULL;
        bool is_whole = true;
        int r = type->related ? expand_template(type, type->related, values, write_in_uri, &is_whole, &related) : 0;

        if (r < 0)
                return r;
        if (!is_whole) /* a value is empty */
                return 0;
        if (related && strlen(related) > JOBSD_RELATED_BYTES_MAX)
                return refuse(ret_message, "The parameters make a Related= of %zu bytes, at most %u are allowed.",
                                strlen(related), JOBSD_RELATED_BYTES_MAX);
        *ret = TAKE_PTR(related);
        return 0;
}

/* ---- the job ---- */

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

static int copy_specification(const JobType *type, char *const *values, Job *job, char **ret_message) {
        int r;

        r = strdup_or_null(type->name, &job->name);
        if (r >= 0)
                r = strdup_or_null(type->name, &job->type);
        if (r >= 0)
                r = job_type_expand_related(type, values, &job->related, ret_message);
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
                r = copy_specification(type, values, job, ret_message);
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
