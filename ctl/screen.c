/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "screen.h"
#include "wide.h"

/* The latter makes macros of many a word, which is why they are the last. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

/* So long after an escape the rest of a key's sequence may come: enough for a slow ssh. */
#define ESCAPE_DELAY_MSEC 100

struct Screen {
        SCREEN *curses;
        bool colours;
};

static void screen_init_colours(Screen *screen) {
        static const short colours[_COLOUR_MAX] = {
                [COLOUR_NONE] = -1,
                [COLOUR_BOLD] = -1,
                [COLOUR_GREY] = -1,
                [COLOUR_RED] = COLOR_RED,
                [COLOUR_GREEN] = COLOR_GREEN,
                [COLOUR_YELLOW] = COLOR_YELLOW,
                [COLOUR_BLUE] = COLOR_BLUE,
        };

        screen->colours = has_colors() && start_color() == OK && use_default_colors() == OK;
        for (short i = 1; screen->colours && i < (short) ELEMENTSOF(colours); i++)
                (void) init_pair(i, colours[i], -1); /* a colour that is not there is the default one */
}

/* What these cannot do, the terminal cannot do, and shows a little less. */
static void screen_set_modes(void) {
        (void) cbreak();
        (void) noecho();
        (void) nodelay(stdscr, true);
        (void) keypad(stdscr, true);
        (void) set_escdelay(ESCAPE_DELAY_MSEC);
        (void) curs_set(0);
}

/* Asked first: newterm() loses memory where it fails, and TERM=dumb, which cannot even move the cursor, is
 * good enough for it. */
static bool terminal_is_able(void) {
        int error;
        bool able;

        if (setupterm(NULL, STDOUT_FILENO, &error) == ERR)
                return false;
        able = cursor_address != NULL;
        (void) del_curterm(cur_term);
        return able;
}

int screen_open(const Terminal *terminal, Screen **ret) {
        Screen *screen;

        if (!terminal_is_able())
                return -ENOTTY;
        screen = calloc(1, sizeof(Screen));
        if (!screen)
                return -ENOMEM;
        screen->curses = newterm(NULL, stdout, stdin); /* initscr() would end the program */
        if (!screen->curses) {
                free(screen);
                return -ENOTTY;
        }
        screen_set_modes();
        if (terminal->colours)
                screen_init_colours(screen);
        screen_resize(screen);
        *ret = screen;
        return 0;
}

Screen *screen_free(Screen *screen) {
        if (!screen)
                return NULL;
        (void) endwin();
        delscreen(screen->curses);
        free(screen);
        return NULL;
}

/* ncurses itself would believe $LINES and $COLUMNS, which are those of the start. */
void screen_resize(Screen *screen) {
        struct winsize size = {};

        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0 && size.ws_row > 0 && size.ws_col > 0)
                (void) resizeterm(size.ws_row, size.ws_col); /* without memory it stays as it was */
}

void screen_suspend(Screen *screen) {
        (void) endwin();
        (void) clearok(curscr, true);
}

unsigned screen_lines(const Screen *screen) {
        return (unsigned) LINES;
}

unsigned screen_columns(const Screen *screen) {
        return (unsigned) COLS;
}

void screen_clear(Screen *screen) {
        (void) erase();
}

static attr_t style_attributes(Colour colour, ScreenStyle style) {
        bool is_bold = style & SCREEN_BOLD || (colour != COLOUR_NONE && colour != COLOUR_GREY);

        return (is_bold ? A_BOLD : A_NORMAL) | (style & SCREEN_REVERSE ? A_REVERSE : A_NORMAL);
}

int screen_put(Screen *screen, unsigned line, unsigned column, size_t width, const char *text, Colour colour,
                ScreenStyle style) {
        _cleanup_free_ wchar_t *wide = NULL;
        size_t n_columns;
        int r;

        if (line >= screen_lines(screen) || column >= screen_columns(screen))
                return 0;
        if (width > screen_columns(screen) - column) /* it would go on in the next line */
                width = screen_columns(screen) - column;
        r = wide_from_text(text, width, &wide, &n_columns);
        if (r < 0)
                return r;
        /* In the last cell these report that the cursor cannot go on. */
        (void) attr_set(style_attributes(colour, style), screen->colours ? (short) colour : 0, NULL);
        (void) mvaddwstr((int) line, (int) column, wide);
        for (; n_columns < width; n_columns++)
                (void) addch(' ');
        (void) attr_set(A_NORMAL, 0, NULL);
        return 0;
}

void screen_show(Screen *screen) {
        (void) refresh();
}

static ScreenKey key_of_code(wint_t code) {
        switch (code) {
        case KEY_UP:
                return SCREEN_KEY_UP;
        case KEY_DOWN:
                return SCREEN_KEY_DOWN;
        case KEY_PPAGE:
                return SCREEN_KEY_PAGE_UP;
        case KEY_NPAGE:
                return SCREEN_KEY_PAGE_DOWN;
        case KEY_HOME:
                return SCREEN_KEY_HOME;
        case KEY_END:
                return SCREEN_KEY_END;
        case KEY_LEFT:
                return SCREEN_KEY_LEFT;
        case KEY_RIGHT:
                return SCREEN_KEY_RIGHT;
        default:
                return SCREEN_KEY_NONE;
        }
}

ScreenKey screen_read_key(Screen *screen, wchar_t *ret_character) {
        wint_t code;
        int r;

        for (;;) {
                r = get_wch(&code);
                if (r == ERR)
                        return SCREEN_KEY_NONE;
                if (r != KEY_CODE_YES) {
                        *ret_character = (wchar_t) code;
                        return SCREEN_KEY_CHARACTER;
                }
                if (key_of_code(code) != SCREEN_KEY_NONE)
                        return key_of_code(code);
        }
}
