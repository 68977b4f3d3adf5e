/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What PID 1 tells everybody who listens, handed to the units that it is about. */

#include "unit.h"

typedef struct UnitWatch UnitWatch;

/* Subscribes, and looks for the units that are there: those that were adopted tell what has become of them, for those
 * that nobody knows stray() is called, and then done, once. Ends the event loop when PID 1 does not tell. */
int unit_watch_start(Pid1 *pid1, sd_bus *bus, unit_done_cb done, void *userdata, UnitWatch **ret);
UnitWatch *unit_watch_free(UnitWatch *watch);
