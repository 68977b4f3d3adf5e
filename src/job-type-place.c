/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "job-type.h"
#include "strv.h"

/* "jobsd-place [--host=HOST] TYPE NAME=VALUE...": what was given, without what the type's defaults fill in, which are
 * those of where it runs. */
static int make_command(const JobType *type, char *const *values, char ***ret) {
        _cleanup_strv_free_ char **command = NULL;
        _cleanup_free_ char *host = NULL;
        int r;

        r = strv_extend(&command, LIBEXECDIR "/jobsd-place");
        if (r >= 0 && strcmp(type->place, PLACE_ANY) != 0) {
                if (asprintf(&host, "--host=%s", type->place) < 0)
                        return -ENOMEM;
                r = strv_extend(&command, host);
        }
        if (r >= 0)
                r = strv_extend(&command, type->name);
        for (char *const *value = values; r >= 0 && value && *value; value++)
                r = strv_extend(&command, *value);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(command);
        return 0;
}

bool job_is_placed(const Job *job) {
        return job->type && job->command && job->command[0] && strcmp(job->command[0], LIBEXECDIR "/jobsd-place") == 0;
}

const char *placed_status_parse(const char *text, uint64_t *cpu_usage_nsec, uint64_t *memory_peak) {
        uint64_t cpu, memory;
        int n = 0;

        if (sscanf(text, "Cost there: %" SCNu64 " ns, %" SCNu64 " bytes.%n", &cpu, &memory, &n) < 2 || n == 0)
                return text;
        *cpu_usage_nsec = cpu;
        *memory_peak = memory;
        text += n;
        return text + (*text == ' ');
}

int job_new_placed(const JobType *type, char *const *values, Job **ret, char **ret_message) {
        _cleanup_(job_freep) Job *there = NULL, *job = NULL;
        int r;

        /* as it would be here: so its values are checked before they travel */
        r = job_new_of_type(type, values, SD_ID128_NULL, &there, ret_message);
        if (r >= 0)
                r = job_new(&job);
        if (r >= 0)
                r = make_command(type, values, &job->command);
        if (r >= 0)
                r = strdup_or_null(type->name, &job->name);
        if (r >= 0)
                r = strdup_or_null(type->name, &job->type);
        if (r >= 0)
                r = strv_copy(there->parameters, &job->parameters);
        if (r >= 0)
                r = strdup_or_null(there->related, &job->related);
        if (r < 0)
                return r;
        job->output_max = there->output_max;
        job->retries = there->retries;
        job->retry_usec = there->retry_usec;
        job->restartable = there->restartable;
        *ret = TAKE_PTR(job);
        return 0;
}
