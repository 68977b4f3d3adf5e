/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The history in the order of its dates: each page beside what qsort(3) makes of all jobs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "store-fixture.h"

#define N_JOBS 120U
#define ROWS_MAX 128U
#define DAY_USEC (UINT64_C(86400) * USEC_PER_SEC)

typedef struct Row {
        uint64_t usec, id;
        uid_t uid;
} Row;

typedef struct Rows {
        Row rows[ROWS_MAX];
        size_t n;
} Rows;

static uint64_t date_of(const Job *job, StoreSort sort) {
        return sort == STORE_SORT_SUBMITTED ? job->submitted_usec : job->finished_usec;
}

/* Each date several times, and none in the order of the ids. */
static void insert_of_day(Store *store, unsigned i) {
        _cleanup_(job_freep) Job *job = sample_job(i % 3 == 0 ? 1001 : 1002, i % 3 == 0 ? "alice" : "bob");

        job->submitted_usec = (i * 37 % 11 + 1) * DAY_USEC;
        assert_int_equal(store_insert(store, job), 0);
        if (i % 7 == 0)
                return;
        start_job(store, job->id);
        job->status = i % 5 == 0 ? JOB_ERROR : JOB_COMPLETED;
        job->finished_usec = job->submitted_usec + i * 53 % 4 * DAY_USEC;
        assert_int_equal(store_set_finished(store, job), 0);
}

static int setup_history(void **state) {
        int r = store_setup(state);

        assert_int_equal(store_begin(store_of(state)), 0);
        for (unsigned i = 0; i < N_JOBS; i++)
                insert_of_day(store_of(state), i);
        assert_int_equal(store_commit(store_of(state)), 0);
        return r;
}

static int compare_rows(const void *a, const void *b) {
        const Row *x = a, *y = b;

        if (x->usec != y->usec)
                return x->usec < y->usec ? -1 : 1;
        return x->id < y->id ? -1 : x->id > y->id;
}

static int compare_rows_descending(const void *a, const void *b) {
        return compare_rows(b, a);
}

static void expect_all(
                Store *store, const StoreFilter *filter, StoreSort sort, bool descending, Rows *rows) {
        rows->n = 0;
        for (uint64_t id = 1; id <= N_JOBS; id++) {
                _cleanup_(job_freep) Job *job = get_job(store, id);

                if (filter->uid != UID_INVALID && job->uid != filter->uid)
                        continue;
                if (filter->status_mask == 0 || filter->status_mask & 1U << job->status)
                        rows->rows[rows->n++] = (Row){ date_of(job, sort), id, job->uid };
        }
        qsort(rows->rows, rows->n, sizeof(Row), descending ? compare_rows_descending : compare_rows);
}

static int note_id(const Job *job, void *userdata) {
        Rows *rows = userdata;

        assert_true(rows->n < ROWS_MAX);
        rows->rows[rows->n++].id = job->id;
        return 0;
}

static bool read_page(Store *store, const StoreFilter *filter, StoreSort sort, bool descending,
                StorePlace *place, unsigned limit, Rows *rows) {
        size_t n = rows->n;
        bool is_more;

        assert_int_equal(store_foreach_sorted(store, filter, sort, descending, place, limit, note_id, rows,
                                         &is_more),
                        0);
        assert_true(rows->n - n <= limit);
        return is_more;
}

static void check_pages(
                Store *store, const StoreFilter *filter, StoreSort sort, bool descending, unsigned limit) {
        StorePlace place = store_sorted_begin(descending);
        Rows expected, rows = {};

        expect_all(store, filter, sort, descending, &expected);
        while (read_page(store, filter, sort, descending, &place, limit, &rows))
                ;
        assert_int_equal(rows.n, expected.n);
        for (size_t i = 0; i < rows.n; i++)
                assert_int_equal(rows.rows[i].id, expected.rows[i].id);
}

static void check_everywhere(Store *store, StoreFilter filter) {
        static const uid_t uids[] = { UID_INVALID, 1001, 1003 };
        static const unsigned limits[] = { 1, 7, 500 };

        for (size_t i = 0; i < ELEMENTSOF(uids); i++)
                for (size_t k = 0; k < ELEMENTSOF(limits); k++)
                        for (int sort = 0; sort < _STORE_SORT_MAX; sort++)
                                for (int descending = 0; descending < 2; descending++) {
                                        filter.uid = uids[i];
                                        check_pages(store, &filter, (StoreSort) sort, descending, limits[k]);
                                }
}

static void test_by_each_date_in_both_directions(void **state) {
        check_everywhere(store_of(state), (StoreFilter){});
}

static void test_with_a_filter(void **state) {
        check_everywhere(store_of(state), (StoreFilter){ .status_mask = 1U << JOB_ERROR });
        check_everywhere(store_of(state), (StoreFilter){ .status_mask = 1U << JOB_QUEUED });
}

/* A place is between two rows: it stays when the row before it goes, and rows of the same date come. */
static void test_jobs_that_come_go_and_move_between_pages(void **state) {
        const StoreFilter all = { .uid = UID_INVALID };
        StorePlace place = store_sorted_begin(true);
        Store *store = store_of(state);
        Rows before, rows = {};
        uint64_t last;

        expect_all(store, &all, STORE_SORT_FINISHED, true, &before);
        assert_true(read_page(store, &all, STORE_SORT_FINISHED, true, &place, 10, &rows));
        last = rows.rows[9].id;
        assert_int_equal(store_delete_ended(store, last), 0);
        insert_of_day(store, 1); /* of the same day as others */
        start_job(store, 1);     /* which was queued, and will have ended right now */
        end_job(store, 1, JOB_RESULT_SUCCESS);
        while (read_page(store, &all, STORE_SORT_FINISHED, true, &place, 10, &rows))
                ;
        for (size_t i = 0, k = 0; i < before.n; i++) {
                if (before.rows[i].id == 1)
                        continue;
                while (k < rows.n && rows.rows[k].id != before.rows[i].id) {
                        assert_true(rows.rows[k].id == 1 || rows.rows[k].id > N_JOBS);
                        k++;
                }
                assert_true(k++ < rows.n);
        }
}

/* Also where so many rows have one date that a call does not get through them. */
static void test_a_call_looks_at_a_bounded_number_of_rows(void **state) {
        StoreFixture *fixture = *state;
        const StoreFilter nobody = { .uid = UID_INVALID, .name = (char *) "no such job" };
        StorePlace place = store_sorted_begin(false);
        unsigned n_pages = 1;
        Rows rows = {};

        sql_run(fixture->path,
                        "INSERT INTO jobs (name, uid, user, submitter, origin, command, environment, "
                        "timeout,"
                        " memory_max, cpu_quota, tasks_max, nice, submitted)"
                        " WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < "
                        "12000)"
                        " SELECT 'import', 1001, 'alice', 1001, 0, x'', x'', 0, 0, 0, 0, 0, 86400000000 "
                        "FROM count");
        while (read_page(fixture->store, &nobody, STORE_SORT_SUBMITTED, false, &place, 10, &rows))
                n_pages++;
        assert_int_equal(rows.n, 0);
        assert_int_equal(n_pages, 5);
}

static void test_records_of_an_unfinished_import_are_left_out(void **state) {
        StoreFixture *fixture = *state;
        StoreFilter all = { .uid = UID_INVALID };
        StorePlace place = store_sorted_begin(true);
        Rows rows = {};

        sql_run(fixture->path, "INSERT INTO unfinished_import (one, first, last) VALUES (1, 3, 120)");
        assert_false(read_page(fixture->store, &all, STORE_SORT_SUBMITTED, true, &place, 10, &rows));
        assert_int_equal(rows.n, 2);
}

static void test_the_names_of_what_is_sorted_by(void **state) {
        for (int sort = 0; sort < _STORE_SORT_MAX; sort++)
                assert_int_equal(store_sort_from_string(store_sort_to_string((StoreSort) sort)), sort);
        assert_int_equal(store_sort_from_string("name"), _STORE_SORT_INVALID);
        assert_int_equal(store_sort_from_string(""), _STORE_SORT_INVALID);
        assert_null(store_sort_to_string(_STORE_SORT_MAX));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_history, store_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_by_each_date_in_both_directions),
                TEST(test_with_a_filter),
                TEST(test_jobs_that_come_go_and_move_between_pages),
                TEST(test_a_call_looks_at_a_bounded_number_of_rows),
                TEST(test_records_of_an_unfinished_import_are_left_out),
                cmocka_unit_test(test_the_names_of_what_is_sorted_by),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
