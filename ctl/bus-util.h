/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls to jobsd. What appends to a call does not report: who makes the call does. */

#include <poll.h>

#include <systemd/sd-bus.h>

#include "arguments.h"
#include "job.h"

/* Connects as the command line says; reports. */
int bus_open(const Arguments *arguments, sd_bus **ret);

/* A call of the manager, for the caller to append to. */
int bus_new_manager_call(sd_bus *bus, const char *method, sd_bus_message **ret);

/* Makes a call that changes nothing, and makes it once more when jobsd went away before it had answered:
 * the bus starts it again, and it knows all that it knew. */
int bus_ask(sd_bus *bus, sd_bus_message *question, sd_bus_error *error, sd_bus_message **ret);

/* Tells when jobsd comes and goes: NameOwnerChanged of its name. */
int bus_match_owner(sd_bus *bus, sd_bus_slot **ret, sd_bus_message_handler_t handler, void *userdata);

/* Until there is something for sd_bus_process() or one of the descriptors is ready, at most
 * BUS_WAIT_FDS_MAX of them; their revents tell. */
#define BUS_WAIT_FDS_MAX 3U
int bus_wait_sync(sd_bus *bus, struct pollfd *fds, size_t n_fds);

/* All properties of a job; reports. */
int bus_get_job(sd_bus *bus, uint64_t id, Job **ret);
/* The same, which leaves the report to the caller. */
int bus_find_job(sd_bus *bus, uint64_t id, sd_bus_error *error, Job **ret);

/* Up to which one users are system accounts, see uid_is_system(); leaves the report to the caller. */
int bus_find_system_uid_max(sd_bus *bus, sd_bus_error *error, uid_t *ret);
/* The question alone, and what its answer says, also that of a jobsd that does not know the question. */
int bus_new_system_uid_max_call(sd_bus *bus, sd_bus_message **ret);
int bus_read_system_uid_max(sd_bus_message *reply, uid_t *ret);

/* Entries of an a{sv}, which the caller opens and closes. */
int bus_append_option(sd_bus_message *message, const char *key, char type, const void *value);
int bus_append_strings(sd_bus_message *message, const char *key, char *const *strings);
int bus_append_ids(sd_bus_message *message, const char *key, const uint64_t *ids, size_t n_ids);

typedef struct TextOption {
        const char *key, *text;
} TextOption;

typedef struct NumberOption {
        const char *key;
        uint64_t number;
} NumberOption;

/* Those of the options that are there: a text that is not NULL, a number that is not 0. */
int bus_append_texts(sd_bus_message *message, const TextOption *options, size_t n_options);
int bus_append_numbers(sd_bus_message *message, const NumberOption *options, size_t n_options);
