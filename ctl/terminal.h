/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What standard output is: its width and whether it shows colours. Asked once, before a pager
 * stands between. */

#include <stdbool.h>

#include "job.h"

typedef enum Colour {
        COLOUR_NONE,
        COLOUR_BOLD,
        COLOUR_GREY,
        COLOUR_RED,
        COLOUR_GREEN,
        COLOUR_YELLOW,
        COLOUR_BLUE,
        _COLOUR_MAX,
} Colour;

typedef struct Terminal {
        bool is_terminal;
        bool colours;
        bool unicode;
        unsigned columns;
} Terminal;

void terminal_init(Terminal *ret);

/* The sequence that begins a colour, and the one that ends it; empty where there are none. */
const char *terminal_colour(const Terminal *terminal, Colour colour);
const char *terminal_plain(const Terminal *terminal);

/* What a status looks like, wherever it stands. */
Colour status_colour(JobStatus status);
