/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The screen of "jobsctl watch": a header with the views, titles, rows, a footer. On a screen that is low
 * the rows stay and the rest goes. Nothing here reports; -ENOMEM is all that can go wrong. */

#include "job-set.h"
#include "screen.h"

/* What is to be seen. */
typedef struct JobTable {
        const Terminal *terminal;
        const JobSet *jobs;
        uid_t system_uid_max;
        const View *views;
        const char *const *names; /* of the views */
        size_t n_views, current;
        uint64_t top;       /* the id that stands first, if it is there, or else the next; 0: the newest */
        const char *notice; /* in the place of the footer, NULL: none */
        const char *remark; /* at the end of the header, NULL: none */
        bool is_plain;      /* neither titles nor footer */
} JobTable;

/* How many rows there is place for. */
size_t job_table_rows(const JobTable *table, const Screen *screen);
int job_table_draw(const JobTable *table, Screen *screen);
/* How many jobs of the view stand above the first row: now, and at most, with the last job in the last
 * row. */
size_t job_table_offset(const JobTable *table, size_t n_rows);
size_t job_table_last_offset(const JobTable *table, size_t n_rows);
/* What to set top to, for so many jobs above the first row. */
uint64_t job_table_top(const JobTable *table, size_t offset);
