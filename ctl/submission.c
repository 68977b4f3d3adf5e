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
