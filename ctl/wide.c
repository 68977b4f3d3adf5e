/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "macro.h"
#include "wide.h"

/* Embeddings, overrides, isolates and marks of https://www.unicode.org/reports/tr9: they would turn
 * round what stands beside the text, too. */
static bool turns_order(wchar_t c) {
        return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                        (c >= 0x2066 && c <= 0x2069);
}

/* The next character, and where it ends. A byte that begins none stands for itself. */
static const char *next_character(const char *text, wchar_t *ret) {
        mbstate_t state = {};
        size_t n = mbrtowc(ret, text, strlen(text), &state);

        if (n == (size_t) -1 || n == (size_t) -2) {
                *ret = L'?';
                return text + 1;
        }
        if (wcwidth(*ret) < 0 || turns_order(*ret))
                *ret = L'?';
        return text + n;
}

int wide_from_text(const char *text, size_t n_columns_max, wchar_t **ret, size_t *ret_columns) {
        size_t n = 0, n_columns = 0;
        wchar_t *wide;

        wide = reallocarray(NULL, strlen(text) + 1, sizeof(wchar_t));
        if (!wide)
                return -ENOMEM;
        while (*text) {
                size_t width;
                wchar_t c;

                text = next_character(text, &c);
                if (n == 0 && wcwidth(c) == 0) /* would change what stands before the text */
                        c = L'?';
                width = (size_t) wcwidth(c);
                if (n_columns + width > n_columns_max)
                        break;
                wide[n++] = c;
                n_columns += width;
        }
        wide[n] = L'\0';
        *ret = wide;
        *ret_columns = n_columns;
        return 0;
}

int text_columns(const char *text, size_t *ret) {
        wchar_t *wide;
        int r = wide_from_text(text, SIZE_MAX, &wide, ret);

        if (r >= 0)
                free(wide);
        return r;
}
