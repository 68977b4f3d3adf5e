/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "jobsd --rebuild": a new history of what the journal knows, in place of one that is damaged or gone. Waits
 * for disk and journal: it is no part of the daemon. Says on standard output what it did, on standard error
 * why not. */
int rebuild_history(const char *store_path);
