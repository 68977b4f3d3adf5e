/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fair-queue.h"
#include "fixture.h"

typedef struct Lines {
        FairQueue queue;
        FairLine a, b, c;
        FairItem items[8];
} Lines;

static int set_up(void **state) {
        static Lines lines;

        fair_queue_init(&lines.queue);
        fair_line_init(&lines.a);
        fair_line_init(&lines.b);
        fair_line_init(&lines.c);
        for (size_t i = 0; i < ELEMENTSOF(lines.items); i++)
                lines.items[i] = (FairItem){};
        *state = &lines;
        return 0;
}

/* Takes the next item, which has to be this one, and is done with it. */
static void serve(Lines *lines, size_t expected) {
        FairLine *line;

        assert_ptr_equal(fair_queue_take(&lines->queue, &line), &lines->items[expected]);
        fair_line_done(line);
}

static void assert_empty(Lines *lines) {
        FairLine *line;

        assert_null(fair_queue_take(&lines->queue, &line));
}

static void test_a_line_is_in_order(void **state) {
        Lines *lines = *state;

        for (size_t i = 0; i < 3; i++)
                fair_queue_add(&lines->queue, &lines->a, &lines->items[i]);
        for (size_t i = 0; i < 3; i++)
                serve(lines, i);
        assert_empty(lines);
        assert_true(fair_line_is_idle(&lines->a));
}

static void test_lines_take_turns(void **state) {
        Lines *lines = *state;

        for (size_t i = 0; i < 3; i++)
                fair_queue_add(&lines->queue, &lines->a, &lines->items[i]);
        fair_queue_add(&lines->queue, &lines->b, &lines->items[3]);
        fair_queue_add(&lines->queue, &lines->b, &lines->items[4]);
        serve(lines, 0);
        fair_queue_add(&lines->queue, &lines->c, &lines->items[5]);
        serve(lines, 3);
        serve(lines, 1);
        serve(lines, 5);
        serve(lines, 4);
        serve(lines, 2);
        assert_empty(lines);
}

static void test_a_line_that_is_served_has_no_other_turn(void **state) {
        Lines *lines = *state;
        FairLine *a, *b;

        for (size_t i = 0; i < 2; i++)
                fair_queue_add(&lines->queue, &lines->a, &lines->items[i]);
        assert_ptr_equal(fair_queue_take(&lines->queue, &a), &lines->items[0]);
        assert_ptr_equal(a, &lines->a);
        fair_queue_add(&lines->queue, &lines->a, &lines->items[2]);
        assert_empty(lines);
        fair_queue_add(&lines->queue, &lines->b, &lines->items[3]);
        fair_line_done(a); /* behind b, who came meanwhile */
        assert_ptr_equal(fair_queue_take(&lines->queue, &b), &lines->items[3]);
        assert_false(fair_line_is_idle(b));
        fair_line_done(b);
        assert_true(fair_line_is_idle(b));
        serve(lines, 1);
        serve(lines, 2);
}

static void test_an_item_is_taken_out_wherever_it_stands(void **state) {
        Lines *lines = *state;

        for (size_t i = 0; i < 3; i++)
                fair_queue_add(&lines->queue, &lines->a, &lines->items[i]);
        fair_queue_add(&lines->queue, &lines->b, &lines->items[3]);
        fair_item_remove(&lines->items[1]);
        fair_item_remove(&lines->items[3]); /* the last one of its line */
        fair_item_remove(&lines->items[3]); /* it stands nowhere */
        serve(lines, 0);
        serve(lines, 2);
        assert_empty(lines);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_a_line_is_in_order, set_up),
                cmocka_unit_test_setup(test_lines_take_turns, set_up),
                cmocka_unit_test_setup(test_a_line_that_is_served_has_no_other_turn, set_up),
                cmocka_unit_test_setup(test_an_item_is_taken_out_wherever_it_stands, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
