/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "job.h"

/* Result= of a service as PID 1 spells it, also in its journal records. */
JobResult unit_result_from_string(const char *s);
