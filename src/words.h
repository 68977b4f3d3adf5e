/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A line of words, as in the command of a unit file: white space divides them, "..." and '...' hold one
 * together, a backslash takes the next character as it is but between single quotes. Nothing is expanded. */

/* -EINVAL for a quote that is never closed, and for a backslash at the end. */
int words_split(const char *line, char ***ret);
