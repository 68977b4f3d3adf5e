/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A disk that fails: SQLite's own layer for files, in which one call fails, or that one and all that follow.
 */

#include <stdbool.h>

/* What fails. */
typedef enum FailingCall {
        FAILING_NONE,
        FAILING_READ,
        FAILING_WRITE,
        FAILING_SYNC,
        FAILING_TRUNCATE,
        FAILING_OPEN,
} FailingCall;

/* For all databases that are opened from here on. */
void failing_vfs_install(void);
void failing_vfs_remove(void);

/* From now on the number-th call of this kind fails with this code of SQLite's, and if it is for good, all
 * of this kind after it. */
void failing_vfs_arm(FailingCall call, unsigned number, int code, bool for_good);
/* Whether a call has failed since. */
bool failing_vfs_has_failed(void);
/* The disk is well again. */
void failing_vfs_disarm(void);
