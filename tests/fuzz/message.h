/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Real bus messages without a bus: a connection whose other end nobody reads. */

#include <stdbool.h>

#include <systemd/sd-bus.h>

/* A method call whose arguments are still to be appended. */
sd_bus_message *message_new(void);
/* Ends it, so that it can be read. */
void message_seal(sd_bus_message *m);

/* Whether sd-bus takes this for text. */
bool bus_carries(const char *text);
