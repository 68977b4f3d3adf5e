/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* login.defs(5): which user ids this machine gives to system accounts. */

#include "ini-file.h"

/* Sets it to SYS_UID_MAX, where that is in the file. A value that cannot be, and a file that cannot be read,
 * are told and ignored: it is not jobsd's. */
void login_defs_read_system_uid_max(
                const char *path, unsigned *system_uid_max, ini_mistake_cb mistake, void *userdata);
