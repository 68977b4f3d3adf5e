/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The index of names: what is found with it is what is found without. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store-filter.h"
#include "store-fixture.h"

/* As in store-page.c: rows that one page looks at. Histories have to be longer for the index to be used. */
#define SCAN_MAX 10000U

#define FOUND_MAX 20000U

typedef struct Found {
        uint64_t *ids;
        size_t n;
        unsigned n_pages;
} Found;

static void found_done(Found *found) {
        free(found->ids);
}
#define _cleanup_found_ _cleanup_(found_done)

static int note_job(const Job *job, void *userdata) {
        Found *found = userdata;

        assert_true(found->n < FOUND_MAX);
        found->ids[found->n++] = job->id;
        return 0;
}

static Found find(Store *store, const StoreFilter *filter) {
        Found found = { .ids = calloc(FOUND_MAX, sizeof(uint64_t)) };
        uint64_t next = 0;

        do {
                uint64_t before = next;

                assert_int_equal(store_foreach_page(store, filter, before, 50, note_job, &found, &next), 0);
                assert_true(before == 0 || next < before);
                found.n_pages++;
        } while (next > 0);
        return found;
}

static void insert_named(Store *store, uid_t uid, const char *name, bool failed) {
        _cleanup_(job_freep) Job *job = sample_job(uid, "alice");

        set_text(&job->name, name);
        assert_int_equal(store_insert(store, job), 0);
        if (!failed)
                return;
        start_job(store, job->id);
        end_job(store, job->id, JOB_RESULT_EXIT_CODE);
}

/* So many, each of another name, but that one in a hundred is "Nightly backup". */
static void insert_history(Store *store, unsigned n) {
        assert_int_equal(store_begin(store), 0);
        for (unsigned i = 0; i < n; i++) {
                char name[32];

                snprintf(name, sizeof(name), i % 100 == 99 ? "Nightly backup" : "Batch #%u", i);
                insert_named(store, 1000 + i % 2, name, i % 3 == 0);
        }
        assert_int_equal(store_commit(store), 0);
}

/* Returns how many there were. */
static unsigned index_names(Store *store, unsigned limit) {
        unsigned n;

        assert_int_equal(store_begin(store), 0);
        assert_int_equal(store_index_names(store, limit, &n), 0);
        assert_int_equal(store_commit(store), 0);
        assert_true(n <= limit);
        return n;
}

/* ---- a long history ---- */

static void check_same(const Found *a, const Found *b) {
        assert_int_equal(a->n, b->n);
        assert_memory_equal(a->ids, b->ids, a->n * sizeof(uint64_t));
}

static const StoreFilter filters[] = {
        { .uid = UID_INVALID, .name = (char *) "nightly" },
        { .uid = UID_INVALID, .name = (char *) "NIGHT*up" },
        { .uid = UID_INVALID, .name = (char *) "#1234" },
        { .uid = UID_INVALID, .name = (char *) "Batch #77" },
        { .uid = UID_INVALID, .name = (char *) "#1" },
        { .uid = UID_INVALID, .name = (char *) "a" },
        { .uid = UID_INVALID, .name = (char *) "no such name" },
        { .uid = UID_INVALID, .name = (char *) "??tch*9" },
        { .uid = 1001, .name = (char *) "backup" },
        { .uid = 1000, .name = (char *) "backup" },
        { .uid = UID_INVALID, .name = (char *) "atch", .status_mask = 1U << JOB_ERROR },
        { .uid = 1001, .name = (char *) "atch", .status_mask = 1U << JOB_ERROR },
        { .uid = UID_INVALID, .name = (char *) "backup", .status_mask = 1U << JOB_QUEUED },
        { .uid = UID_INVALID, .name = (char *) "backup", .status_mask = 1U << JOB_RUNNING },
};

static void find_all(Store *store, Found found[static ELEMENTSOF(filters)]) {
        for (size_t i = 0; i < ELEMENTSOF(filters); i++)
                found[i] = find(store, &filters[i]);
}

static void test_the_index_changes_nothing_but_the_time(void **state) {
        static const unsigned steps[] = { 1, 4000, 9000, 100000 };
        Store *store = store_of(state);
        Found expected[ELEMENTSOF(filters)];

        insert_history(store, FOUND_MAX);
        find_all(store, expected);
        assert_int_equal(expected[0].n, FOUND_MAX / 100);
        assert_int_equal(expected[2].n, 11); /* 1234 and 1234x */
        for (size_t k = 0; k < ELEMENTSOF(steps); k++) {
                Found found[ELEMENTSOF(filters)];

                (void) index_names(store, steps[k]);
                find_all(store, found);
                for (size_t i = 0; i < ELEMENTSOF(filters); i++) {
                        check_same(&found[i], &expected[i]);
                        found_done(&found[i]);
                }
        }
        for (size_t i = 0; i < ELEMENTSOF(filters); i++)
                found_done(&expected[i]);
}

static void test_a_rare_name_is_on_the_first_page(void **state) {
        StoreFilter filter = { .uid = UID_INVALID, .name = (char *) "#12345" };
        Store *store = store_of(state);
        _cleanup_found_ Found without = {}, with = {};

        insert_history(store, FOUND_MAX);
        without = find(store, &filter);
        assert_int_equal(without.n, 1);
        assert_true(without.n_pages > 1);
        (void) index_names(store, FOUND_MAX);
        with = find(store, &filter);
        check_same(&without, &with);
        assert_int_equal(with.n_pages, 1);
}

static void test_pages_end_where_their_rows_do(void **state) {
        StoreFilter filter = { .uid = UID_INVALID, .name = (char *) "nightly" };
        Store *store = store_of(state);
        _cleanup_found_ Found found = { .ids = calloc(FOUND_MAX, sizeof(uint64_t)) };
        uint64_t next;

        insert_history(store, FOUND_MAX);
        (void) index_names(store, FOUND_MAX - 150);
        assert_int_equal(store_foreach_page(store, &filter, 0, 1, note_job, &found, &next), 0);
        assert_int_equal(store_foreach_page(store, &filter, next, 1, note_job, &found, &next), 0);
        assert_int_equal(store_foreach_page(store, &filter, next, FOUND_MAX, note_job, &found, &next), 0);
        assert_int_equal(found.n, FOUND_MAX / 100);
        assert_int_equal(next, 0);
        for (size_t i = 0; i < found.n; i++)
                assert_int_equal(found.ids[i], FOUND_MAX - i * 100);
}

/* Where each of its pages ends. */
static size_t find_ends(Store *store, const StoreFilter *filter, uint64_t ends[static 100]) {
        _cleanup_found_ Found found = { .ids = calloc(FOUND_MAX, sizeof(uint64_t)) };
        uint64_t next = 0;
        size_t n = 0;

        do {
                assert_true(n < 100);
                assert_int_equal(store_foreach_page(store, filter, next, 50, note_job, &found, &next), 0);
                ends[n++] = next;
        } while (next > 0);
        assert_int_equal(found.n, 0);
        return n;
}

/* Somebody who does not see all jobs does not learn from a page's end that others have some of this name. */
static void test_names_of_others(void **state) {
        static char *shared[] = { (char *) "report", NULL };
        const struct {
                StoreFilter of_others, of_nobody;
        } rows[] = {
                { { .uid = 1001, .name = (char *) "nightly" }, { .uid = 1001, .name = (char *) "no such name" } },
                { { .uid = 1001, .name = (char *) "nightly", .status_mask = 1U << JOB_ERROR },
                                { .uid = 1001, .name = (char *) "no such name", .status_mask = 1U << JOB_ERROR } },
                { { .uid = 1001, .name = (char *) "nightly", .shared = shared },
                                { .uid = 1001, .name = (char *) "no such name", .shared = shared } },
        };
        Store *store = store_of(state);

        assert_int_equal(store_begin(store), 0);
        for (unsigned i = 0; i < FOUND_MAX; i++)
                insert_named(store, 1000 + i % 2, i % 2 == 0 ? "Nightly backup" : "Batch", i % 5 == 0);
        assert_int_equal(store_commit(store), 0);
        (void) index_names(store, FOUND_MAX);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint64_t others[100], nobody[100];
                size_t n = find_ends(store, &rows[i].of_others, others);

                assert_int_equal(find_ends(store, &rows[i].of_nobody, nobody), n);
                assert_memory_equal(others, nobody, n * sizeof(uint64_t));
        }
}

/* What runs of others does not make a page longer. */
static void test_running_jobs_of_others(void **state) {
        StoreFilter filter = { .uid = 1001, .status_mask = 1U << JOB_RUNNING };
        Store *store = store_of(state);
        _cleanup_found_ Found found = { .ids = calloc(FOUND_MAX, sizeof(uint64_t)) };
        uint64_t next;

        for (unsigned i = 0; i < 3; i++) {
                insert_named(store, i == 2 ? 1001 : 1000, "Batch", false);
                start_job(store, i + 1);
        }
        assert_int_equal(store_foreach_page(store, &filter, 0, 1, note_job, &found, &next), 0);
        assert_int_equal(found.n, 1);
        assert_int_equal(next, 0);
}

static void test_a_history_that_changes(void **state) {
        StoreFilter filter = { .uid = UID_INVALID, .name = (char *) "nightly" };
        Store *store = store_of(state);
        _cleanup_found_ Found found = {}, again = {};
        uint64_t n;

        insert_history(store, FOUND_MAX);
        (void) index_names(store, FOUND_MAX);
        assert_int_equal(store_begin(store), 0);
        for (uint64_t id = 1; id <= FOUND_MAX / 2; id++) {
                JobStatus status = status_of(store, id);

                if (status == JOB_QUEUED)
                        end_job(store, id, JOB_RESULT_CANCELLED);
                assert_int_equal(store_delete_ended(store, id), 0);
        }
        insert_named(store, 1000, "Nightly report", false);
        assert_int_equal(store_commit(store), 0);
        found = find(store, &filter);
        assert_int_equal(found.n, FOUND_MAX / 200 + 1);
        assert_int_equal(found.ids[0], FOUND_MAX + 1);

        assert_int_equal(store_count_indexed_names(store, &n), 0);
        assert_int_equal(n, FOUND_MAX);
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(store_forget_names(store), 0);
        assert_int_equal(store_commit(store), 0);
        assert_int_equal(index_names(store, FOUND_MAX), FOUND_MAX / 2 + 1);
        again = find(store, &filter);
        check_same(&found, &again);
}

/* Its records get lower ids than the jobs that are submitted meanwhile. */
static void test_an_import_is_indexed_when_it_has_finished(void **state) {
        Store *store = store_of(state);
        _cleanup_(job_freep) Job *record = sample_job(1000, "alice");
        uint64_t first;

        assert_int_equal(store_begin(store), 0);
        insert_named(store, 1000, "before", false);
        assert_int_equal(store_import_begin(store, 1, &first), 0);
        insert_named(store, 1000, "meanwhile", false);
        assert_int_equal(store_commit(store), 0);
        assert_int_equal(index_names(store, 10), 1);
        record->id = first;
        record->status = JOB_COMPLETED;
        record->started_usec = record->finished_usec = record->submitted_usec;
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(store_import_insert(store, record), 0);
        assert_int_equal(store_import_finish(store), 0);
        assert_int_equal(store_commit(store), 0);
        assert_int_equal(index_names(store, 10), 2);
        assert_int_equal(index_names(store, 10), 0);
}

/* ---- what is asked for ---- */

static void check_query(const char *wanted, const char *expected) {
        _cleanup_free_ char *query = names_query(wanted);

        if (expected)
                assert_string_equal(query, expected);
        else
                assert_null(query);
}

static void test_queries(void **state) {
        _cleanup_free_ char *query = NULL;
        char long_name[256] = {};

        check_query("", NULL);
        check_query("ab", NULL);
        check_query("ABC", "\"abc\"");
        check_query("a bc", "\"a b\" AND \" bc\"");
        check_query("\"\"\"", "\"\"\"\"\"\"\"\"");
        check_query("ab*cd", NULL);
        check_query("abc*def?ghi", "\"abc\" AND \"def\" AND \"ghi\"");
        check_query("a[bc", "\"a[b\" AND \"[bc\"");     /* is itself where nothing is a pattern */
        check_query("abc[def]*", "\"abc\"");
        check_query("abc\\*def*", "\"abc\" AND \"def\"");
        check_query("B\303\204UME", "\"b\303\244u\" AND \"\303\244um\" AND \"ume\"");
        check_query("\346\274\242\345\217\243\345\270\202", "\"\346\274\242\345\217\243\345\270\202\"");
        check_query("ab\377", NULL);
        memset(long_name, 'x', 255);
        query = names_query(long_name);
        assert_int_equal(strlen(query), 24 * strlen("\"xxx\"") + 23 * strlen(" AND "));
}

/* Letters that become longer or shorter, or others, in small letters; what is special somewhere. */
static const char *const pieces[] = { "a", "A", "b", "\303\237", "\341\272\236", "\304\260", "i", "I", "\305\277", "s",
        "\316\243", "\317\202", "\317\203", "\310\272", "\341\262\220", "\360\220\220\200", "\346\274\242", " ", "\"",
        "[", "]", "\\", "*", "?", "-", "AND", "\303\204" };

static void make_text(unsigned *seed, unsigned n_pieces, char text[static 64]) {
        *text = '\0';
        for (unsigned i = 0; i < n_pieces; i++)
                strcat(text, pieces[(unsigned) rand_r(seed) % ELEMENTSOF(pieces)]);
}

#define N_WANTED 200U

static void make_filters(unsigned *seed, char wanted[N_WANTED][64], StoreFilter made[static N_WANTED]) {
        for (unsigned i = 0; i < N_WANTED; i++) {
                make_text(seed, 3 + i % 3, wanted[i]);
                made[i] = (StoreFilter){ .uid = UID_INVALID, .name = wanted[i] };
        }
}

/* What is found in a history of such names, which is long enough, and what matches. */
static void test_names_of_any_letters(void **state) {
        Store *store = store_of(state);
        char wanted[N_WANTED][64];
        StoreFilter random_filters[N_WANTED];
        Found without[N_WANTED];
        size_t n = 0;
        unsigned seed = 1;

        assert_int_equal(store_begin(store), 0);
        for (unsigned i = 0; i < SCAN_MAX + 1000; i++) {
                char name[64];

                make_text(&seed, 1 + i % 8, name);
                insert_named(store, 1000, name, false);
        }
        assert_int_equal(store_commit(store), 0);
        make_filters(&seed, wanted, random_filters);
        for (unsigned i = 0; i < N_WANTED; i++)
                without[i] = find(store, &random_filters[i]);
        (void) index_names(store, FOUND_MAX);
        for (unsigned i = 0; i < N_WANTED; i++) {
                _cleanup_found_ Found with = find(store, &random_filters[i]);

                check_same(&with, &without[i]);
                n += with.n;
                found_done(&without[i]);
        }
        assert_true(n > N_WANTED); /* the names are such that some are found */
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                                test_the_index_changes_nothing_but_the_time, store_setup, store_teardown),
                cmocka_unit_test_setup_teardown(test_a_rare_name_is_on_the_first_page, store_setup, store_teardown),
                cmocka_unit_test_setup_teardown(test_pages_end_where_their_rows_do, store_setup, store_teardown),
                cmocka_unit_test_setup_teardown(test_names_of_others, store_setup, store_teardown),
                cmocka_unit_test_setup_teardown(test_running_jobs_of_others, store_setup, store_teardown),
                cmocka_unit_test_setup_teardown(test_a_history_that_changes, store_setup, store_teardown),
                cmocka_unit_test_setup_teardown(
                                test_an_import_is_indexed_when_it_has_finished, store_setup, store_teardown),
                cmocka_unit_test(test_queries),
                cmocka_unit_test_setup_teardown(test_names_of_any_letters, store_setup, store_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
