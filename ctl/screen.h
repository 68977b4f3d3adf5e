/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The whole terminal as a screen. ncurses does the work, and is known to this file alone: it has the
 * terminals' ways of drawing and their keys, and sends what has changed only. */

#include "terminal.h"

typedef struct Screen Screen;

typedef enum ScreenKey {
        SCREEN_KEY_NONE,
        SCREEN_KEY_CHARACTER,
        SCREEN_KEY_UP,
        SCREEN_KEY_DOWN,
        SCREEN_KEY_PAGE_UP,
        SCREEN_KEY_PAGE_DOWN,
        SCREEN_KEY_HOME,
        SCREEN_KEY_END,
        SCREEN_KEY_LEFT,
        SCREEN_KEY_RIGHT,
} ScreenKey;

typedef enum ScreenStyle {
        SCREEN_PLAIN = 0,
        SCREEN_BOLD = 1 << 0,
        SCREEN_REVERSE = 1 << 1,
} ScreenStyle;

/* Signals that ncurses would handle have to be blocked by now. -ENOTTY for a terminal that it does
 * not know, or that cannot move the cursor. */
int screen_open(const Terminal *terminal, Screen **ret);
/* Leaves the terminal as it was. */
Screen *screen_free(Screen *screen);
DEFINE_CLEANUP(Screen, screen_free);

/* The terminal has another size, or may have. */
void screen_resize(Screen *screen);
/* Gives the terminal back for a while; the next screen_show() takes it again, and draws all. */
void screen_suspend(Screen *screen);

unsigned screen_lines(const Screen *screen);
unsigned screen_columns(const Screen *screen);

void screen_clear(Screen *screen);
/* At most so many columns of a text, see wide.h; what is left of them is filled with spaces. */
int screen_put(Screen *screen, unsigned line, unsigned column, size_t width, const char *text, Colour colour,
                ScreenStyle style);
void screen_show(Screen *screen);

/* None when there is no more to be read now. */
ScreenKey screen_read_key(Screen *screen, wchar_t *ret_character);
