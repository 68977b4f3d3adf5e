/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How wide the columns of a job's row are on a screen of any width: as wide as their texts where there
 * is place; then name and info give way, and then the columns go that one can do without. */

#include <stddef.h>

#include "job-row.h"

#define LAYOUT_GAP 1U

typedef struct Layout {
        size_t widths[_JOB_COLUMN_MAX]; /* 0: not shown */
} Layout;

/* The layout comes with the widths that the texts have, and is left with those that fit. The id is never
 * cut: it would be another job's. */
void layout_fit(Layout *layout, size_t n_columns);
