/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Importing records: nobody sees one of them before the last is there, and then all are seen at once. */

#include <string.h>

#include "store-fixture.h"
#include "strv.h"

#define IMPORTED_USEC UINT64_C(1795516300000000)

static Job *past_job(uint64_t id) {
        Job *job = sample_job(1001, "alice");

        job->id = id;
        job->submitter = 0;
        job->command = strv_free(job->command);
        job->type = strdup("import");
        job->related = strdup("urn:past");
        job->info = strdup("Exited with status 3");
        job->origin = JOB_ORIGIN_WEB;
        job->started_usec = job->submitted_usec + 1;
        job->finished_usec = job->submitted_usec + 2;
        job->status = JOB_ERROR;
        job->result = JOB_RESULT_EXIT_CODE;
        job->exit_status = 3;
        job->progress = 0.25;
        job->attempt = 2;
        job->cpu_usage_nsec = 5;
        job->memory_peak = 6;
        job->imported_usec = IMPORTED_USEC;
        return job;
}

/* The first of n records, all of which are stored. */
static uint64_t import_records(Store *store, uint64_t n) {
        uint64_t first = 0;

        assert_int_equal(store_import_begin(store, n, &first), 0);
        for (uint64_t i = 0; i < n; i++) {
                _cleanup_(job_freep) Job *job = past_job(first + i);

                assert_int_equal(store_import_insert(store, job), 0);
        }
        return first;
}

static int count_row(const Job *job, void *userdata) {
        (*(unsigned *) userdata)++;
        return 0;
}

static unsigned count_page(Store *store, const StoreFilter *filter, uint64_t before, unsigned limit) {
        unsigned n = 0;
        uint64_t next;

        assert_int_equal(store_foreach_page(store, filter, before, limit, count_row, &n, &next), 0);
        return n;
}

/* In each of the ways in which a page is read. */
static void assert_n_seen(Store *store, unsigned n) {
        const StoreFilter filters[] = {
                { .uid = UID_INVALID },
                { .uid = 1001 },
                { .uid = UID_INVALID, .status_mask = 1U << JOB_ERROR },
                { .uid = 1001, .status_mask = 1U << JOB_ERROR },
        };

        for (size_t i = 0; i < ELEMENTSOF(filters); i++)
                assert_int_equal(count_page(store, &filters[i], 0, 500), n);
}

static void test_a_record_has_all_of_its_fields(void **state) {
        Store *store = store_of(state);
        uint64_t first = import_records(store, 1);
        _cleanup_(job_freep) Job *job = NULL, *wanted = past_job(first);

        assert_int_equal(store_import_finish(store), 0);
        job = get_job(store, first);
        assert_jobs_equal(job, wanted);
}

static void test_nothing_is_seen_before_the_end(void **state) {
        Store *store = store_of(state);
        uint64_t older = insert_job_with_status(store, 1001, "alice", JOB_ERROR), first, count, newer;
        Job *job = NULL;

        first = import_records(store, 20);
        newer = insert_job_with_status(store, 1001, "alice", JOB_ERROR);
        assert_true(older < first && first + 19 < newer);
        assert_n_seen(store, 2);
        for (uint64_t id = first; id < first + 20; id++) {
                uint64_t ids[] = { id };
                const StoreFilter filter = { .uid = UID_INVALID, .ids = ids, .n_ids = 1 };

                assert_int_equal(store_get(store, id, &job), -ENOENT);
                assert_int_equal(count_page(store, &filter, 0, 500), 0);
        }
        assert_int_equal(store_count_ended(store, &count), 0);
        assert_int_equal(count, 2);

        assert_int_equal(store_import_finish(store), 0);
        assert_n_seen(store, 22);
        assert_int_equal(store_count_ended(store, &count), 0);
        assert_int_equal(count, 22);
}

static void test_pages_go_on_below_what_is_hidden(void **state) {
        static const StoreFilter all = { .uid = UID_INVALID };
        Store *store = store_of(state);
        uint64_t older = insert_job(store, 1001, "alice"), first = import_records(store, 20), next = 0;
        uint64_t newer = insert_job(store, 1001, "alice");
        unsigned n = 0;

        assert_int_equal(store_foreach_page(store, &all, 0, 1, count_row, &n, &next), 0);
        assert_int_equal(n, 1);
        assert_int_equal(next, newer);
        assert_int_equal(store_foreach_page(store, &all, next, 1, count_row, &n, &next), 0);
        assert_int_equal(n, 2);
        assert_int_equal(next, 0);
        /* from the middle of them */
        assert_int_equal(count_page(store, &all, first + 10, 500), 1);
        assert_int_equal(count_page(store, &all, older, 500), 0);
}

static void test_there_is_one_import_at_a_time(void **state) {
        Store *store = store_of(state);
        uint64_t first;

        assert_int_equal(store_import_is_unfinished(store), 0);
        (void) import_records(store, 1);
        assert_int_equal(store_import_is_unfinished(store), 1);
        assert_int_equal(store_import_begin(store, 1, &first), -EEXIST);
        assert_int_equal(store_import_finish(store), 0);
        assert_int_equal(store_import_is_unfinished(store), 0);
        assert_int_equal(store_import_begin(store, 1, &first), 0);
}

static void test_what_is_left_is_removed_bit_by_bit(void **state) {
        StoreFixture *fixture = *state;
        uint64_t kept = insert_job_with_status(fixture->store, 1001, "alice", JOB_ERROR), first;

        first = import_records(fixture->store, 20);
        store_reopen(fixture);
        for (int64_t left = 14; left > 0; left -= 6) {
                assert_int_equal(store_import_remove(fixture->store, 6), 0);
                assert_int_equal(sql_number(fixture->path, "SELECT count(*) FROM jobs"), left + 1);
                assert_n_seen(fixture->store, 1);
        }
        while (store_import_is_unfinished(fixture->store) > 0)
                assert_int_equal(store_import_remove(fixture->store, 6), 0);
        assert_int_equal(sql_number(fixture->path, "SELECT count(*) FROM jobs"), 1);
        assert_int_equal(status_of(fixture->store, kept), JOB_ERROR);
        /* the ids are used up */
        assert_int_equal(insert_job(fixture->store, 1001, "alice"), first + 20);
}

static void test_an_import_without_records_leaves_nothing(void **state) {
        Store *store = store_of(state);
        uint64_t first;

        assert_int_equal(store_import_begin(store, 5, &first), 0);
        assert_int_equal(store_import_remove(store, 100), 0);
        assert_int_equal(store_import_is_unfinished(store), 0);
}

static void test_a_reader_sees_all_or_nothing(void **state) {
        static const StoreFilter all = { .uid = UID_INVALID };
        StoreFixture *fixture = *state;
        _cleanup_(store_freep) Store *reader = NULL;
        _cleanup_free_ char *message = NULL;

        assert_int_equal(store_open_read_only(fixture->path, &reader, &message), 0);
        (void) import_records(fixture->store, 20);
        assert_int_equal(count_page(reader, &all, 0, 500), 0);
        assert_int_equal(store_import_finish(fixture->store), 0);
        assert_int_equal(count_page(reader, &all, 0, 500), 20);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, store_setup, store_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_record_has_all_of_its_fields),
                TEST(test_nothing_is_seen_before_the_end),
                TEST(test_pages_go_on_below_what_is_hidden),
                TEST(test_there_is_one_import_at_a_time),
                TEST(test_what_is_left_is_removed_bit_by_bit),
                TEST(test_an_import_without_records_leaves_nothing),
                TEST(test_a_reader_sees_all_or_nothing),
        };
#undef TEST

        return cmocka_run_group_tests(tests, NULL, NULL);
}
