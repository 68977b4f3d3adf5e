/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Enums and their names, both ways: NAME_table is an array of names, with NULL for a value that has none. */

#include <errno.h>
#include <string.h>

#include "macro.h"

static inline int string_table_lookup(const char *const *table, size_t n, const char *s) {
        for (size_t i = 0; s && i < n; i++)
                if (table[i] && strcmp(table[i], s) == 0)
                        return (int) i;
        return -EINVAL;
}

/* name##_to_string() is NULL for what is not in the table, name##_from_string() -EINVAL. */
#define DEFINE_STRING_TABLE(name, Type, max)                                                  \
        const char *name##_to_string(Type v) {                                                \
                return (int) v >= 0 && v < (max) ? name##_table[v] : NULL;                    \
        }                                                                                     \
        Type name##_from_string(const char *s) {                                              \
                return (Type) string_table_lookup(name##_table, ELEMENTSOF(name##_table), s); \
        }                                                                                     \
        struct name##_needs_semicolon
