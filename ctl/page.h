/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A page of ListJobs or ListSorted: the question, and how the answer is read. Nothing here reports. */

#include <systemd/sd-bus.h>

#include "verb.h"

/* The filter is that of the arguments. Before 0 it is the newest page. Of a limit above
 * JOBSD_LIST_LIMIT_MAX so many rows come. */
int page_new_call(sd_bus *bus, const Arguments *arguments, uint64_t before, uint64_t limit,
                sd_bus_message **ret);

/* What stands behind the rows: where the next page begins, 0 at the end, and whose jobs these are. The
 * scope is the message's. The rows are read next. */
int page_read_end(sd_bus_message *reply, uint64_t *ret_next, const char **ret_scope);

/* The same in the order of arguments->sort_key, from where the page before ended: empty for the first, and
 * at the end. */
int page_new_sorted_call(sd_bus *bus, const Arguments *arguments, const char *after, uint64_t limit,
                sd_bus_message **ret);
int page_read_sorted_end(sd_bus_message *reply, const char **ret_next, const char **ret_scope);

/* The callback may take the job. What it returns below 0 ends the reading. */
typedef int (*page_row_cb)(Job **job, void *userdata);
int page_foreach_row(sd_bus_message *reply, page_row_cb callback, void *userdata);
