/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tells when somebody has put, changed or removed a file of a job type. */

#include "manager.h"

/* on_change is called when nothing more has happened for a moment. */
int type_watch_new(Manager *m, void (*on_change)(Manager *m), TypeWatch **ret);
TypeWatch *type_watch_free(TypeWatch *watch);
