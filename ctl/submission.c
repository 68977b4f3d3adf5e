/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "outcome.h"
#include "report.h"
#include "submission.h"

static int print_id(const Arguments *arguments, uint64_t id) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;

        if (arguments->json == JSON_OFF) {
                (void) printf("%" PRIu64 "\n", id);
        } else {
                object = json_object_new_object();
                if (!object || json_add(object, "id", json_object_new_uint64(id)) < 0)
                        return fail_memory();
                json_print(arguments, object);
        }
        (void) fflush(stdout); /* now: who waits for the job's end may want to know its number */
        return 0;
}

static void tell_next(const Arguments *arguments, uint64_t id) {
        char options[128];

        (void) hint_options(arguments, options);
        note(arguments,
                        "Submitted as job %" PRIu64 ". How it is: jobsctl %sstatus %" PRIu64
                        "   What it prints: jobsctl %soutput -f %" PRIu64,
                        id, options, id, options, id);
}

int submission_tell(const Arguments *arguments, uint64_t id) {
        int r;

        if (arguments->follow) {
                note(arguments, "Following job %" PRIu64 ".", id);
                return 0;
        }
        r = print_id(arguments, id);
        if (r >= 0 && !arguments->wait)
                tell_next(arguments, id);
        return r;
}

static void tell_lost(const Arguments *arguments, const sd_bus_error *error) {
        char options[128];

        if (sd_bus_error_has_names(
                            error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_DISCONNECTED))
                note(arguments, "It may have been submitted all the same. To see: jobsctl %slist -n 5",
                                hint_options(arguments, options));
}

int submission_send(const Context *context, sd_bus_message *call, const char *what, uint64_t *ret_id) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_call(context->bus, call, 0, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "to", ret_id, NULL);
        if (r >= 0)
                return 0;
        r = fail_bus(&error, r, "%s", what);
        tell_lost(context->arguments, &error);
        return r;
}
