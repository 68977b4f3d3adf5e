/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fixture.h"
#include "job-event.h"

/* The events as one text, in their order. */
static void check(const Job *old, const Job *new, const char *expected) {
        _cleanup_(job_before_done) JobBefore before = {};
        JobEvent events[JOB_EVENTS_MAX];
        char told[64] = "";
        size_t n;

        assert_int_equal(job_before_init(old, &before), 0);
        n = job_events(&before, new, events);
        for (size_t i = 0; i < n; i++) {
                strcat(told, i > 0 ? " " : "");
                strcat(told, job_event_to_string(events[i]));
        }
        assert_string_equal(told, expected);
}

static void test_steps(void **state) {
        Job queued = { .status = JOB_QUEUED, .progress = -1 };
        Job starting = { .status = JOB_RUNNING, .progress = -1 };
        Job running = { .status = JOB_RUNNING, .progress = -1, .started_usec = 1 };
        Job half = { .status = JOB_RUNNING, .progress = 0.5, .started_usec = 1 };
        Job told = { .status = JOB_RUNNING, .progress = 0.5, .started_usec = 1, .info = (char *) "half" };
        Job over = { .status = JOB_ERROR, .progress = 0.5, .started_usec = 1, .info = (char *) "status 1" };

        check(NULL, &queued, "new");
        check(&queued, &queued, "");
        check(&queued, &starting, "changed");
        check(&starting, &running, "started");
        check(&running, &half, "changed");
        check(&half, &told, "changed");
        check(&told, &told, "");
        check(&told, &over, "ended");
        check(&over, &over, "");
}

/* Each step is told, however many were missed. */
static void test_several_steps_at_once(void **state) {
        Job queued = { .status = JOB_QUEUED };
        Job cancelled = { .status = JOB_CANCELLED };
        Job over = { .status = JOB_COMPLETED, .started_usec = 1 };

        check(NULL, &over, "new started ended");
        check(&queued, &over, "started ended");
        check(&queued, &cancelled, "ended");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_steps),
                cmocka_unit_test(test_several_steps_at_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
