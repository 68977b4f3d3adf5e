/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Puts the names of jobs into the history's index of them, in small steps behind the submissions: none of these waits
 * for it. */

#include "events.h"

int name_index_new(Manager *m, NameIndex **ret);
NameIndex *name_index_free(NameIndex *index);

extern const Observer name_index_observer;
