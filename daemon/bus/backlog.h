/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the bus keeps for clients who do not read. dbus-daemon reads no more from a service while 127 MiB
 * of what that sent stand in its queues, whoever they are for: one client could keep everybody waiting. So
 * the bus is asked how much it keeps, soon after something was sent. When that is much, who is behind loses
 * his subscription, and his calls wait until he has read. dbus-broker cannot be asked, and bounds each
 * user's share itself. */

#include "manager.h"

/* What all together may leave unread before anybody is looked at; and then one connection, and all of a
 * user's. */
#define BACKLOG_BYTES_MAX ((uint64_t) 16 * 1024 * 1024)
#define BACKLOG_CLIENT_BYTES_MAX ((uint64_t) 4 * 1024 * 1024)
#define BACKLOG_USER_BYTES_MAX ((uint64_t) 16 * 1024 * 1024)

/* end_subscription: called for who does not read what he is told. */
int backlog_new(Manager *m, void (*end_subscription)(Client *client), Backlog **ret);
Backlog *backlog_free(Backlog *backlog);

/* There is, or will be, something for him to read. */
void backlog_sent(Client *client);
/* He gets nothing more for now. */
bool backlog_is_behind(const Client *client);
/* One of his calls waits for that to change. */
void backlog_watch(Backlog *backlog);
/* He has left the bus. */
void backlog_forget(Client *client);
