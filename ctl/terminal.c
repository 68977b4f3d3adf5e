/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "macro.h"
#include "parse.h"
#include "terminal.h"

#define COLUMNS_DEFAULT 80U

static unsigned terminal_columns(void) {
        const char *text = getenv("COLUMNS");
        struct winsize size = {};
        uint64_t columns;

        if (text && parse_uint64(text, &columns) >= 0 && columns > 0 && columns <= UINT16_MAX)
                return (unsigned) columns;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0 && size.ws_col > 0)
                return size.ws_col;
        return COLUMNS_DEFAULT;
}

/* $SYSTEMD_COLORS decides, see systemctl(1); it may name a depth ("16", "256"), which is a yes. */
static bool terminal_wants_colours(bool is_terminal) {
        const char *colours = getenv("SYSTEMD_COLORS"), *term = getenv("TERM");
        const char *no_colour = getenv("NO_COLOR");
        bool yes;

        if (colours)
                return parse_boolean(colours, &yes) < 0 || yes;
        if (no_colour && *no_colour) /* https://no-color.org */
                return false;
        return is_terminal && term && strcmp(term, "dumb") != 0;
}

void terminal_init(Terminal *ret) {
        bool is_terminal = isatty(STDOUT_FILENO);

        *ret = (Terminal){
                .is_terminal = is_terminal,
                .colours = terminal_wants_colours(is_terminal),
                .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
                .columns = terminal_columns(),
        };
}

const char *terminal_colour(const Terminal *terminal, Colour colour) {
        static const char *const sequences[_COLOUR_MAX] = {
                [COLOUR_NONE] = "",
                [COLOUR_BOLD] = "\033[0;1m",
                [COLOUR_GREY] = "\033[0;90m",
                [COLOUR_RED] = "\033[0;1;31m",
                [COLOUR_GREEN] = "\033[0;1;32m",
                [COLOUR_YELLOW] = "\033[0;1;33m",
                [COLOUR_BLUE] = "\033[0;1;34m",
        };

        return terminal->colours ? sequences[colour] : "";
}

const char *terminal_plain(const Terminal *terminal) {
        return terminal->colours ? "\033[0m" : "";
}

Colour status_colour(JobStatus status) {
        switch (status) {
        case JOB_RUNNING:
                return COLOUR_GREEN;
        case JOB_ERROR:
                return COLOUR_RED;
        case JOB_CANCELLED:
                return COLOUR_YELLOW;
        case JOB_QUEUED:
                return COLOUR_BLUE;
        default:
                return COLOUR_NONE;
        }
}
