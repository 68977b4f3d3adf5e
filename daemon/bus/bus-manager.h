/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* org.jobsd1.Manager: translates calls to what the manager does, and decides nothing. */

#include "request.h"

/* Handlers, see the table in bus.c. */
int bus_manager_run_command(Request *q, sd_bus_error *e);
int bus_manager_run_type(Request *q, sd_bus_error *e);
int bus_manager_list_types(Request *q, sd_bus_error *e);
int bus_manager_reload(Request *q, sd_bus_error *e);
int bus_manager_list_jobs(Request *q, sd_bus_error *e);
int bus_manager_list_sorted(Request *q, sd_bus_error *e);
int bus_manager_count_jobs(Request *q, sd_bus_error *e);
int bus_manager_cancel_job(Request *q, sd_bus_error *e);
int bus_manager_retry_job(Request *q, sd_bus_error *e);
int bus_manager_clear_jobs(Request *q, sd_bus_error *e);
int bus_manager_export_history(Request *q, sd_bus_error *e);
int bus_manager_open_log(Request *q, sd_bus_error *e);
int bus_manager_import_history(Request *q, sd_bus_error *e);
int bus_manager_open_output_of(Request *q, sd_bus_error *e);
int bus_manager_list_results_of(Request *q, sd_bus_error *e);
int bus_manager_open_result_of(Request *q, sd_bus_error *e);
int bus_manager_subscribe(Request *q, sd_bus_error *e);
int bus_manager_unsubscribe(Request *q, sd_bus_error *e);
int bus_manager_get(Request *q, sd_bus_error *e);
int bus_manager_get_all(Request *q, sd_bus_error *e);
int bus_manager_introspect(Request *q, sd_bus_error *e);
int bus_manager_introspect_jobs(Request *q, sd_bus_error *e);

/* What both doors to a job share; the message stands at the arguments behind the id. */
int bus_manager_cancel(Request *q, uint64_t id, sd_bus_error *e);
int bus_manager_open_output(Request *q, uint64_t id, sd_bus_error *e);
int bus_manager_list_results(Request *q, uint64_t id, sd_bus_error *e);
int bus_manager_open_result(Request *q, uint64_t id, sd_bus_error *e);
int bus_manager_retry(Request *q, uint64_t id, sd_bus_error *e);
int bus_manager_clear_one(Request *q, uint64_t id, sd_bus_error *e);

/* Whose jobs a filter is about: everybody's where all are asked for and may be seen, else the caller's
 * own, and where all are asked for those of types that are shared with him. Returns as request_authorize() does. */
int bus_manager_authorize_filter(Request *q, bool all, StoreFilter *filter, sd_bus_error *e);

/* The caller has as many streams open as he may. */
int bus_manager_error_streams(Request *q, sd_bus_error *e);
/* Replies with what a stream_open_…() returned and gave: the two ends, and whose jobs these are about. */
int bus_manager_reply_streams(Request *q, int opened, int fd, int status_fd, const char *scope, sd_bus_error *e);
/* Whose these are, as replies have it. */
const char *bus_manager_scope(uid_t uid, char *const *shared);
