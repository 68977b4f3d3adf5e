/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Method calls between the bus and their handlers. The bus is read first, as one connection brings
 * everybody's calls and all answers; what was called waits here, and the users take turns. So nobody stands
 * behind all that another user calls, and what a user may have waiting is bounded: see MaxRequestsPerUser=
 * in jobsd.conf(5). */

#include "fair-queue.h"
#include "manager.h"

/* What the unanswered calls of one user may take, and one of them. */
#define REQUESTS_BYTES_PER_USER_MAX ((size_t) 16 * 1024 * 1024)
#define REQUEST_BYTES_MAX ((size_t) 1024 * 1024)

/* take_turn: called for each, when it is its turn. */
int dispatch_new(sd_event *event, void (*take_turn)(FairItem *item), Dispatch **ret);
Dispatch *dispatch_free(Dispatch *dispatch);

/* Puts it into its user's line. */
void dispatch_add(Dispatch *dispatch, FairLine *line, FairItem *item);
