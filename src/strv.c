/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "strv.h"

char **strv_free(char **l) {
        if (l)
                for (char **s = l; *s; s++)
                        free(*s);
        free(l);
        return NULL;
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

int strv_extend(char ***l, const char *s) {
        size_t n = strv_length(*l);
        char **grown = reallocarray(*l, n + 2, sizeof(char *));

        if (!grown)
                return -ENOMEM;
        grown[n + 1] = NULL;
        grown[n] = strdup(s);
        *l = grown;
        return grown[n] ? 0 : -ENOMEM;
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
        for (const char *end = s + size; s < end; s += strlen(s) + 1)
                if (!(l[i++] = strdup(s)))
                        return -ENOMEM;
        *ret = TAKE_PTR(l);
        return 0;
}
