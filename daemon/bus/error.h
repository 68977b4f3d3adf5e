/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What callers are told when something does not work. */

#include <systemd/sd-bus.h>

#include "macro.h"

int error_no_such_job(uint64_t id, sd_bus_error *e);
int error_invalid(sd_bus_error *e, const char *format, ...) _printf_(2, 3);
/* In the words that callers know, of an error that has none of its own. error: a negative errno. */
void error_set_errno(sd_bus_error *e, int error);
