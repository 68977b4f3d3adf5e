/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an import that broke off has left in the store, where nobody sees it: removed in small steps,
 * tried again until they succeed. The next import's rows wait for it. */

#include "manager.h"

/* Begins, if there are any. */
int leftovers_remove(Manager *m);
Leftovers *leftovers_free(Leftovers *leftovers);
