/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Method calls between the bus and their handlers. The bus is read first, as one connection brings
 * everybody's calls and all answers; what was called waits here, and the users take turns. So nobody stands
 * behind all that another user calls, and what a user may have waiting is bounded: see MaxRequestsPerUser=
 * in jobsd.conf(5). */

#include "manager.h"

/* What the unanswered calls of one user may take, and one of them. */
#define REQUESTS_BYTES_PER_USER_MAX ((size_t) 16 * 1024 * 1024)
#define REQUEST_BYTES_MAX ((size_t) 1024 * 1024)

int dispatch_new(Manager *m, Dispatch **ret);
Dispatch *dispatch_free(Dispatch *dispatch);

/* Puts it into its user's line: its handler is called when it is his turn. */
void dispatch_add(Dispatch *dispatch, Request *q);
