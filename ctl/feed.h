/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs as they are now, kept up to date by what jobsd tells its subscribers. Asked for is what a view
 * wants and has not yet, and what a signal tells of a job that is not known; nothing is asked for again
 * and again. A jobsd that was started anew is subscribed to again, and what happened meanwhile is found
 * out.
 *
 * One call is under way at a time, and none is waited for: its answer comes in its order among the
 * signals, so that what it says is never older than what is known. */

#include <poll.h>

#include "ledger.h"
#include "verb.h"

typedef struct Feed Feed;

/* The views stay the caller's, who may want more of them at any time; events are told of what happens
 * after feed_is_settled() for the first time, and may be NULL. Reports. */
int feed_new(const Context *context, View *views, size_t n_views, job_event_cb callback, void *userdata,
                Feed **ret);
Feed *feed_free(Feed *feed);
DEFINE_CLEANUP(Feed, feed_free);

/* Handles what has come, and asks for what is missing. What it returns below 0 is for feed_fail(). */
int feed_turn(Feed *feed);
/* Until there is something for feed_turn(), or one of these is ready; their revents tell. */
int feed_wait_sync(Feed *feed, struct pollfd *fds, size_t n_fds);
/* Says what went wrong, and returns it. */
int feed_fail(Feed *feed, int error);

/* From here on nobody is asked for a password. */
void feed_forbid_passwords(Feed *feed);

const JobSet *feed_jobs(const Feed *feed);
/* Whether all is known that the views want. */
bool feed_is_settled(const Feed *feed);
/* Up to which one users are system accounts; once it is settled. */
uid_t feed_system_uid_max(const Feed *feed);
/* Whether there is no jobsd now. */
bool feed_is_away(const Feed *feed);
/* Whether everybody's jobs were asked for, and only one's own may be seen. */
bool feed_is_limited(const Feed *feed);
