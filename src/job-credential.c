/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job-credential.h"

static int replace_place(char **argument, const char *place, const char *unit) {
        char *replaced;

        if (asprintf(&replaced, "%.*s/run/credentials/%s/%s", (int) (place - *argument), *argument, unit,
                            place + strlen(CREDENTIAL_FOLDER_PLACE)) < 0)
                return -ENOMEM;
        free(*argument);
        *argument = replaced;
        return 0;
}

int job_set_credential_folder(Job *job) {
        _cleanup_free_ char *unit = NULL;
        const char *place;
        int r;

        r = job_unit_name(job->id, job->attempt, &unit);
        for (char **argument = job->command; r >= 0 && argument && *argument; argument++)
                while (r >= 0 && (place = strstr(*argument, CREDENTIAL_FOLDER_PLACE)))
                        r = replace_place(argument, place, unit);
        return r;
}

bool parameter_is_secret(const char *parameter) {
        return !strchr(parameter, '=');
}

const char *job_find_secret(const Job *job) {
        for (char **parameter = job->parameters; parameter && *parameter; parameter++)
                if (parameter_is_secret(*parameter))
                        return *parameter;
        return NULL;
}
