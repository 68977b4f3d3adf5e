/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a bus message holds, as JSON: an a{sv} is an object, with its keys in snake_case, and so is an
 * a{ss}, with its keys as they are. */

#include <json-c/json.h>
#include <systemd/sd-bus.h>

/* The next value of the message; -ENOMSG at its end. A NULL object is null. */
int json_from_message(sd_bus_message *message, struct json_object **ret);
