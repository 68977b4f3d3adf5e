/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection: our name on it, and the table that leads each method call to its handler. Property
 * calls and introspection are methods like any other here, because whom they may be answered is
 * polkit's decision as well, and sd-bus's own property handlers cannot wait for it. */

#include "request.h"

int bus_new(Manager *m);
/* All callers with what they wait for. */
void bus_free(Manager *m);

/* acquired is called when the name is ours. */
int bus_connect(Manager *m, void (*acquired)(Manager *m));
