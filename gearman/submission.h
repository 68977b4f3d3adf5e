/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asking jobsd for a job of a type, once however often it is asked. */

#include "worker.h"

typedef struct Submission {
        const char *type, *key;
        char *const *parameters; /* "NAME=VALUE" */
        bool here;               /* on this machine, whatever the type's Place= says */
} Submission;

/* RunType(), whose reply is awaited in the slot. */
int submission_send(Worker *worker, const Submission *submission, sd_bus_slot **ret, sd_bus_message_handler_t handler,
                void *userdata);
/* Whether it may be asked again after this error: jobsd is away, or busy. */
bool reply_is_passing(sd_bus_message *reply);
