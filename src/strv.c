/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "strv.h"

int strdup_or_null(const char *s, char **ret) {
        char *copy = s ? strdup(s) : NULL;

        if (s && !copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

char **strv_free(char **l) {
        if (l)
                for (char **s = l; *s; s++)
                        free(*s);
        free(l);
        return NULL;
}

char **strv_free_erase(char **l) {
        for (char **s = l; s && *s; s++)
                explicit_bzero(*s, strlen(*s));
        return strv_free(l);
}

size_t strv_length(char *const *l) {
        size_t n = 0;

        if (l)
                while (l[n])
                        n++;
        return n;
}

size_t strv_size(char *const *l) {
        size_t size = 0;

        if (l)
                for (char *const *s = l; *s; s++)
                        size += strlen(*s) + 1;
        return size;
}

int strv_copy(char *const *l, char ***ret) {
        size_t n = strv_length(l);
        _cleanup_strv_free_ char **copy = calloc(n + 1, sizeof(char *));

        if (!copy)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                if (!(copy[i] = strdup(l[i])))
                        return -ENOMEM;
        *ret = TAKE_PTR(copy);
        return 0;
}

bool strv_equal(char *const *a, char *const *b) {
        for (; a && *a && b && *b; a++, b++)
                if (strcmp(*a, *b) != 0)
                        return false;
        return !(a && *a) && !(b && *b);
}

bool strv_contains(char *const *l, const char *s) {
        for (; l && *l; l++)
                if (strcmp(*l, s) == 0)
                        return true;
        return false;
}

int strv_join(char *const *l, const char *separator, char **ret) {
        char *joined = malloc(strv_size(l) + strv_length(l) * strlen(separator) + 1), *end = joined;

        if (!joined)
                return -ENOMEM;
        *end = '\0';
        for (char *const *s = l; s && *s; s++)
                end = stpcpy(stpcpy(end, s == l ? "" : separator), *s);
        *ret = joined;
        return 0;
}

int strv_insert(char ***l, size_t at, const char *s) {
        size_t n = strv_length(*l);
        char **grown = reallocarray(*l, n + 2, sizeof(char *)), *copy = strdup(s);

        if (grown)
                *l = grown;
        if (!grown || !copy) {
                free(copy);
                if (grown)
                        grown[n] = NULL;
                return -ENOMEM;
        }
        memmove(grown + at + 1, grown + at, (n - at) * sizeof(char *));
        grown[at] = copy;
        grown[n + 1] = NULL;
        return 0;
}

int strv_extend(char ***l, const char *s) {
        return strv_insert(l, strv_length(*l), s);
}

int strv_pack(char *const *l, void **ret, size_t *ret_size) {
        size_t size = strv_size(l);
        char *block = malloc(size + 1), *p = block;

        if (!block)
                return -ENOMEM;
        if (l)
                for (char *const *s = l; *s; s++)
                        p = stpcpy(p, *s) + 1;
        *ret = block;
        *ret_size = size;
        return 0;
}

int strv_unpack(const void *p, size_t size, char ***ret) {
        _cleanup_strv_free_ char **l = NULL;
        size_t n = 0, i = 0;
        const char *s = p;

        if (size > 0 && s[size - 1] != '\0')
                return -EBADMSG;
        for (size_t k = 0; k < size; k++)
                n += s[k] == '\0';
        l = calloc(n + 1, sizeof(char *));
        if (!l)
                return -ENOMEM;
        for (size_t at = 0; at < size; at += strlen(s + at) + 1)
                if (!(l[i++] = strdup(s + at)))
                        return -ENOMEM;
        *ret = TAKE_PTR(l);
        return 0;
}
