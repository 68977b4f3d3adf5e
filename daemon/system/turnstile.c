/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>

#include "turnstile.h"

void turnstile_init(Turnstile *turnstile, unsigned n_max) {
        turnstile->n_max = n_max;
        turnstile->n = 0;
        TAILQ_INIT(&turnstile->queue);
}

static int let_go(Turn *turn) {
        Turnstile *turnstile = turn->turnstile;
        int r;

        turnstile->n++;
        r = turn->go(turn);
        if (r < 0) {
                turnstile->n--;
                turn->turnstile = NULL;
        }
        return r;
}

int turnstile_enter(Turnstile *turnstile, Turn *turn, int (*go)(Turn *turn)) {
        turn->turnstile = turnstile;
        turn->go = go;
        if (turnstile->n < turnstile->n_max)
                return let_go(turn);
        turn->is_waiting = true;
        TAILQ_INSERT_TAIL(&turnstile->queue, turn, queue);
        return 0;
}

static void stop_waiting(Turn *turn) {
        TAILQ_REMOVE(&turn->turnstile->queue, turn, queue);
        turn->is_waiting = false;
}

void turnstile_leave(Turn *turn) {
        Turnstile *turnstile = turn->turnstile;
        Turn *next;

        if (!turnstile)
                return;
        if (turn->is_waiting)
                stop_waiting(turn);
        else
                turnstile->n--;
        turn->turnstile = NULL;
        while (turnstile->n < turnstile->n_max && (next = TAILQ_FIRST(&turnstile->queue))) {
                stop_waiting(next);
                (void) let_go(next); /* it tells itself */
        }
}
