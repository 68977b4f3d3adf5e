/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* So many at a time, and the others in their order. */

#include <stdbool.h>
#include <sys/queue.h>

typedef struct Turnstile Turnstile;
typedef struct Turn Turn;

/* A member of what takes turns: zero as long as it stands at no turnstile. */
struct Turn {
        Turnstile *turnstile;
        bool is_waiting;
        int (*go)(Turn *turn);
        TAILQ_ENTRY(Turn) queue;
};

struct Turnstile {
        unsigned n_max, n; /* n: those that have gone through and not left */
        TAILQ_HEAD(, Turn) queue;
};

void turnstile_init(Turnstile *turnstile, unsigned n_max);

/* Calls go() at once and returns what that does, or returns 0 and calls it when it is its turn. Whose go() fails has
 * left. It must not stand at one already. */
int turnstile_enter(Turnstile *turnstile, Turn *turn, int (*go)(Turn *turn));
/* It is done, or wants no more: the next one goes. Nothing for who stands at none. */
void turnstile_leave(Turn *turn);

/* It waits, or has gone through; */
static inline bool turn_is_taken(const Turn *turn) {
        return turn->turnstile;
}

/* it has gone through. */
static inline bool turn_has_come(const Turn *turn) {
        return turn->turnstile && !turn->is_waiting;
}
