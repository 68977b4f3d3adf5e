/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "strv.h"
#include "words.h"

/* Reads a word into buffer, which is as long as the line. Returns what follows; NULL for a word that does
 * not end. */
static const char *read_word(const char *s, char *buffer) {
        char quote = '\0';

        for (; *s && (quote || !strchr(" \t\r\n", *s)); s++) {
                if (*s == quote)
                        quote = '\0';
                else if (!quote && (*s == '"' || *s == '\''))
                        quote = *s;
                else if (*s == '\\' && quote != '\'') {
                        if (!*++s)
                                return NULL;
                        *buffer++ = *s;
                } else
                        *buffer++ = *s;
        }
        *buffer = '\0';
        return quote ? NULL : s;
}

int words_split(const char *line, char ***ret) {
        _cleanup_free_ char *buffer = malloc(strlen(line) + 1);
        _cleanup_strv_free_ char **words = calloc(1, sizeof(char *));

        if (!buffer || !words)
                return -ENOMEM;
        for (;;) {
                line += strspn(line, " \t\r\n");
                if (!*line)
                        break;
                line = read_word(line, buffer);
                if (!line)
                        return -EINVAL;
                if (strv_extend(&words, buffer) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(words);
        return 0;
}
