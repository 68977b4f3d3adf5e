/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names of units, jobs' paths and types' names: each job has one spelling, and no other is taken for it. */

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "job-type.h"
#include "job.h"

static void check_unit(const char *text) {
        _cleanup_free_ char *first = NULL;
        uint64_t id;
        int r = job_unit_name_to_id(text, &id);

        CHECK(r == 0 || r == -EINVAL);
        if (r < 0)
                return;
        CHECK(id >= 1 && id <= INT64_MAX);
        CHECK(job_unit_name(id, 1, &first) >= 0);
        /* "jobsd-12.service" and "jobsd-12-2.service" have "jobsd-12" in common */
        CHECK(strncmp(first, text, strlen(first) - strlen(".service")) == 0);
}

static void check_path(const char *text) {
        _cleanup_free_ char *path = NULL;
        uint64_t id;
        int r = job_path_to_id(text, &id);

        CHECK(r == 0 || r == -EINVAL || r == -ERANGE);
        if (r < 0)
                return;
        CHECK(job_path(id, &path) >= 0 && strcmp(path, text) == 0);
}

static void check_names(uint64_t id, unsigned attempt) {
        _cleanup_free_ char *unit = NULL, *path = NULL;
        uint64_t of_unit, of_path;

        if (id < 1 || id > INT64_MAX || attempt < 1)
                return;
        CHECK(job_unit_name(id, attempt, &unit) >= 0 && job_unit_name_to_id(unit, &of_unit) >= 0);
        CHECK(job_path(id, &path) >= 0 && job_path_to_id(path, &of_path) >= 0);
        CHECK(of_unit == id && of_path == id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size }, numbers = input;
        _cleanup_free_ char *text = input_text(&input);
        uint64_t id = input_number(&numbers);

        check_unit(text);
        check_path(text);
        check_names(id, (unsigned) input_number(&numbers));
        if (job_type_name_is_valid(text)) /* it becomes a file's name */
                CHECK(!strchr(text, '/') && *text != '.' && *text != '-' &&
                                strlen(text) <= JOB_TYPE_NAME_BYTES_MAX);
        return 0;
}
