/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "jobsctl run --type=NAME KEY=VALUE…": a job of a type. */

#include "verb.h"

/* -EINVAL after it reported wrong usage. */
int run_type_check(const Arguments *arguments);
/* Submits it; reports. */
int run_type(Context *context, uint64_t *ret_id);
