/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "ledger.h"

/* What was told, as a text. */
static char told[256];

static void on_event(JobEvent event, const Job *job, JobStatus before, void *userdata) {
        size_t n = strlen(told);

        (void) snprintf(told + n, sizeof(told) - n, "%s%s %" PRIu64, n > 0 ? ", " : "",
                        job_event_to_string(event), job->id);
}

static void assert_told(const char *expected) {
        assert_string_equal(told, expected);
        *told = '\0';
}

static void learn(Ledger *ledger, uint64_t id, JobStatus status) {
        Job *job;

        assert_int_equal(job_new(&job), 0);
        job->id = id;
        job->status = status;
        assert_int_equal(ledger_learn(ledger, &job), 0);
}

/* Jobs 3 to 5 are known; 5 has not ended. */
static void settle(Ledger *ledger, View *view) {
        *view = (View){ .n_max = 10, .known_from = VIEW_KNOWS_NOTHING };
        *ledger = (Ledger){ .views = view, .n_views = 1, .callback = on_event };
        ledger_start_over(ledger);
        assert_ptr_equal(ledger_hungry_view(ledger), view);
        learn(ledger, 3, JOB_COMPLETED);
        learn(ledger, 4, JOB_COMPLETED);
        learn(ledger, 5, JOB_QUEUED);
        view->is_stale = false;
        view->known_from = 3;
        assert_null(ledger_hungry_view(ledger));
        assert_int_equal(ledger_sweep(ledger), 0);
        assert_int_equal(ledger->unknown.n_ids, 0);
        ledger_settle(ledger);
        assert_told("");
}

static void test_nothing_is_told_of_what_was_there(void **state) {
        Ledger ledger;
        View view;

        settle(&ledger, &view);
        learn(&ledger, 6, JOB_QUEUED);
        learn(&ledger, 2, JOB_ERROR); /* it had been forgotten */
        assert_told("new 6");
        learn(&ledger, 5, JOB_CANCELLED);
        assert_told("ended 5");
        ledger_forget(&ledger, 4);
        ledger_forget(&ledger, 4);
        assert_told("cleared 4");
        ledger_done(&ledger);
}

/* While nobody told of changes, one job ended, one was cleared and one came. */
static void test_a_round_finds_out_what_was_missed(void **state) {
        IdList asked = {};
        Ledger ledger;
        View view;

        settle(&ledger, &view);
        ledger_start_over(&ledger);
        assert_int_equal(view.floor, 5);
        learn(&ledger, 6, JOB_COMPLETED);
        view.is_stale = false;
        view.known_from = 6;
        assert_ptr_equal(ledger_hungry_view(&ledger), &view); /* there may be more above 5 */
        learn(&ledger, 3, JOB_COMPLETED);
        view.known_from = 3;
        assert_null(ledger_hungry_view(&ledger));
        assert_told("new 6, ended 6");

        assert_int_equal(ledger_sweep(&ledger), 0);
        assert_int_equal(ledger.unknown.n_ids, 2);
        assert_int_equal(id_list_move(&ledger.unknown, 2, &asked), 0);
        ledger.round++;
        learn(&ledger, 5, JOB_ERROR);
        assert_int_equal(ledger_miss(&ledger, &asked), 0);
        assert_told("ended 5, cleared 4");
        ledger_settle(&ledger);
        id_list_done(&asked);
        ledger_done(&ledger);
}

/* Somebody else's, or left out by the filter: it is asked for once. */
static void test_what_is_left_out_is_ignored(void **state) {
        IdList asked = {};
        Ledger ledger;
        View view;

        settle(&ledger, &view);
        assert_int_equal(ledger_ask_later(&ledger, 9), 0);
        assert_int_equal(id_list_move(&ledger.unknown, 1, &asked), 0);
        assert_int_equal(ledger_miss(&ledger, &asked), 0);
        assert_int_equal(ledger_ask_later(&ledger, 9), 0);
        assert_int_equal(ledger.unknown.n_ids, 0);
        for (uint64_t id = 100; id < 1000; id++) {
                id_list_clear(&asked);
                assert_int_equal(id_list_add(&asked, id), 0);
                assert_int_equal(ledger_miss(&ledger, &asked), 0);
        }
        /* whatever happens elsewhere */
        assert_true(ledger.ignored.n_ids > 0 && ledger.ignored.n_ids <= 256);
        assert_told("");
        id_list_done(&asked);
        ledger_done(&ledger);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_is_told_of_what_was_there),
                cmocka_unit_test(test_a_round_finds_out_what_was_missed),
                cmocka_unit_test(test_what_is_left_out_is_ignored),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
