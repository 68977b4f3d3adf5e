/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Somebody sets the clock (CLOCK_REALTIME): what goes by it has to be put right. Times within jobsd go by
 * CLOCK_MONOTONIC; only those that outlive it, in the store, do not. */

#include "manager.h"

int clock_watch(Manager *m);
