/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Strings, and NULL-terminated arrays of strings, each owned by the array. A NULL array is an empty one. */

#include <stdbool.h>
#include <stddef.h>

#include "macro.h"

/* A copy of NULL is NULL. */
int strdup_or_null(const char *s, char **ret);

char **strv_free(char **l);
DEFINE_CLEANUP(char *, strv_free);
#define _cleanup_strv_free_ _cleanup_(strv_freep)

/* The same for what shall not stay in memory. */
char **strv_free_erase(char **l);
DEFINE_CLEANUP(char *, strv_free_erase);

size_t strv_length(char *const *l);
/* All bytes with their terminators: what execve(2) counts. */
size_t strv_size(char *const *l);
int strv_copy(char *const *l, char ***ret);
/* The same texts in the same order. */
bool strv_equal(char *const *a, char *const *b);
bool strv_contains(char *const *l, const char *s);
/* All of them with the separator between. */
int strv_join(char *const *l, const char *separator, char **ret);
/* Appends a copy, or puts one before the string at this place. */
int strv_extend(char ***l, const char *s);
int strv_insert(char ***l, size_t at, const char *s);

/* One block of "a\0b\0" and back, as the store keeps an array. */
int strv_pack(char *const *l, void **ret, size_t *ret_size);
int strv_unpack(const void *p, size_t size, char ***ret);
