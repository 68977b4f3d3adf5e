/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is said of a job that has just been submitted. */

#include "arguments.h"

/* Its id on standard output, and what to do next; with --follow, where standard output is the job's,
 * on standard error. Reports. */
int submission_tell(const Arguments *arguments, uint64_t id);
