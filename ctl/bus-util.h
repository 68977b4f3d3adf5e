/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls to jobsd. None of these reports but bus_open(): the caller knows what it wanted. */

#include <systemd/sd-bus.h>

#include "arguments.h"
#include "job.h"

/* Connects as the command line says; reports. */
int bus_open(const Arguments *arguments, sd_bus **ret);

/* A call of the manager, for the caller to append to. */
int bus_new_manager_call(sd_bus *bus, const char *method, sd_bus_message **ret);

/* All properties of a job; -ENOENT where there is none that the caller may see. */
int bus_get_job(sd_bus *bus, uint64_t id, sd_bus_error *ret_error, Job **ret);

/* Appends one entry of an a{sv}: a value of a basic type, or an array of strings. */
int bus_append_option(sd_bus_message *message, const char *key, char type, const void *value);
int bus_append_strings(sd_bus_message *message, const char *key, char *const *strings);
int bus_append_ids(sd_bus_message *message, const char *key, const uint64_t *ids, size_t n_ids);
