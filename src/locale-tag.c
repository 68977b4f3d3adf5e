/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "locale-tag.h"
#include "strv.h"

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

#define MODIFIER_BYTES_MAX 16U

/* As many of these letters as there are. */
static size_t skip(const char **s, const char *letters) {
        size_t n = strspn(*s, letters);

        *s += n;
        return n;
}

/* "AT", or the number of a part of the world: es_419. */
static bool skip_country(const char **s) {
        return skip(s, CAPITAL) == 2 || skip(s, DIGITS) == 3;
}

bool locale_tag_is_valid(const char *tag) {
        const char *s = tag;
        size_t n = skip(&s, SMALL);

        if (n < 2 || n > 3)
                return false;
        if (*s == '_') {
                s++;
                if (!skip_country(&s))
                        return false;
        }
        if (*s == '@') {
                s++;
                n = skip(&s, SMALL CAPITAL DIGITS);
                if (n == 0 || n > MODIFIER_BYTES_MAX)
                        return false;
        }
        return !*s;
}

/* As setlocale(3) looks for it. */
const char *locale_of_messages(void) {
        static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const char *locale = getenv(names[i]);

                if (locale && *locale)
                        return locale;
        }
        return "C";
}

static int add_tag(char ***tags, const char *language, const char *country, const char *modifier) {
        _cleanup_free_ char *tag = NULL;

        if (asprintf(&tag, "%s%s%s", language, country, modifier) < 0)
                return -ENOMEM;
        return !locale_tag_is_valid(tag) || strv_contains(*tags, tag) ? 0 : strv_extend(tags, tag);
}

int locale_get_tags(const char *locale, char ***ret) {
        _cleanup_free_ char *language = strndup(locale, strcspn(locale, "_.@"));
        const char *rest = locale + strcspn(locale, "_.@");
        _cleanup_free_ char *country = strndup(rest, strcspn(rest, ".@"));
        const char *modifier = locale + strcspn(locale, "@");
        _cleanup_strv_free_ char **tags = calloc(1, sizeof(char *));
        int r;

        if (!language || !country || !tags)
                return -ENOMEM;
        r = add_tag(&tags, language, country, modifier);
        if (r >= 0)
                r = add_tag(&tags, language, country, "");
        if (r >= 0)
                r = add_tag(&tags, language, "", modifier);
        if (r >= 0)
                r = add_tag(&tags, language, "", "");
        if (r >= 0)
                *ret = TAKE_PTR(tags);
        return r;
}
