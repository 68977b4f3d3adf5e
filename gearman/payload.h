/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a program that is no jobsd hands over with a job: parameters, as the members of a JSON object, or as lines
 * "NAME=VALUE". */

#include <stdbool.h>
#include <stddef.h>

/* Gives "NAME=VALUE" of those that are wanted, or of all if that is NULL. Numbers are written as JSON has them, booleans
 * as yes and no, and what is null is left out. -EINVAL with a sentence that says what is wrong. */
int payload_parse(const char *data, size_t size, char *const *wanted, char ***ret, char **ret_message);
