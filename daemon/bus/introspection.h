/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Introspection, out of the interface files that are installed: dbus/ *.xml is built in. */

#include "request.h"

typedef enum Introspection {
        INTROSPECTION_MANAGER,
        INTROSPECTION_JOBS, /* the node above the jobs */
        INTROSPECTION_JOB,
} Introspection;

/* Replies with the interfaces of an object and its children. */
int introspection_reply(Request *q, Introspection what, char *const *children, size_t n_children);
