/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "fixture.h"
#include "turnstile.h"

typedef struct Person {
        Turn turn; /* first */
        char name;
        int error;
} Person;

static char gone[16];
static size_t n_gone;

static int go(Turn *turn) {
        Person *person = (Person *) turn;

        gone[n_gone++] = person->name;
        gone[n_gone] = '\0';
        return person->error;
}

static int setup(void **state) {
        n_gone = 0;
        gone[0] = '\0';
        return 0;
}

static void test_so_many_go_and_the_others_in_their_order(void **state) {
        Person people[5] = {};
        Turnstile turnstile;

        turnstile_init(&turnstile, 2);
        for (size_t i = 0; i < ELEMENTSOF(people); i++) {
                people[i].name = (char) ('a' + i);
                assert_int_equal(turnstile_enter(&turnstile, &people[i].turn, go), 0);
                assert_true(turn_is_taken(&people[i].turn));
                assert_int_equal(turn_has_come(&people[i].turn), i < 2);
        }
        assert_string_equal(gone, "ab");
        turnstile_leave(&people[1].turn);
        assert_string_equal(gone, "abc");
        assert_false(turn_is_taken(&people[1].turn));
        turnstile_leave(&people[3].turn); /* who does not want to wait */
        assert_string_equal(gone, "abc");
        turnstile_leave(&people[3].turn);
        turnstile_leave(&people[0].turn);
        assert_string_equal(gone, "abce");
        turnstile_leave(&people[2].turn);
        turnstile_leave(&people[4].turn);
        assert_int_equal(turnstile.n, 0);
}

static void test_who_fails_has_left(void **state) {
        Person people[] = { { .name = 'a', .error = -EIO }, { .name = 'b' }, { .name = 'c', .error = -EIO },
                { .name = 'd', .error = -ENOMEM }, { .name = 'e' }, { .name = 'f' } };
        Turnstile turnstile;

        turnstile_init(&turnstile, 1);
        assert_int_equal(turnstile_enter(&turnstile, &people[0].turn, go), -EIO);
        assert_false(turn_is_taken(&people[0].turn));
        for (size_t i = 1; i < ELEMENTSOF(people); i++)
                assert_int_equal(turnstile_enter(&turnstile, &people[i].turn, go), 0);
        assert_string_equal(gone, "ab");
        turnstile_leave(&people[1].turn);
        assert_string_equal(gone, "abcde");
        assert_true(turn_has_come(&people[4].turn));
        assert_false(turn_is_taken(&people[3].turn));
        assert_false(turn_has_come(&people[5].turn));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_so_many_go_and_the_others_in_their_order, setup),
                cmocka_unit_test_setup(test_who_fails_has_left, setup),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
