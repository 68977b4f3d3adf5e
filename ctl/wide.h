/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text as a terminal's cells show it: in the locale's characters, of which some take two columns and
 * some none. Nothing here reports; -ENOMEM is all that can go wrong. */

#include <stddef.h>
#include <wchar.h>

/* As much of a text as fits, and how many columns it takes. What is no text, could steer a terminal or
 * turn the order of its characters becomes a question mark. */
int wide_from_text(const char *text, size_t n_columns_max, wchar_t **ret, size_t *ret_columns);
/* How many columns all of it would take. */
int text_columns(const char *text, size_t *ret);
