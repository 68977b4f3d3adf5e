/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "id-list.h"
#include "job-set.h"

static void put(JobSet *set, uint64_t id, JobStatus status) {
        Job *job;

        assert_int_equal(job_new(&job), 0);
        job->id = id;
        job->status = status;
        assert_int_equal(job_set_put(set, &job, 1), 0);
        assert_null(job);
}

static void test_order(void **state) {
        static const uint64_t ids[] = { 5, 9, 1, 7, 3 };
        JobSet set = {};

        for (size_t i = 0; i < ELEMENTSOF(ids); i++)
                put(&set, ids[i], JOB_QUEUED);
        put(&set, 7, JOB_RUNNING); /* in the other's place */
        assert_int_equal(set.n_jobs, 5);
        for (size_t i = 0; i < set.n_jobs; i++)
                assert_int_equal(set.jobs[i].job->id, 9 - 2 * i);
        assert_int_equal(job_set_find(&set, 7)->job->status, JOB_RUNNING);
        assert_null(job_set_find(&set, 8));
        job_set_remove(&set, 8);
        job_set_remove(&set, 7);
        assert_int_equal(set.n_jobs, 4);
        assert_null(job_set_find(&set, 7));
        job_set_done(&set);
}

/* Of what lies below the id from which on all is known nothing is shown: there would be gaps. */
static void test_view(void **state) {
        View failed = { .statuses = 1U << JOB_ERROR, .n_max = 10, .known_from = 5 };
        JobSet set = {};

        for (uint64_t id = 1; id <= 10; id++)
                put(&set, id, id % 2 ? JOB_ERROR : JOB_COMPLETED);
        assert_int_equal(view_count(&failed, &set), 3);
        failed.known_from = 0;
        assert_int_equal(view_count(&failed, &set), 5);
        failed.known_from = VIEW_KNOWS_NOTHING;
        assert_int_equal(view_count(&failed, &set), 0);
        failed = (View){ .n_max = 10 };
        assert_int_equal(view_count(&failed, &set), 10);
        job_set_done(&set);
}

static void test_hunger(void **state) {
        View view = { .n_max = 4, .known_from = 3, .n_wanted = 2, .floor = UINT64_MAX };
        JobSet set = {};

        put(&set, 3, JOB_QUEUED);
        assert_true(view_is_hungry(&view, &set));
        put(&set, 4, JOB_QUEUED);
        assert_false(view_is_hungry(&view, &set));
        view.floor = 2;
        assert_true(view_is_hungry(&view, &set));
        view.floor = UINT64_MAX;
        view.n_wanted = 100; /* but no more than so many are kept */
        put(&set, 5, JOB_QUEUED);
        assert_true(view_is_hungry(&view, &set));
        put(&set, 6, JOB_QUEUED);
        assert_false(view_is_hungry(&view, &set));
        view.is_stale = true;
        assert_true(view_is_hungry(&view, &set));
        view = (View){ .n_max = 100, .n_wanted = 100, .known_from = 0, .floor = 0 };
        assert_false(view_is_hungry(&view, &set)); /* there are no more */
        job_set_done(&set);
}

/* What one view gives up stays if another one has it. */
static void test_trim(void **state) {
        View views[] = {
                { .n_max = 3 },
                { .statuses = 1U << JOB_RUNNING, .n_max = SIZE_MAX },
        };
        JobSet set = {};

        for (uint64_t id = 1; id <= 10; id++)
                put(&set, id, id == 2 ? JOB_RUNNING : JOB_COMPLETED);
        views_trim(views, ELEMENTSOF(views), &set);
        assert_int_equal(set.n_jobs, 4);
        assert_int_equal(views[0].known_from, 8);
        assert_int_equal(view_count(&views[0], &set), 3);
        assert_int_equal(views[1].known_from, 0);
        assert_int_equal(view_count(&views[1], &set), 1);
        job_set_done(&set);
}

static void test_ids(void **state) {
        IdList list = {}, other = {};

        for (uint64_t id = 1; id <= 100; id++)
                assert_int_equal(id_list_add(&list, id), 0);
        assert_int_equal(id_list_add(&list, 50), 0); /* once */
        assert_int_equal(list.n_ids, 100);
        id_list_drop(&list, 10);
        assert_false(id_list_has(&list, 10));
        assert_true(id_list_has(&list, 11));
        assert_int_equal(id_list_move(&list, 90, &other), 0);
        assert_int_equal(list.n_ids, 0);
        assert_int_equal(other.ids[0], 11);
        id_list_clear(&other);
        assert_false(id_list_has(&other, 11));
        id_list_done(&list);
        id_list_done(&other);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_view),
                cmocka_unit_test(test_hunger),
                cmocka_unit_test(test_trim),
                cmocka_unit_test(test_ids),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
