/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rules of the daemon, with a store of its own and a PID 1 that does what the test wants: the queue, a job's
 * life, who is told of it and when. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "cancel.h"
#include "clear.h"
#include "commit.h"
#include "events.h"
#include "failing-vfs.h"
#include "fake-system.h"
#include "input-files.h"
#include "manager.h"
#include "name-index.h"
#include "queue.h"
#include "recovery.h"
#include "result-files.h"
#include "run.h"
#include "store-fixture.h"
#include "strv.h"
#include "submit.h"

#define ALICE 1001
#define BOB 1002

/* ---- who observes ---- */

static void on_new(Manager *m, const Job *job) {
        happened("new %" PRIu64, job->id);
}

static void on_changed(Manager *m, const Job *job) {
        happened("changed %" PRIu64, job->id);
}

static void on_requeued(Manager *m, const Job *job) {
        assert_int_equal(job->status, JOB_QUEUED);
        happened("requeued %" PRIu64, job->id);
}

/* Nobody is told of an end that is not in the store. */
static void on_ended(Manager *m, const Job *job) {
        assert_int_equal(status_of(m->store, job->id), job->status);
        happened("%s %" PRIu64, job_result_to_string(job->result), job->id);
}

static const Observer observer = {
        .job_new = on_new,
        .job_changed = on_changed,
        .job_requeued = on_requeued,
        .job_ended = on_ended,
};

static void on_new_2(Manager *m, const Job *job) {
        happened("again new %" PRIu64, job->id);
}

static const Observer second_observer = { .job_new = on_new_2 };

/* ---- the core ---- */

typedef struct Core {
        StoreFixture *fixture;
        Manager *manager;
} Core;

static int core_setup(void **state) {
        static const Observer *const observers[] = { &observer, &second_observer, &result_files_observer,
                &input_files_observer, NULL };
        Core *core = calloc(1, sizeof(Core));
        Manager *m;

        assert_non_null(core);
        assert_int_equal(store_setup((void **) &core->fixture), 0);
        assert_int_equal(manager_new(&core->manager), 0);
        m = core->manager;
        m->store = core->fixture->store;
        m->observers = observers;
        assert_int_equal(commit_new(m->event, m->store, NULL, &m->commit), 0);
        m->config.max_running = 1;
        m->recovered = true;
        jobs_leave_files(false);
        free(happenings_take());
        *state = core;
        return 0;
}

static int core_teardown(void **state) {
        Core *core = *state;

        manager_stop(core->manager);
        core->manager->store = NULL; /* the fixture's */
        manager_free(core->manager);
        store_teardown((void **) &core->fixture);
        free(core);
        return 0;
}

static Manager *manager_of(void **state) {
        return ((Core *) *state)->manager;
}

/* Turns of the event loop, until nothing is left to be done at once. */
static void turn(Manager *m) {
        for (int r = 1; r > 0;) {
                r = sd_event_run(m->event, 0);
                assert_true(r >= 0);
        }
}

static void assert_happened(const char *expected) {
        _cleanup_free_ char *all = happenings_take();

        assert_string_equal(all, expected);
}

static void on_submitted(int r, const Job *job, void *userdata) {
        happened("reply %" PRIu64 "%s", job->id, r < 0 ? " failed" : "");
}

static int try_to_submit(Manager *m, uid_t uid, const Job *as) {
        Job *job = sample_job(uid, uid == ALICE ? "alice" : "bob");
        int r;

        job->keep_results = true;

        if (as)
                job->retries = as->retries, job->inputs = as->inputs;
        r = submit_job(m, job, on_submitted, NULL);
        if (r < 0)
                job_free(job);
        return r;
}

static void submit(Manager *m, uid_t uid) {
        assert_int_equal(try_to_submit(m, uid, NULL), 0);
}

static void on_cancelled(int r, void *userdata) {
        happened("reply%s", r < 0 ? " failed" : "");
}

static void cancel(Manager *m, uint64_t id) {
        assert_int_equal(cancel_job(m, id, ALICE, on_cancelled, NULL), 0);
}

static LiveJob *live_of(Manager *m, uint64_t id) {
        LiveJob *live = live_job_find(m, id);

        assert_non_null(live);
        return live;
}

/* A job of alice's runs, and what happened until then is known. */
static LiveJob *run_one(Manager *m) {
        submit(m, ALICE);
        turn(m);
        unit_begins(live_of(m, 1));
        turn(m);
        free(happenings_take());
        return live_of(m, 1);
}

/* ---- the queue ---- */

static void test_a_job_from_its_submission_to_its_end(void **state) {
        Manager *m = manager_of(state);

        submit(m, ALICE);
        assert_happened("");
        turn(m);
        assert_happened("log submitted 1, reply 1, new 1, again new 1, start 1");
        assert_int_equal(status_of(m->store, 1), JOB_RUNNING);
        unit_begins(live_of(m, 1));
        turn(m);
        assert_happened("log started 1, changed 1");
        unit_exits(live_of(m, 1), 0);
        assert_happened("");
        turn(m);
        assert_happened("log ended 1, success 1");
        assert_int_equal(status_of(m->store, 1), JOB_COMPLETED);
        assert_null(live_job_find(m, 1));
        assert_int_equal(m->n_running, 0);
}

static void test_a_users_jobs_start_in_their_order(void **state) {
        Manager *m = manager_of(state);

        for (int i = 0; i < 3; i++)
                submit(m, ALICE);
        turn(m);
        assert_happened("log submitted 1, reply 1, new 1, again new 1, log submitted 2, reply 2, new 2, again new 2,"
                        " log submitted 3, reply 3, new 3, again new 3, start 1");
        for (uint64_t id = 1; id <= 3; id++) {
                _cleanup_free_ char *all = NULL;
                char next[32];

                unit_begins(live_of(m, id));
                unit_exits(live_of(m, id), 0);
                turn(m);
                all = happenings_take();
                snprintf(next, sizeof(next), "start %" PRIu64, id + 1);
                assert_int_equal(strstr(all, next) != NULL, id < 3);
        }
}

/* Whoever comes stands behind those who wait. */
static void test_users_take_turns(void **state) {
        static const uint64_t order[] = { 1, 2, 4, 3 };
        Manager *m = manager_of(state);

        for (int i = 0; i < 3; i++)
                submit(m, ALICE);
        submit(m, BOB);
        turn(m);
        for (size_t i = 0; i < ELEMENTSOF(order); i++) {
                unit_begins(live_of(m, order[i]));
                unit_exits(live_of(m, order[i]), 0);
                turn(m);
        }
        assert_null(m->live_jobs);
}

static void test_who_has_fewest_running_is_next(void **state) {
        Manager *m = manager_of(state);

        m->config.max_running = 0;
        for (int i = 0; i < 3; i++)
                submit(m, ALICE);
        submit(m, BOB);
        turn(m);
        m->config.max_running = 3;
        queue_dispatch(m);
        turn(m);
        (void) live_of(m, 1);
        (void) live_of(m, 4);
        (void) live_of(m, 2);
        assert_null(live_job_find(m, 3));
}

static void test_what_a_user_may_queue_is_bounded(void **state) {
        Manager *m = manager_of(state);

        m->config.max_queued_per_user = 2;
        submit(m, ALICE);
        submit(m, ALICE);
        assert_int_equal(try_to_submit(m, ALICE, NULL), -EDQUOT);
        submit(m, BOB);
        turn(m); /* one of them runs, and a place is free */
        submit(m, ALICE);
        assert_int_equal(try_to_submit(m, ALICE, NULL), -EDQUOT);
        m->config.max_queued_per_user = 10;
        m->config.max_queued_bytes_per_user = 1;
        assert_int_equal(try_to_submit(m, ALICE, NULL), -EFBIG);
        turn(m);
        assert_int_equal(sql_number(((Core *) *state)->fixture->path, "SELECT count(*) FROM jobs"), 4);
}

/* ---- cancel, wherever the job is ---- */

static void test_a_queued_job_that_is_cancelled_does_not_run(void **state) {
        Manager *m = manager_of(state);

        (void) run_one(m);
        submit(m, ALICE);
        turn(m);
        free(happenings_take());
        cancel(m, 2);
        turn(m);
        assert_happened("log cancel 2, log ended 2, reply, cancelled 2");
        unit_exits(live_of(m, 1), 0);
        turn(m);
        assert_happened("log ended 1, success 1");
}

static void test_one_whose_start_is_being_committed_does_not_run(void **state) {
        Manager *m = manager_of(state);

        submit(m, ALICE);
        commit_flush(m->commit); /* now its start waits for the next commit */
        assert_int_equal(live_of(m, 1)->state, LIVE_COMMITTING);
        cancel(m, 1);
        free(happenings_take());
        turn(m);
        assert_happened("log cancel 1, reply, log ended 1, cancelled 1");
        assert_int_equal(status_of(m->store, 1), JOB_CANCELLED);
}

static void test_one_that_is_being_started_is_stopped_when_it_runs(void **state) {
        Manager *m = manager_of(state);

        submit(m, ALICE);
        turn(m);
        free(happenings_take());
        cancel(m, 1);
        turn(m);
        assert_happened("log cancel 1, reply");
        unit_begins(live_of(m, 1));
        turn(m);
        assert_happened("log started 1, changed 1, stop 1");
        unit_is_stopped(live_of(m, 1));
        turn(m);
        assert_happened("log ended 1, cancelled 1");
}

static void test_one_that_runs_is_stopped(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);

        cancel(m, 1);
        assert_happened(""); /* not before that is durable */
        turn(m);
        assert_happened("log cancel 1, stop 1, reply");
        unit_is_stopped(live);
        turn(m);
        assert_happened("log ended 1, cancelled 1");
}

static void test_one_that_has_ended_cannot_be_cancelled(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);

        unit_exits(live, 0);
        turn(m);
        assert_int_equal(cancel_job(m, 1, ALICE, on_cancelled, NULL), -ESTALE);
        assert_int_equal(cancel_job(m, 2, ALICE, on_cancelled, NULL), -ENOENT);
}

static void test_a_frozen_one_that_had_to_be_killed_was_cancelled(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);

        cancel(m, 1);
        turn(m);
        unit_is_killed(live, SIGKILL);
        turn(m);
        assert_int_equal(status_of(m->store, 1), JOB_CANCELLED);
}

/* ---- starts that come to nothing ---- */

static void test_a_start_that_is_refused_is_a_failure(void **state) {
        Manager *m = manager_of(state);

        submit(m, ALICE);
        turn(m);
        free(happenings_take());
        unit_is_refused(live_of(m, 1));
        turn(m);
        assert_happened("log ended 1, start-failed 1");
        assert_int_equal(m->n_running, 0);
}

static void test_one_that_has_to_wait_is_queued_again(void **state) {
        Manager *m = manager_of(state);

        submit(m, ALICE);
        turn(m);
        free(happenings_take());
        unit_has_to_wait(live_of(m, 1));
        turn(m);
        assert_happened("requeued 1");
        assert_int_equal(status_of(m->store, 1), JOB_QUEUED);
        queue_dispatch(m);
        turn(m);
        assert_happened("start 1");
}

/* It is due at once, and its time comes with the next turn. */
static void wait_for_further_try(Manager *m) {
        for (int i = 0; i < 100 && !live_job_find(m, 1); i++)
                assert_true(sd_event_run(m->event, 100 * USEC_PER_MSEC) >= 0);
}

static void test_a_failed_one_with_tries_left_is_queued_again(void **state) {
        Manager *m = manager_of(state);

        assert_int_equal(try_to_submit(m, ALICE, &(Job){ .retries = 1 }), 0);
        turn(m);
        for (int try = 1; try <= 2; try++) {
                free(happenings_take());
                unit_begins(live_of(m, 1));
                unit_exits(live_of(m, 1), 3);
                turn(m);
                if (try == 1)
                        wait_for_further_try(m);
                if (try == 1)
                        assert_happened("log started 1, changed 1, log retried 1, requeued 1, start 1");
        }
        assert_happened("log started 1, changed 1, log ended 1, exit-code 1");
}

/* Somebody has reloaded PID 1 meanwhile: the journal knows whether it ran. */
static void test_a_unit_that_was_forgotten_is_asked_for_again(void **state) {
        static const struct {
                OutcomeKind kind;
                const char *happens;
        } cases[] = {
                { OUTCOME_NOTHING, "requeued 1" },
                { OUTCOME_BEGAN, "log ended 1, lost 1" },
                { OUTCOME_ENDED, "log ended 1, exit-code 1" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Manager *m;

                if (i > 0)
                        assert_int_equal(core_teardown(state) + core_setup(state), 0);
                m = manager_of(state);
                submit(m, ALICE);
                turn(m);
                free(happenings_take());
                journal_says((Outcome){ .kind = cases[i].kind, .result = JOB_RESULT_EXIT_CODE });
                unit_vanishes(live_of(m, 1));
                turn(m);
                assert_happened(cases[i].happens);
        }
}

/* ---- what a job says ---- */

static void test_observers_hear_of_ten_changes_a_second_and_of_the_last(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);
        char text[16];

        for (int i = 1; i <= 50; i++) {
                snprintf(text, sizeof(text), "line %d", i);
                unit_says(live, text);
        }
        assert_happened(""); /* its start has just been told */
        while (live->change_timer)
                assert_true(sd_event_run(m->event, UINT64_MAX) >= 0);
        assert_happened("changed 1");
        assert_string_equal(live->job->info, "line 50");
        unit_says(live, "line 50");
        assert_null(live->change_timer);
}

/* The last word of a job is its end. */
static void test_no_change_is_told_after_the_end(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);

        unit_says(live, "nearly done");
        unit_exits(live, 0);
        turn(m);
        assert_happened("log ended 1, success 1");
}

/* ---- no step out of its order ---- */

static void test_what_does_not_follow_is_refused(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);

        assert_false(live_job_enter(live, LIVE_STARTING));
        assert_false(live_job_enter(live, LIVE_TIDYING));
        assert_int_equal(live->state, LIVE_RUNNING);
        unit_exits(live, 0);
        unit_has_to_wait(live); /* it has ended: it is not put back */
        turn(m);
        assert_happened("log ended 1, success 1");
        assert_int_equal(status_of(m->store, 1), JOB_COMPLETED);
}

/* ---- a disk that is full ---- */

static void fill_disk(void) {
        failing_vfs_arm(FAILING_WRITE, 1, SQLITE_FULL, true);
}

static void test_a_submission_that_is_not_durable_is_none(void **state) {
        Manager *m = manager_of(state);

        fill_disk();
        submit(m, ALICE);
        turn(m);
        assert_happened("reply 1 failed");
        failing_vfs_disarm();
        assert_int_equal(m->n_running, 0);
        assert_null(m->users);
}

/* Nobody is told of either before it is recorded, and that is tried again until it is. The second is no end, although
 * it is tried again like one. */
static void test_an_end_and_a_put_back_wait_for_the_disk(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live;

        m->config.max_running = 2;
        live = run_one(m);
        submit(m, BOB);
        turn(m);
        free(happenings_take());
        fill_disk();
        unit_exits(live, 0);
        unit_has_to_wait(live_of(m, 2));
        turn(m);
        assert_happened("");
        assert_int_equal(live_job_shown(live).status, JOB_RUNNING);
        failing_vfs_disarm();
        while (live_job_find(m, 1) || live_job_find(m, 2))
                assert_true(sd_event_run(m->event, UINT64_MAX) >= 0);
        assert_happened("log ended 1, success 1, requeued 2");
        assert_int_equal(status_of(m->store, 1), JOB_COMPLETED);
        assert_int_equal(status_of(m->store, 2), JOB_QUEUED);
}

static void test_a_cancellation_that_is_not_durable_is_none(void **state) {
        Manager *m = manager_of(state);
        LiveJob *live = run_one(m);

        fill_disk();
        cancel(m, 1);
        turn(m);
        assert_happened("reply failed");
        failing_vfs_disarm();
        unit_exits(live, 0);
        turn(m);
        assert_happened("log ended 1, success 1");
}

/* ---- files that jobs leave ---- */

static void end_with_files(Manager *m) {
        LiveJob *live = run_one(m);

        jobs_leave_files(true);
        unit_exits(live, 0);
        turn(m);
        assert_happened("log ended 1, success 1, ask keep 1 1001");
}

static void test_the_files_of_a_job_are_counted_when_it_has_ended(void **state) {
        Manager *m = manager_of(state);
        _cleanup_(job_freep) Job *job = NULL;

        end_with_files(m);
        results_are(0, "3\000700", sizeof("3\000700"));
        turn(m);
        job = get_job(m->store, 1);
        assert_int_equal(job->result_files, 3);
        assert_int_equal(job->result_bytes, 700);
}

/* Whoever comes next asks again. */
static void test_they_stay_uncounted_when_nobody_could(void **state) {
        static const struct {
                int r;
                const char *answer;
                size_t size;
        } answers[] = { { -ECONNREFUSED, NULL, 0 }, { 0, "3", 2 }, { 0, "", 0 }, { 0, "3\000x", 4 } };
        Manager *m = manager_of(state);

        end_with_files(m);
        for (size_t i = 0; i < ELEMENTSOF(answers); i++) {
                results_are(answers[i].r, answers[i].answer, answers[i].size);
                turn(m);
                result_files_start(m);
                assert_happened("ask keep 1 1001");
        }
        results_are(-ENOENT, NULL, 0); /* there are none after all */
        turn(m);
        result_files_start(m);
        assert_happened("");
}

static void test_what_a_user_may_leave_is_bounded(void **state) {
        Manager *m = manager_of(state);

        m->config.results_max_per_user = 700;
        end_with_files(m);
        submit(m, ALICE);
        turn(m);
        results_are(0, "3\000700", sizeof("3\000700"));
        turn(m);
        assert_int_equal(try_to_submit(m, ALICE, NULL), -EOVERFLOW);
        submit(m, BOB);
        m->config.results_max_per_user = 701;
        submit(m, ALICE);
        turn(m);
        free(happenings_take());
}

/* ---- once, with a key ---- */

static int find_same(Manager *m, uid_t uid, const char *key, const char *type, const char *text, uint64_t *ret_id) {
        _cleanup_(job_freep) Job *job = sample_job(uid, "alice"), *found = NULL;
        int r;

        set_text(&job->key, key);
        if (type)
                set_text(&job->type, type);
        assert_int_equal(strv_extend(type ? &job->parameters : &job->command, text), 0);
        r = submit_find_same(m, job, &found);
        if (found)
                *ret_id = found->id;
        if (r == -ENOENT) {
                assert_int_equal(submit_job(m, job, on_submitted, NULL), 0);
                *ret_id = 0;
                job = NULL;
        }
        return r;
}

static void test_what_has_a_key_is_submitted_once(void **state) {
        Manager *m = manager_of(state);
        uint64_t id;

        assert_int_equal(find_same(m, ALICE, "nightly", NULL, "a", &id), -ENOENT);
        assert_int_equal(find_same(m, ALICE, "nightly", NULL, "a", &id), 0); /* in the same turn */
        assert_int_equal(id, 1);
        turn(m);
        assert_int_equal(find_same(m, ALICE, "nightly", NULL, "b", &id), -EEXIST);
        assert_int_equal(id, 1);
        assert_int_equal(find_same(m, ALICE, "nightly", "import", "a", &id), -EEXIST);
        assert_int_equal(find_same(m, BOB, "nightly", NULL, "b", &id), -ENOENT);
        assert_int_equal(find_same(m, ALICE, "Nightly", "import", "a=1", &id), -ENOENT);
        turn(m);
        assert_int_equal(find_same(m, ALICE, "Nightly", "import", "a=1", &id), 0);
        assert_int_equal(id, 3);
        assert_int_equal(find_same(m, ALICE, "Nightly", "import", "a=2", &id), -EEXIST);
        assert_int_equal(find_same(m, ALICE, "Nightly", "export", "a=1", &id), -EEXIST);
}

/* ---- files that jobs are handed ---- */

#define INPUTS "00112233445566778899aabbccddeeff"

static Job job_with_inputs(unsigned retries) {
        Job job = { .retries = retries };

        assert_int_equal(sd_id128_from_string(INPUTS, &job.inputs), 0);
        return job;
}

static void test_what_a_job_was_handed_goes_with_its_last_try(void **state) {
        Manager *m = manager_of(state);
        Job as = job_with_inputs(1);

        assert_int_equal(try_to_submit(m, ALICE, &as), 0);
        turn(m);
        unit_begins(live_of(m, 1));
        unit_exits(live_of(m, 1), 1);
        turn(m);
        wait_for_further_try(m);
        free(happenings_take());
        unit_begins(live_of(m, 1));
        unit_exits(live_of(m, 1), 1);
        turn(m);
        assert_happened("log started 1, changed 1, log ended 1, exit-code 1, ask drop " INPUTS);
}

static void test_what_a_job_was_handed_goes_when_it_is_cancelled(void **state) {
        Manager *m = manager_of(state);
        Job as = job_with_inputs(0);

        (void) run_one(m);
        assert_int_equal(try_to_submit(m, ALICE, &as), 0);
        turn(m);
        free(happenings_take());
        cancel(m, 2);
        turn(m);
        assert_happened("log cancel 2, log ended 2, reply, cancelled 2, ask drop " INPUTS);
}

static void test_what_nobody_was_handed_is_removed_at_the_start(void **state) {
        Manager *m = manager_of(state);
        Job as = job_with_inputs(0);

        inputs_are_left(as.inputs);
        input_files_start(m);
        assert_happened("ask drop " INPUTS);
        assert_int_equal(try_to_submit(m, ALICE, &as), 0);
        turn(m);
        free(happenings_take());
        input_files_start(m);
        assert_happened("");
        inputs_are_left(SD_ID128_NULL);
}

static void on_cleared(int r, const ClearCounts *counts, void *userdata) {
        happened("cleared %" PRIu64 "%s", counts->n_cleared, r < 0 ? " failed" : "");
}

static void clear(Manager *m) {
        StoreFilter filter = { .uid = UID_INVALID };

        assert_int_equal(clear_start(m, &filter, ALICE, false, on_cleared, NULL), 0);
        turn(m);
}

static void test_files_go_with_their_job_and_stay_with_it(void **state) {
        Manager *m = manager_of(state);
        uint64_t bytes;

        end_with_files(m);
        results_are(0, "3\000700", sizeof("3\000700"));
        turn(m);
        fill_disk();
        clear(m);
        failing_vfs_disarm();
        assert_happened("aside 1, back 1, cleared 0 failed");
        clear(m);
        assert_happened("aside 1, ask remove 1.cleared, log cleared 1, cleared 1");
        assert_int_equal(store_get_result_bytes(m->store, ALICE, &bytes), 0);
        assert_int_equal(bytes, 0);
        results_are(-EIO, NULL, 0); /* the next jobsd finds it */
}

/* ---- after a restart ---- */

static const struct {
        bool same_boot;
        OutcomeKind kind;
        JobResult said, result; /* none: back in the queue */
        uint64_t usec;          /* the user space began at 1000 */
} recoveries[] = {
        { true, OUTCOME_ENDED, JOB_RESULT_EXIT_CODE, JOB_RESULT_EXIT_CODE, 0 },
        { false, OUTCOME_ENDED, JOB_RESULT_SUCCESS, JOB_RESULT_SUCCESS, 0 },
        { true, OUTCOME_STOPPED, JOB_RESULT_NONE, JOB_RESULT_CANCELLED, 1000 },
        { true, OUTCOME_STOPPED, JOB_RESULT_NONE, JOB_RESULT_INTERRUPTED, 999 },
        { false, OUTCOME_STOPPED, JOB_RESULT_NONE, JOB_RESULT_INTERRUPTED, 2000 },
        { true, OUTCOME_BEGAN, JOB_RESULT_NONE, JOB_RESULT_LOST, 0 },
        { false, OUTCOME_BEGAN, JOB_RESULT_NONE, JOB_RESULT_INTERRUPTED, 0 },
        { true, OUTCOME_UNKNOWN, JOB_RESULT_NONE, JOB_RESULT_LOST, 0 },
        { false, OUTCOME_NOTHING, JOB_RESULT_NONE, JOB_RESULT_INTERRUPTED, 0 },
        { true, OUTCOME_NOTHING, JOB_RESULT_NONE, JOB_RESULT_NONE, 0 },
};

static void test_what_ran_before_a_restart(void **state) {
        Manager *m = manager_of(state);
        sd_id128_t boot_id = m->boot_id;

        m->config.max_running = 0; /* what is queued again stays so */
        for (size_t i = 0; i < ELEMENTSOF(recoveries); i++) {
                uint64_t id = insert_job(m->store, ALICE, "alice");
                _cleanup_(job_freep) Job *job = NULL;

                start_job(m->store, id);
                job = get_job(m->store, id);
                m->boot_id = recoveries[i].same_boot ? job->boot_id : boot_id;
                m->recovered = false;
                journal_says((Outcome){ .kind = recoveries[i].kind,
                                .result = recoveries[i].said,
                                .usec = recoveries[i].usec });
                assert_int_equal(recovery_start(m), 0);
                turn(m);
                job_free(job);
                job = get_job(m->store, id);
                assert_int_equal(job->result, recoveries[i].result);
                assert_int_equal(job->status, recoveries[i].result == JOB_RESULT_NONE
                                                      ? JOB_QUEUED
                                                      : job_result_to_status(recoveries[i].result));
        }
        m->boot_id = boot_id;
}

/* Nobody has seen its end: it is told when the machine still ran. */
static void test_an_end_with_the_machine_is_when_that_was_seen_last(void **state) {
        static const struct {
                int64_t started, last, end; /* µs after the submission; -1: not known */
        } cases[] = { { 100, 150, 150 }, { 100, -1, 100 }, { 100, 50, 100 }, { -1, 150, 150 }, { -1, -1, 0 } };
        Manager *m = manager_of(state);

        m->config.max_running = 0;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint64_t id = insert_job(m->store, ALICE, "alice");
                _cleanup_(job_freep) Job *job = get_job(m->store, id);
                uint64_t begin = job->submitted_usec;

                start_job(m->store, id);
                if (cases[i].started >= 0)
                        assert_int_equal(store_set_started(m->store, id, begin + (uint64_t) cases[i].started,
                                                         SD_ID128_NULL),
                                        0);
                m->recovered = false;
                journal_says((Outcome){ .kind = OUTCOME_BEGAN,
                                .usec = cases[i].last >= 0 ? begin + (uint64_t) cases[i].last : 0 });
                assert_int_equal(recovery_start(m), 0);
                turn(m);
                job_free(job);
                job = get_job(m->store, id);
                assert_int_equal(job->result, JOB_RESULT_INTERRUPTED);
                assert_int_equal(job->finished_usec, begin + (uint64_t) cases[i].end);
                assert_string_equal(job->info, "Interrupted: the machine went down, and was last seen then");
        }
}

static void test_what_still_runs_after_a_restart_goes_on(void **state) {
        static const struct {
                bool was_seen, is_cancelled;
                const char *happens;
        } cases[] = {
                { true, false, "" },
                { false, false, "log started 1, changed 1" },
                { true, true, "stop 1" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Manager *m;
                Store *store;

                if (i > 0)
                        assert_int_equal(core_teardown(state) + core_setup(state), 0);
                m = manager_of(state);
                store = m->store;
                start_job(store, insert_job(store, ALICE, "alice"));
                if (cases[i].was_seen)
                        assert_int_equal(store_set_started(store, 1, 5, SD_ID128_NULL), 0);
                if (cases[i].is_cancelled)
                        assert_int_equal(store_set_cancelled(store, 1), 0);
                m->recovered = false;
                units_are_there(true);
                assert_int_equal(recovery_start(m), 0);
                units_are_there(false);
                turn(m);
                assert_happened(cases[i].happens);
                assert_true(m->recovered);
                assert_int_equal(m->n_running, 1);
                if (cases[i].is_cancelled)
                        unit_is_stopped(live_of(m, 1));
                else
                        unit_exits(live_of(m, 1), 0);
                turn(m);
                assert_happened(cases[i].is_cancelled ? "log ended 1, cancelled 1" : "log ended 1, success 1");
        }
}

/* ---- the index of names ---- */

static uint64_t count_indexed(Manager *m) {
        uint64_t n;

        assert_int_equal(store_count_indexed_names(m->store, &n), 0);
        return n;
}

/* Those of before are caught up with while others come, one after the other. */
static void test_names_are_indexed_while_jobs_come(void **state) {
        static const Observer *const observers[] = { &name_index_observer, NULL };
        const uint64_t n_before = 600; /* more than two steps */
        Manager *m = manager_of(state);

        m->observers = observers;
        assert_int_equal(store_begin(m->store), 0);
        for (uint64_t i = 0; i < n_before; i++) {
                _cleanup_(job_freep) Job *job = sample_job(BOB, "bob");

                assert_int_equal(store_insert(m->store, job), 0);
        }
        assert_int_equal(store_commit(m->store), 0);
        assert_int_equal(name_index_new(m, &m->name_index), 0);
        for (unsigned i = 0; count_indexed(m) <= n_before; i++) {
                assert_true(i < 200);
                submit(m, ALICE);
                turn(m);
                assert_true(sd_event_run(m->event, 50 * USEC_PER_MSEC) >= 0);
        }
        m->name_index = name_index_free(m->name_index);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                                test_a_job_from_its_submission_to_its_end, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_users_jobs_start_in_their_order, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_users_take_turns, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_who_has_fewest_running_is_next, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_what_a_user_may_queue_is_bounded, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_queued_job_that_is_cancelled_does_not_run, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_one_whose_start_is_being_committed_does_not_run, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_one_that_is_being_started_is_stopped_when_it_runs, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_one_that_runs_is_stopped, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_one_that_has_ended_cannot_be_cancelled, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_frozen_one_that_had_to_be_killed_was_cancelled, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_start_that_is_refused_is_a_failure, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_one_that_has_to_wait_is_queued_again, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_failed_one_with_tries_left_is_queued_again, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_submission_that_is_not_durable_is_none, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_unit_that_was_forgotten_is_asked_for_again, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_observers_hear_of_ten_changes_a_second_and_of_the_last, core_setup,
                                core_teardown),
                cmocka_unit_test_setup_teardown(test_no_change_is_told_after_the_end, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_what_does_not_follow_is_refused, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_an_end_and_a_put_back_wait_for_the_disk, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_a_cancellation_that_is_not_durable_is_none, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_the_files_of_a_job_are_counted_when_it_has_ended, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_they_stay_uncounted_when_nobody_could, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_what_a_user_may_leave_is_bounded, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_what_has_a_key_is_submitted_once, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_what_a_job_was_handed_goes_with_its_last_try, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_what_a_job_was_handed_goes_when_it_is_cancelled, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_what_nobody_was_handed_is_removed_at_the_start, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_files_go_with_their_job_and_stay_with_it, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_what_ran_before_a_restart, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_an_end_with_the_machine_is_when_that_was_seen_last, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(
                                test_what_still_runs_after_a_restart_goes_on, core_setup, core_teardown),
                cmocka_unit_test_setup_teardown(test_names_are_indexed_while_jobs_come, core_setup, core_teardown),
        };
        int r;

        failing_vfs_install();
        r = cmocka_run_group_tests(tests, NULL, NULL);
        failing_vfs_remove();
        return r;
}
