/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pages of the history: their borders, and each filter beside what it is to mean. */

#include <stdio.h>
#include <string.h>

#include "store-filter.h"
#include "store-fixture.h"

/* As in store.c: rows that one page looks at. */
#define SCAN_MAX 10000U

#define ROWS_MAX 512U

typedef struct Rows {
        uint64_t ids[ROWS_MAX];
        size_t n;
        unsigned n_pages;
} Rows;

static int note_row(const Job *job, void *userdata) {
        Rows *rows = userdata;

        /* a list has no use for these */
        assert_null(job->command);
        assert_null(job->environment);
        assert_null(job->working_directory);
        assert_true(rows->n < ROWS_MAX);
        rows->ids[rows->n++] = job->id;
        return 0;
}

/* One page; returns where the next one begins. */
static uint64_t read_page(
                Store *store, const StoreFilter *filter, uint64_t before, unsigned limit, Rows *rows) {
        uint64_t next = 4711;
        size_t n = rows->n;

        assert_int_equal(store_foreach_page(store, filter, before, limit, note_row, rows, &next), 0);
        assert_true(rows->n - n <= limit);
        rows->n_pages++;
        return next;
}

/* All pages, as a client reads them. */
static void read_all(Store *store, const StoreFilter *filter, unsigned limit, Rows *rows) {
        uint64_t before = 0, next;

        *rows = (Rows){};
        while ((next = read_page(store, filter, before, limit, rows)) > 0) {
                assert_true(before == 0 || next < before); /* it comes to an end */
                before = next;
        }
}

static void insert_jobs(Store *store, size_t n) {
        for (size_t i = 0; i < n; i++)
                (void) insert_job(store, 1001, "alice");
}

static StoreFilter everything(void) {
        return (StoreFilter){ .uid = UID_INVALID };
}

/* ---- borders ---- */

static void test_nothing(void **state) {
        StoreFilter all = everything(), own = { .uid = 1001 };
        Rows rows = {};

        assert_int_equal(read_page(store_of(state), &all, 0, 10, &rows), 0);
        assert_int_equal(read_page(store_of(state), &own, 0, 10, &rows), 0);
        assert_int_equal(rows.n, 0);
}

static void test_newest_first(void **state) {
        StoreFilter all = everything();
        Rows rows = {};

        insert_jobs(store_of(state), 5);
        assert_int_equal(read_page(store_of(state), &all, 0, 10, &rows), 0);
        assert_int_equal(rows.n, 5);
        for (size_t i = 0; i < 5; i++)
                assert_int_equal(rows.ids[i], 5 - i);
}

static void test_page_by_page(void **state) {
        StoreFilter all = everything();
        Rows rows = {};

        insert_jobs(store_of(state), 25);
        assert_int_equal(read_page(store_of(state), &all, 0, 10, &rows), 16);
        assert_int_equal(rows.ids[9], 16);
        assert_int_equal(read_page(store_of(state), &all, 16, 10, &rows), 6);
        assert_int_equal(rows.ids[10], 15);
        assert_int_equal(read_page(store_of(state), &all, 6, 10, &rows), 0);
        assert_int_equal(rows.n, 25);
        assert_int_equal(rows.ids[24], 1);
}

/* No page is empty only because the one before it was full. */
static void test_a_page_that_is_just_full(void **state) {
        StoreFilter all = everything(), own = { .uid = 1001 };
        Rows rows = {};

        insert_jobs(store_of(state), 10);
        assert_int_equal(read_page(store_of(state), &all, 0, 10, &rows), 0);
        assert_int_equal(read_page(store_of(state), &own, 0, 10, &rows), 0);
        assert_int_equal(rows.n, 20);
}

static void test_where_a_page_begins(void **state) {
        StoreFilter all = everything();
        Rows rows = {};

        insert_jobs(store_of(state), 5);
        assert_int_equal(read_page(store_of(state), &all, 1, 10, &rows), 0);
        assert_int_equal(rows.n, 0);
        assert_int_equal(read_page(store_of(state), &all, 3, 10, &rows), 0);
        assert_int_equal(rows.n, 2);
        assert_int_equal(rows.ids[0], 2);
        rows.n = 0;
        assert_int_equal(read_page(store_of(state), &all, UINT64_MAX, 10, &rows), 0);
        assert_int_equal(rows.n, 5);
}

/* Pages begin at an id, not at a place: what is submitted or cleared meanwhile moves nothing. */
static void test_jobs_that_come_and_go_between_pages(void **state) {
        StoreFilter all = everything();
        Store *store = store_of(state);
        Rows rows = {};
        uint64_t next;

        insert_jobs(store, 10);
        next = read_page(store, &all, 0, 4, &rows);
        insert_jobs(store, 3);
        end_job(store, next, JOB_RESULT_CANCELLED);
        assert_int_equal(store_delete_ended(store, next), 0);
        assert_int_equal(read_page(store, &all, next, 10, &rows), 0);
        assert_int_equal(rows.n, 10);
        for (size_t i = 0; i < rows.n; i++)
                assert_int_equal(rows.ids[i], 10 - i);
}

static int refuse_second(const Job *job, void *userdata) {
        unsigned *n = userdata;

        return ++*n == 2 ? -ECANCELED : 0;
}

static void test_an_error_of_the_callback_ends_the_page(void **state) {
        StoreFilter all = everything(), named = everything();
        uint64_t ids[] = { 1, 2, 3 }, next;
        unsigned n = 0;

        insert_jobs(store_of(state), 5);
        assert_int_equal(store_foreach_page(store_of(state), &all, 0, 10, refuse_second, &n, &next),
                        -ECANCELED);
        assert_int_equal(n, 2);
        named.ids = ids;
        named.n_ids = ELEMENTSOF(ids);
        n = 0;
        assert_int_equal(store_foreach_page(store_of(state), &named, 0, 10, refuse_second, &n, &next),
                        -ECANCELED);
        assert_int_equal(n, 2);
}

/* ---- a bounded amount of work ---- */

/* One job that the filter wants, below n others. */
static void insert_below(Store *store, const char *related, unsigned n) {
        _cleanup_(job_freep) Job *job = sample_job(1001, "alice");

        set_text(&job->related, related);
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(store_insert(store, job), 0);
        insert_jobs(store, n);
        assert_int_equal(store_commit(store), 0);
}

static void check_scan(Store *store, uid_t uid, unsigned n_others) {
        StoreFilter filter = { .uid = uid, .related = (char *) "urn:wanted" };
        bool fits = n_others < SCAN_MAX;
        Rows rows = {};
        uint64_t next, count, next_count;

        assert_int_equal(store_count_page(store, &filter, 0, &count, &next_count), 0);
        next = read_page(store, &filter, 0, 10, &rows);
        assert_int_equal(count, rows.n);
        assert_int_equal(next_count, next);
        assert_int_equal(rows.n, fits ? 1 : 0);
        assert_int_equal(next, fits ? 0 : n_others - SCAN_MAX + 2);
        read_all(store, &filter, 10, &rows);
        assert_int_equal(rows.n, 1);
        assert_int_equal(rows.ids[0], 1);
        assert_int_equal(rows.n_pages, fits ? 1 : 2);
}

static void test_a_page_looks_at_so_many_rows(void **state) {
        insert_below(store_of(state), "urn:wanted", SCAN_MAX - 1);
        check_scan(store_of(state), UID_INVALID, SCAN_MAX - 1);
        check_scan(store_of(state), 1001, SCAN_MAX - 1);
}

static void test_and_not_at_more(void **state) {
        insert_below(store_of(state), "urn:wanted", SCAN_MAX + 5);
        check_scan(store_of(state), UID_INVALID, SCAN_MAX + 5);
        check_scan(store_of(state), 1001, SCAN_MAX + 5);
}

static void check_one_page(Store *store, uid_t uid, unsigned status_mask) {
        StoreFilter filter = { .uid = uid, .status_mask = status_mask };
        Rows rows = {};

        read_all(store, &filter, 10, &rows);
        assert_int_equal(rows.n, 1);
        assert_int_equal(rows.ids[0], 1);
        assert_int_equal(rows.n_pages, 1);
}

/* What waits of others costs a page of one's own nothing. */
static void test_active_jobs_below_a_long_queue_of_others(void **state) {
        (void) insert_job(store_of(state), 1002, "bob");
        insert_below(store_of(state), "urn:other", SCAN_MAX + 5);
        check_one_page(store_of(state), 1002, 1U << JOB_QUEUED | 1U << JOB_RUNNING);
        check_one_page(store_of(state), 1002, 1U << JOB_QUEUED);
}

/* And what waits costs a page of what runs nothing. */
static void test_running_jobs_below_a_long_queue(void **state) {
        (void) insert_job(store_of(state), 1001, "alice");
        assert_int_equal(store_set_starting(store_of(state), 1, "jobsd-1.service", SD_ID128_NULL), 0);
        insert_below(store_of(state), "urn:other", SCAN_MAX + 5);
        check_one_page(store_of(state), 1001, 1U << JOB_RUNNING);
        check_one_page(store_of(state), UID_INVALID, 1U << JOB_RUNNING);
}

/* ---- each filter ---- */

/* A history of all kinds of jobs, the same at each run. */
#define N_JOBS 300U

static const struct {
        uid_t uid;
        const char *name;
} users[] = { { 0, "root" }, { 33, "www-data" }, { 1001, "alice" }, { 1002, "bob" }, { 1003, "1002" } };

static const char *const names[] = { "Backup", "back", "Import of b\303\204ume", "%_" };
static const char *const types[] = { NULL, "import", "export" };
static const char *const related[] = { NULL, "urn:1", "urn:ä" };

static uint64_t submitted(unsigned i) {
        return 1000 + 10 * (uint64_t) i;
}

static void insert_kind(Store *store, unsigned i) {
        unsigned user = i * 7 % ELEMENTSOF(users);
        _cleanup_(job_freep) Job *job = sample_job(users[user].uid, users[user].name);

        job->submitted_usec = submitted(i);
        set_text(&job->name, names[i % ELEMENTSOF(names)]);
        if (types[i * 5 % 3])
                set_text(&job->type, types[i * 5 % 3]);
        if (related[i * 11 % 13 % 3])
                set_text(&job->related, related[i * 11 % 13 % 3]);
        assert_int_equal(store_insert(store, job), 0);
        job->status = (JobStatus) (i * 3 % 17 % _JOB_STATUS_MAX);
        if (job->status != JOB_QUEUED)
                start_job(store, job->id);
        job->finished_usec = job->submitted_usec + i % 4;
        if (job->status > JOB_RUNNING)
                assert_int_equal(store_set_finished(store, job), 0);
}

static void test_names(void **state) {
        static const struct {
                const char *wanted, *names, *others;
        } cases[] = {
                { "port", "import|Export 12|PORT", "pour" },
                { "[1]", "job [1]", "job 1" },
                { "a\\b", "a\\b", "ab" },
                { "Über", "ÜBERSICHT|die übersicht", "Uber" },
                { "[ü", "x[Ü", "ü" },
                { "im*", "import|IM|im port", "export im" },
                { "*2025-??.csv", "rows 2025-11.csv", "rows 2025-1.csv|rows 2025-111.csv" },
                { "?", "ü|漢|x", "xx" },
                { "\\**", "*important", "important" },
                { "[a-c]?", "b1", "d1" },
                { "*", "|anything", NULL },
                { "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", NULL,
                                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                for (int good = 0; good < 2; good++) {
                        _cleanup_free_ char *all = strdup((good ? cases[i].names : cases[i].others) ?: "");
                        char *rest = *all || (good && cases[i].names) ? all : NULL, *name;

                        while ((name = strsep(&rest, "|")))
                                assert_int_equal(name_matches(name, cases[i].wanted), good);
                }
}

static int setup_history(void **state) {
        int r = store_setup(state);

        assert_int_equal(store_begin(store_of(state)), 0);
        for (unsigned i = 0; i < N_JOBS; i++)
                insert_kind(store_of(state), i);
        assert_int_equal(store_commit(store_of(state)), 0);
        return r;
}

static bool text_matches(const char *text, const char *wanted) {
        return !wanted || (text && strcmp(text, wanted) == 0);
}

static bool job_is_named(const Job *job, const StoreFilter *filter) {
        return !filter->name || name_matches(job->name, filter->name);
}

static bool is_shared(const Job *job, const StoreFilter *filter) {
        for (char **type = filter->shared; type && *type; type++)
                if (job->type && strcmp(job->type, *type) == 0)
                        return true;
        return false;
}

static bool user_matches(const Job *job, const StoreFilter *filter) {
        bool is_system = job->uid <= filter->system_uid_max;
        char number[16];

        snprintf(number, sizeof(number), "%u", (unsigned) job->uid);
        if (filter->uid != UID_INVALID && job->uid != filter->uid && !(filter->system_users && is_system) &&
                        !is_shared(job, filter))
                return false;
        if (filter->tasks && !is_system)
                return false;
        if (filter->user && filter->user[0] >= '0' && filter->user[0] <= '9')
                return text_matches(number, filter->user); /* also where an account has digits for a name */
        return text_matches(job->user, filter->user);
}

static bool time_matches(const Job *job, const StoreFilter *filter) {
        if (job->submitted_usec < filter->since_usec)
                return false;
        if (filter->until_usec > 0 && job->submitted_usec >= filter->until_usec)
                return false;
        return filter->ended_before_usec == 0 ||
                        (job->status > JOB_RUNNING && job->finished_usec < filter->ended_before_usec);
}

static bool id_matches(const Job *job, const StoreFilter *filter) {
        for (size_t i = 0; i < filter->n_ids; i++)
                if (filter->ids[i] == job->id)
                        return true;
        return filter->n_ids == 0;
}

/* What a filter means, in the words of its declaration. */
static bool is_wanted(const Job *job, const StoreFilter *filter) {
        if (filter->status_mask != 0 && !(filter->status_mask & (1U << job->status)))
                return false;
        return user_matches(job, filter) && time_matches(job, filter) && id_matches(job, filter) &&
                        job_is_named(job, filter) && text_matches(job->type, filter->type) &&
                        text_matches(job->related, filter->related);
}

static void check_count(Store *store, const StoreFilter *filter, size_t expected) {
        uint64_t count, next;

        assert_int_equal(store_count_page(store, filter, 0, &count, &next), 0);
        assert_int_equal(count, expected);
        assert_int_equal(next, 0);
}

static void check_filter(Store *store, const StoreFilter *filter, unsigned limit) {
        size_t n = 0;
        Rows rows;

        read_all(store, filter, limit, &rows);
        for (uint64_t id = N_JOBS; id > 0; id--) {
                _cleanup_(job_freep) Job *job = get_job(store, id);
                bool is_there = n < rows.n && rows.ids[n] == id;

                assert_int_equal(is_there, is_wanted(job, filter));
                n += is_there;
        }
        assert_int_equal(n, rows.n);
        check_count(store, filter, n);
}

/* With rights to all, to one's own, and to one's own and the system accounts', whoever these are; in pages
 * of each size. */
static void check_everywhere(Store *store, StoreFilter filter) {
        static const uid_t uids[] = { UID_INVALID, 0, 1001, 1003 };
        static const unsigned limits[] = { 1, 7, 500 };
        static const uid_t bounds[] = { 999, 32, 1001 };

        for (size_t i = 0; i < ELEMENTSOF(uids); i++)
                for (size_t k = 0; k < ELEMENTSOF(limits); k++)
                        for (int system = 0; system < 2; system++) {
                                filter.uid = uids[i];
                                filter.system_uid_max = bounds[k];
                                filter.system_users = system;
                                check_filter(store, &filter, limits[k]);
                        }
}

static void test_no_filter(void **state) {
        check_everywhere(store_of(state), everything());
}

/* With rights to jobs of a type, too, whoever's they are. */
static void test_with_shared_types(void **state) {
        char *some[] = { (char *) "no-such-type", (char *) "import", NULL };
        uint64_t ids[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

        check_everywhere(store_of(state), (StoreFilter){ .shared = some });
        check_everywhere(store_of(state), (StoreFilter){ .shared = some, .ids = ids, .n_ids = ELEMENTSOF(ids) });
        check_everywhere(store_of(state), (StoreFilter){ .shared = some, .status_mask = 1U << JOB_ERROR });
        check_everywhere(store_of(state), (StoreFilter){ .shared = some, .tasks = true });
        check_everywhere(store_of(state), (StoreFilter){ .shared = some, .user = (char *) "1003" });
}

static void test_every_set_of_statuses(void **state) {
        for (unsigned mask = 1; mask < 1U << _JOB_STATUS_MAX; mask++) {
                StoreFilter filter = everything();

                filter.status_mask = mask;
                check_filter(store_of(state), &filter, 20);
                filter.uid = 1001;
                check_filter(store_of(state), &filter, 20);
        }
        check_everywhere(store_of(state), (StoreFilter){ .status_mask = 1U << JOB_ERROR });
        check_everywhere(store_of(state),
                        (StoreFilter){ .status_mask = 1U << JOB_QUEUED | 1U << JOB_RUNNING });
}

static void test_by_a_part_of_the_name(void **state) {
        static const char *const parts[] = { "back", "KUP", "b\303\204u", "%", "_", "Backups", "b*", "*?p" };

        for (size_t i = 0; i < ELEMENTSOF(parts); i++)
                check_everywhere(store_of(state), (StoreFilter){ .name = (char *) parts[i] });
}

static void test_by_type_and_by_related(void **state) {
        check_everywhere(store_of(state), (StoreFilter){ .type = (char *) "import" });
        check_everywhere(store_of(state), (StoreFilter){ .type = (char *) "Import" });
        check_everywhere(store_of(state), (StoreFilter){ .related = (char *) "urn:ä" });
        check_everywhere(store_of(state), (StoreFilter){ .related = (char *) "urn:" });
        check_everywhere(store_of(state),
                        (StoreFilter){ .type = (char *) "export", .related = (char *) "urn:1" });
}

/* "1002" is bob's number, and the name of another user. */
static void test_by_user(void **state) {
        static const char *const wanted[] = {
                "alice",
                "1001",
                "1002",
                "bob",
                "root",
                "0",
                "nobody",
                "ALICE",
        };

        for (size_t i = 0; i < ELEMENTSOF(wanted); i++)
                check_everywhere(store_of(state), (StoreFilter){ .user = (char *) wanted[i] });
}

static void test_command_line_tasks(void **state) {
        check_everywhere(store_of(state), (StoreFilter){ .tasks = true });
        check_everywhere(store_of(state), (StoreFilter){ .tasks = true, .user = (char *) "root" });
        check_everywhere(store_of(state), (StoreFilter){ .tasks = true, .user = (char *) "alice" });
}

static void test_by_time_of_submission(void **state) {
        StoreFilter filter = everything();

        check_everywhere(store_of(state), (StoreFilter){ .since_usec = submitted(100) });
        check_everywhere(store_of(state), (StoreFilter){ .until_usec = submitted(100) });
        check_everywhere(store_of(state),
                        (StoreFilter){ .since_usec = submitted(50) - 1, .until_usec = submitted(60) + 1 });
        check_everywhere(store_of(state),
                        (StoreFilter){ .since_usec = submitted(60), .until_usec = submitted(50) });
        filter.since_usec = submitted(9);
        filter.until_usec = submitted(10);
        check_filter(store_of(state), &filter, 10);
        filter.since_usec = UINT64_MAX;
        filter.until_usec = 0;
        check_filter(store_of(state), &filter, 10);
}

static void test_the_borders_of_a_time(void **state) {
        StoreFilter filter = everything();
        Rows rows;

        filter.since_usec = submitted(9);
        filter.until_usec = submitted(10);
        read_all(store_of(state), &filter, 10, &rows);
        assert_int_equal(rows.n, 1);
        assert_int_equal(rows.ids[0], 10);
}

static void test_by_time_of_the_end(void **state) {
        check_everywhere(store_of(state), (StoreFilter){ .ended_before_usec = submitted(100) });
        check_everywhere(store_of(state), (StoreFilter){ .ended_before_usec = submitted(100) + 1 });
        check_everywhere(store_of(state), (StoreFilter){ .ended_before_usec = 1 });
        check_everywhere(store_of(state), (StoreFilter){ .ended_before_usec = INT64_MAX });
}

static void test_all_filters_together(void **state) {
        for (int status = 0; status < _JOB_STATUS_MAX; status++)
                check_everywhere(store_of(state),
                                (StoreFilter){
                                                .status_mask = 1U << status,
                                                .user = (char *) "root",
                                                .related = (char *) "urn:1",
                                                .since_usec = submitted(10),
                                                .until_usec = submitted(290),
                                });
}

/* ---- by ids ---- */

static void test_by_ids(void **state) {
        uint64_t ids[] = { 7, 300, 1, 299, 150, 2 };
        StoreFilter filter = { .ids = ids, .n_ids = ELEMENTSOF(ids) };

        check_everywhere(store_of(state), filter);
        filter.status_mask = 1U << JOB_ERROR;
        check_everywhere(store_of(state), filter);
        filter.status_mask = 0;
        filter.user = (char *) "alice";
        check_everywhere(store_of(state), filter);
}

static void test_ids_that_are_named_twice_or_not_there(void **state) {
        uint64_t ids[] = { 7, 7, 4711, 0, 9, UINT64_MAX, INT64_MAX, 7 };
        StoreFilter filter = everything();
        Rows rows;

        filter.ids = ids;
        filter.n_ids = ELEMENTSOF(ids);
        for (unsigned limit = 1; limit < 5; limit++) {
                read_all(store_of(state), &filter, limit, &rows);
                assert_int_equal(rows.n, 2);
                assert_int_equal(rows.ids[0], 9);
                assert_int_equal(rows.ids[1], 7);
        }
}

static void test_a_page_of_ids_that_is_just_full(void **state) {
        uint64_t ids[] = { 1, 2, 3 };
        StoreFilter filter = everything();
        Rows rows = {};

        filter.ids = ids;
        filter.n_ids = ELEMENTSOF(ids);
        assert_int_equal(read_page(store_of(state), &filter, 0, 3, &rows), 0);
        assert_int_equal(rows.n, 3);
}

static void test_filter_done_takes_an_empty_one(void **state) {
        StoreFilter filter = everything();

        store_filter_done(&filter);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
#define TEST_HISTORY(f) cmocka_unit_test_setup_teardown(f, setup_history, store_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing),
                TEST(test_newest_first),
                TEST(test_page_by_page),
                TEST(test_a_page_that_is_just_full),
                TEST(test_where_a_page_begins),
                TEST(test_jobs_that_come_and_go_between_pages),
                TEST(test_an_error_of_the_callback_ends_the_page),
                TEST(test_a_page_looks_at_so_many_rows),
                TEST(test_and_not_at_more),
                TEST(test_active_jobs_below_a_long_queue_of_others),
                TEST(test_running_jobs_below_a_long_queue),
                TEST_HISTORY(test_no_filter),
                TEST_HISTORY(test_with_shared_types),
                TEST_HISTORY(test_every_set_of_statuses),
                TEST_HISTORY(test_by_a_part_of_the_name),
                TEST_HISTORY(test_by_type_and_by_related),
                TEST_HISTORY(test_by_user),
                TEST_HISTORY(test_command_line_tasks),
                TEST_HISTORY(test_by_time_of_submission),
                TEST_HISTORY(test_the_borders_of_a_time),
                TEST_HISTORY(test_by_time_of_the_end),
                TEST_HISTORY(test_all_filters_together),
                TEST_HISTORY(test_by_ids),
                TEST_HISTORY(test_ids_that_are_named_twice_or_not_there),
                TEST_HISTORY(test_a_page_of_ids_that_is_just_full),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_filter_done_takes_an_empty_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
