/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout.h"

#define NAME_WIDTH_MIN ((size_t) 8)
/* A bar, and how much that is. */
#define INFO_WIDTH_MIN ((size_t) 14)

static size_t layout_total(const Layout *layout) {
        size_t total = 0;

        for (size_t i = 0; i < ELEMENTSOF(layout->widths); i++)
                if (layout->widths[i] > 0)
                        total += layout->widths[i] + (total > 0 ? LAYOUT_GAP : 0);
        return total;
}

/* Takes from a column what is too much, and all of it if need be. */
static void layout_cut(Layout *layout, JobColumn column, size_t n_columns) {
        size_t total = layout_total(layout), *width = &layout->widths[column];

        if (total > n_columns)
                *width -= total - n_columns < *width ? total - n_columns : *width;
}

/* The wider one of name and info gives way, as long as they are wider than they have to be. */
static void layout_shrink(Layout *layout, size_t n_columns) {
        size_t *name = &layout->widths[JOB_COLUMN_NAME], *info = &layout->widths[JOB_COLUMN_INFO];

        for (size_t total = layout_total(layout); total > n_columns; total--) {
                bool name_can = *name > NAME_WIDTH_MIN, info_can = *info > INFO_WIDTH_MIN;

                if (!name_can && !info_can)
                        return;
                if (name_can && (*name >= *info || !info_can))
                        (*name)--;
                else
                        (*info)--;
        }
}

void layout_fit(Layout *layout, size_t n_columns) {
        static const JobColumn dispensable[] = {
                JOB_COLUMN_END_DATE,
                JOB_COLUMN_START_DATE,
                JOB_COLUMN_USER,
                JOB_COLUMN_INFO,
        };

        for (size_t i = 0;; i++) {
                Layout tried = *layout;

                layout_shrink(&tried, n_columns);
                if (layout_total(&tried) <= n_columns || i == ELEMENTSOF(dispensable)) {
                        *layout = tried;
                        break;
                }
                layout->widths[dispensable[i]] = 0;
        }
        /* Now there is nothing left but to cut. */
        layout_cut(layout, JOB_COLUMN_NAME, n_columns);
        layout_cut(layout, JOB_COLUMN_STATUS, n_columns);
}
