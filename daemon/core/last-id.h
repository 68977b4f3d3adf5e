/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* No id is given twice on a machine, whatever becomes of its history. */

#include "manager.h"

/* At the start, when the history is open and nobody is answered yet: it begins above all ids that are known
 * here. Reads the journal if the history is not the one that was here. */
int last_id_start(Manager *m, const char *path);
/* A unit has this one: ids go on above it. */
int last_id_met(Manager *m, uint64_t id);
