/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an import that broke off has left in the store, where nobody sees it: removed in small steps,
 * tried again until they succeed. The next import's rows wait for it. */

#include "manager.h"

/* Begins, if there are any, and calls done when they are gone. */
int leftovers_remove(Manager *m, void (*done)(Manager *m));
Leftovers *leftovers_free(Leftovers *leftovers);
