/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job type's file, and parameters for it: the file, a NUL, and "NAME=VALUE" texts with a NUL between.
 * A mistake is told in a line that can be shown; what has none can be run; what it expands to is as many
 * arguments as its command has, or fewer, and no parameter becomes an option unless the file says so. */

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "ini-file.h"
#include "job-type-file.h"
#include "job-type.h"
#include "locale-tag.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"

static void on_mistake(const char *message, void *userdata) {
        CHECK(utf8_is_valid(message) && text_is_one_line(message));
        ++*(unsigned *) userdata;
}

static JobType *read_type(const void *text, size_t size) {
        JobType *type;
        unsigned n_mistakes = 0;
        const char *path = fuzz_file(text, size);

        CHECK(job_type_new("fuzz", path, &type) >= 0);
        CHECK(job_type_read(type, (char *[]){ (char *) path, NULL }, on_mistake, &n_mistakes) >= 0);
        CHECK((n_mistakes > 0) == (type->mistake != NULL));
        return type;
}

static void check_limits(const JobType *type) {
        CHECK(strv_length(type->environment) <= JOBSD_ENV_MAX &&
                        strv_size(type->environment) <= JOBSD_ENV_BYTES_MAX);
        CHECK(type->timeout_usec <= INT64_MAX && type->memory_max <= INT64_MAX &&
                        type->tasks_max <= INT64_MAX);
        CHECK(type->output_max <= INT64_MAX && type->output_grace_usec <= JOBSD_OUTPUT_GRACE_USEC_MAX);
        CHECK(type->nice >= -20 && type->nice <= 19 && type->retries <= JOB_TYPE_RETRIES_MAX);
        CHECK(*type->working_directory == '/' || strcmp(type->working_directory, "~") == 0);
}

static void check_descriptions(char *const *descriptions) {
        CHECK(strv_length(descriptions) <= DESCRIPTION_LANGUAGES_MAX);
        for (; descriptions && *descriptions; descriptions++) {
                const char *text = strchr(*descriptions, '=');
                _cleanup_free_ char *tag = text ? strndup(*descriptions, (size_t) (text - *descriptions)) : NULL;

                CHECK(tag && locale_tag_is_valid(tag) && text[1] && utf8_is_valid(text + 1));
        }
}

static void check_parameters(const JobType *type) {
        CHECK(type->n_parameters <= JOB_TYPE_PARAMETERS_MAX);
        for (size_t i = 0; i < type->n_parameters; i++) {
                const Parameter *parameter = &type->parameters[i];
                _cleanup_free_ char *message = NULL;

                CHECK(job_type_find_parameter(type, parameter->name) == parameter);
                CHECK(parameter->min <= parameter->max);
                check_descriptions(parameter->descriptions);
                if (parameter->default_value)
                        CHECK(parameter_check(parameter, parameter->default_value, &message) == 0);
        }
}

static bool allows_dash(const JobType *type) {
        for (size_t i = 0; i < type->n_parameters; i++)
                if (type->parameters[i].allow_dash)
                        return true;
        return false;
}

static size_t count_options(char *const *command) {
        size_t n = 0;

        for (; *command; command++)
                n += **command == '-';
        return n;
}

static void check_job(const JobType *type, char *const *values, const Job *job) {
        CHECK(strv_length(job->command) >= 1 && strv_length(job->command) <= strv_length(type->command));
        CHECK(strcmp(job->command[0], type->command[0]) == 0);
        CHECK(allows_dash(type) || count_options(job->command) <= count_options(type->command));
        CHECK(strv_size(job->command) <= JOBSD_ARGV_BYTES_MAX);
        CHECK(arrays_equal(job->parameters, values) && arrays_equal(job->environment, type->environment));
        CHECK(texts_are_utf8(job->command));
}

static void expand(const JobType *type, char *const *values) {
        _cleanup_free_ char *message = NULL;
        _cleanup_(job_freep) Job *job = NULL;
        int r = job_new_of_type(type, values, SD_ID128_NULL, &job, &message);

        CHECK(r == 0 || r == -EINVAL);
        if (r < 0)
                CHECK(message && !job && utf8_is_valid(message));
        else
                check_job(type, values, job);
}

/* The C library takes seconds and gigabytes for an expression that repeats what repeats: as an administrator
 * wrote it, so he gets it. */
static bool has_nested_repetition(const char *text, size_t size) {
        size_t n = 0;

        for (size_t i = 0; i < size; i++)
                n += text[i] == '{' && memmem(text, i, "Pattern", 7);
        return n > 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        _cleanup_free_ char *text = input_text(&input);
        _cleanup_strv_free_ char **values = input_texts(&input, 8);
        _cleanup_(job_type_freep) JobType *type = NULL;

        if (has_nested_repetition(text, strlen(text)) || !texts_are_utf8(values))
                return 0; /* the bus carries no other values */
        type = read_type(text, strlen(text));
        if (type->mistake)
                return 0;
        check_limits(type);
        check_descriptions(type->descriptions);
        check_parameters(type);
        expand(type, values);
        return 0;
}
