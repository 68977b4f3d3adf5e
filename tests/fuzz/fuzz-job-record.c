/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records of jobs in the journal: whatever was understood is the same when it is written and read again, and
 * of two records it does not matter which comes first. */

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "job-record.h"
#include "parse.h"
#include "strv.h"

#define FIELDS_MAX 64U

static void parse(Job *job, const char *field) {
        _cleanup_free_ char *name = strdup(field);
        char *value;
        int r;

        CHECK(name);
        value = strchr(name, '=');
        if (!value)
                return;
        *value = '\0';
        r = job_record_parse(job, name, value + 1);
        CHECK(r == 0 || r == -EINVAL);
}

static Job *read_record(char *const *fields) {
        Job *job;

        CHECK(job_new(&job) >= 0);
        for (; fields && *fields; fields++)
                parse(job, *fields);
        return job;
}

static void check_values(const Job *job) {
        CHECK((int) job->status >= 0 && job->status < _JOB_STATUS_MAX);
        CHECK((int) job->result >= 0 && job->result < _JOB_RESULT_MAX);
        CHECK((int) job->origin >= 0 && job->origin < _JOB_ORIGIN_MAX);
        CHECK(job->progress == -1 || (job->progress >= 0 && job->progress <= 1));
        CHECK(!job->name || utf8_is_valid(job->name));
        CHECK(!job->info || utf8_is_valid(job->info));
        CHECK(!job->command && !job->environment && !job->parameters);
}

static void check_same_again(char *const *fields) {
        _cleanup_(job_freep) Job *job = read_record(fields), *again = NULL;
        _cleanup_strv_free_ char **written = NULL, **rewritten = NULL;

        check_values(job);
        CHECK(job_record_format(job, &written) >= 0);
        again = read_record(written);
        CHECK(job_record_format(again, &rewritten) >= 0);
        CHECK(arrays_equal(written, rewritten));
}

static Job *fold(JobEvent first_event, Job *first, JobEvent second_event, Job *second) {
        Job *job = NULL;

        job_record_fold(&job, first_event, first);
        job_record_fold(&job, second_event, second);
        CHECK(job);
        return job;
}

/* How far it is known to have come. */
static void check_any_order(JobEvent a, char *const *fields_a, JobEvent b, char *const *fields_b) {
        _cleanup_(job_freep) Job *job = fold(a, read_record(fields_a), b, read_record(fields_b));
        _cleanup_(job_freep) Job *other = fold(b, read_record(fields_b), a, read_record(fields_a));

        CHECK(job->submitted_usec == other->submitted_usec);
        CHECK(job->attempt == other->attempt);
        CHECK(job_status_is_active(job->status) == job_status_is_active(other->status));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const JobEvent events[] = { JOB_EVENT_SUBMITTED, JOB_EVENT_STARTED, JOB_EVENT_ENDED,
                JOB_EVENT_CANCEL_ASKED, JOB_EVENT_RETRIED };
        Input input = { data, size };
        JobEvent a = events[input_byte(&input) % ELEMENTSOF(events)];
        JobEvent b = events[input_byte(&input) % ELEMENTSOF(events)];
        size_t n_first = input_byte(&input) % FIELDS_MAX;
        _cleanup_strv_free_ char **first = input_texts(&input, n_first);
        _cleanup_strv_free_ char **second = input_texts(&input, FIELDS_MAX);

        check_same_again(first);
        check_same_again(second);
        check_any_order(a, first, b, second);
        return 0;
}
