/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Real bus messages without a bus: a connection whose other end nobody reads. */

#include <systemd/sd-bus.h>

#include "fixture.h"

/* Opens and closes the connection: a cmocka fixture of a group. */
int bus_setup(void **state);
int bus_teardown(void **state);

sd_bus *test_bus(void);

/* A method call whose arguments are still to be appended. */
sd_bus_message *message_new(void);
/* Ends a message, so that it can be read. */
void message_seal(sd_bus_message *m);
