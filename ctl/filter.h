/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The filter of ListJobs and ClearJobs from the command line. Nothing here reports. */

#include <systemd/sd-bus.h>

#include "verb.h"

/* Whether nothing says which jobs are meant. */
bool filter_is_empty(const Arguments *arguments);
/* Whether others' jobs have to be looked at, which may need a password. */
bool filter_wants_all(const Arguments *arguments);
/* The entries of its a{sv}, which the caller opens and closes. */
int filter_append_entries(sd_bus_message *message, const Arguments *arguments);
int filter_append(sd_bus_message *message, const Arguments *arguments);
