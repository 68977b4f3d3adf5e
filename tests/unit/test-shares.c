/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "fixture.h"
#include "shares.h"
#include "strv.h"
#include "type-registry.h"

/* ---- polkit and the types, as the test has them ---- */

struct Check {
        authority_cb callback;
        void *userdata;
};

static char *type_names[] = { (char *) "a", (char *) "b", (char *) "c", (char *) "d", NULL };
static const char *shared_names;
static JobType types[26];
static Check *asked; /* the question that waits */
static char asked_about;
static bool polkit_fails;
static unsigned n_asked;

int type_list(Manager *m, char ***ret) {
        return strv_copy(type_names, ret);
}

const JobType *type_find(Manager *m, const char *name) {
        types[name[0] - 'a'].name = (char *) name;
        return &types[name[0] - 'a'];
}

bool type_is_shared(Manager *m, const char *name) {
        return name && strchr(shared_names, name[0]);
}

int authority_check(
                Authority *authority, const Question *question, authority_cb callback, void *userdata, Check **ret) {
        assert_null(asked);
        assert_int_equal(question->action, ACTION_VIEW_SHARED);
        assert_string_equal(question->sender, ":1.5");
        assert_false(question->interactive);
        if (polkit_fails)
                return -EACCES;
        asked_about = question->target.type->name[0];
        asked = malloc(sizeof(Check));
        *asked = (Check){ callback, userdata };
        n_asked++;
        *ret = asked;
        return 0;
}

Check *check_free(Check *check) {
        if (check)
                asked = NULL;
        free(check);
        return NULL;
}

static void answer(char name, Verdict verdict) {
        Check check;

        assert_non_null(asked);
        assert_int_equal(asked_about, name);
        check = *asked;
        free(TAKE_PTR(asked));
        check.callback(verdict, check.userdata);
}

/* ---- what comes of it ---- */

typedef struct Outcome {
        bool is_known;
        char **types;
} Outcome;

static void on_shared(char **found, void *userdata) {
        Outcome *outcome = userdata;

        assert_false(outcome->is_known);
        *outcome = (Outcome){ true, found };
}

static int setup(void **state) {
        shared_names = "ad";
        polkit_fails = false;
        n_asked = 0;
        asked = NULL;
        return 0;
}

static int ask(Manager *m, Outcome *outcome, Shares **ret) {
        return shares_ask(m, ":1.5", on_shared, outcome, ret);
}

static void assert_found(Outcome *outcome, const char *wanted) {
        _cleanup_free_ char *joined = NULL;

        assert_true(outcome->is_known);
        assert_null(asked);
        assert_int_equal(strv_join(outcome->types, " ", &joined), 0);
        assert_string_equal(joined, wanted);
        assert_int_equal(!outcome->types, !*wanted);
        outcome->types = strv_free(outcome->types);
}

static void test_shared_types_are_asked_about(void **state) {
        Outcome outcome = {};
        Manager m = {};
        Shares *shares;

        assert_int_equal(ask(&m, &outcome, &shares), 1);
        answer('a', VERDICT_YES);
        assert_false(outcome.is_known);
        answer('d', VERDICT_YES);
        assert_found(&outcome, "a d");
}

static void test_only_a_yes_is_one(void **state) {
        static const Verdict verdicts[] = { VERDICT_NO, VERDICT_CHALLENGE, VERDICT_UNAVAILABLE };

        for (size_t i = 0; i < ELEMENTSOF(verdicts); i++) {
                Outcome outcome = {};
                Manager m = {};
                Shares *shares;

                assert_int_equal(ask(&m, &outcome, &shares), 1);
                answer('a', verdicts[i]);
                answer('d', verdicts[i]);
                assert_found(&outcome, "");
        }
}

static void test_without_a_shared_type_nobody_is_asked(void **state) {
        Outcome outcome = {};
        Manager m = {};
        Shares *shares;

        shared_names = "";
        assert_int_equal(ask(&m, &outcome, &shares), 0);
        assert_null(shares);
        assert_false(outcome.is_known);
        assert_int_equal(n_asked, 0);
}

static void test_what_changes_meanwhile_is_asked_for_anew(void **state) {
        Outcome outcome = {};
        Manager m = {};
        Shares *shares;

        assert_int_equal(ask(&m, &outcome, &shares), 1);
        answer('a', VERDICT_YES);
        m.n_rights_changes++;
        shared_names = "bd";
        answer('d', VERDICT_YES);
        answer('b', VERDICT_YES);
        answer('d', VERDICT_NO);
        assert_found(&outcome, "b");
}

static void test_nothing_is_shared_any_more_when_the_answer_comes(void **state) {
        Outcome outcome = {};
        Manager m = {};
        Shares *shares;

        assert_int_equal(ask(&m, &outcome, &shares), 1);
        m.n_rights_changes++;
        shared_names = "";
        answer('a', VERDICT_YES);
        assert_found(&outcome, "");
}

static void test_who_cannot_be_asked_about_sees_nothing(void **state) {
        Outcome outcome = {};
        Manager m = {};
        Shares *shares;

        polkit_fails = true;
        assert_int_equal(ask(&m, &outcome, &shares), -EACCES);
        assert_null(shares);
        polkit_fails = false;
        assert_int_equal(ask(&m, &outcome, &shares), 1);
        polkit_fails = true; /* he left the bus */
        answer('a', VERDICT_YES);
        assert_found(&outcome, "");
}

static void test_a_question_is_forgotten(void **state) {
        Outcome outcome = {};
        Manager m = {};
        Shares *shares;

        assert_int_equal(ask(&m, &outcome, &shares), 1);
        answer('a', VERDICT_YES);
        assert_null(shares_free(shares));
        assert_null(asked);
        assert_false(outcome.is_known);
}

static void test_jobs_of_shared_types(void **state) {
        char *some[] = { (char *) "a", (char *) "b", NULL };
        Manager m = {};

        assert_true(shares_have(&m, some, &(Job){ .type = (char *) "a" }));
        assert_false(shares_have(&m, some, &(Job){ .type = (char *) "b" })); /* it was once */
        assert_false(shares_have(&m, some, &(Job){ .type = (char *) "d" }));
        assert_false(shares_have(&m, some, &(Job){}));
        assert_false(shares_have(&m, NULL, &(Job){ .type = (char *) "a" }));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_shared_types_are_asked_about),
                TEST(test_only_a_yes_is_one),
                TEST(test_without_a_shared_type_nobody_is_asked),
                TEST(test_what_changes_meanwhile_is_asked_for_anew),
                TEST(test_nothing_is_shared_any_more_when_the_answer_comes),
                TEST(test_who_cannot_be_asked_about_sees_nothing),
                TEST(test_a_question_is_forgotten),
                TEST(test_jobs_of_shared_types),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
