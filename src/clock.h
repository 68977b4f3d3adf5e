/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <time.h>

#include "macro.h"

/* clock_gettime(2) in microseconds. */
static inline uint64_t clock_usec(clockid_t clock) {
        struct timespec now = {};

        (void) clock_gettime(clock, &now); /* fails for an unknown clock only */
        return (uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) now.tv_nsec / NSEC_PER_USEC;
}

/* Microseconds since 1970, and since some fixed moment that nobody steps. */
static inline uint64_t now_usec(void) {
        return clock_usec(CLOCK_REALTIME);
}

static inline uint64_t monotonic_usec(void) {
        return clock_usec(CLOCK_MONOTONIC);
}
