/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the command line asked for. Filled once by arguments_parse(), constant from then on. Text
 * points into argv and is not owned, arrays are. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

typedef struct Verb Verb;

typedef enum BusTransport {
        BUS_TRANSPORT_LOCAL,
        BUS_TRANSPORT_REMOTE,  /* --host= */
        BUS_TRANSPORT_MACHINE, /* --machine= */
} BusTransport;

typedef enum JsonMode {
        JSON_OFF,
        JSON_SHORT,
        JSON_PRETTY,
} JsonMode;

#define LINES_DEFAULT UINT64_MAX
#define LINES_ALL (UINT64_MAX - 1)

typedef struct Arguments {
        const Verb *verb;
        char **operands; /* NULL-terminated, the verb's own */
        size_t n_operands;
        uint64_t *ids; /* the operands of a verb that takes ids */
        size_t n_ids;

        BusTransport transport;
        const char *host; /* of the transport: host or machine */
        bool user_bus;
        JsonMode json;
        bool no_legend, no_pager, no_ask_password, quiet, help, version;

        /* Which jobs: list, clear and export */
        bool all, tasks, all_ended, dry_run, check;
        bool drain, resume; /* hosts */
        unsigned statuses; /* one bit a JobStatus; 0: every status */
        const char *type, *of_user, *related, *key;
        uint64_t since_usec, until_usec, before_usec;
        uint64_t lines;       /* rows of a list, lines of an output */
        const char *sort_key; /* list: what ListSorted is asked for; NULL: the newest first */
        bool sort_descending;
        bool watch; /* list */

        /* run */
        bool wait, follow;
        const char *name, *uid, *working_directory, *stdin_name;
        const char *origin; /* NULL: command-line */
        char **environment, **parameter_files;
        uint64_t timeout_usec, memory_max, cpu_quota_usec, tasks_max, output_max, output_grace_usec;
        int nice;
        bool results;
        const char *umask; /* octal; NULL: the caller's */

        /* export, import */
        const char *format, *output;
        bool raw, force;

        /* show, cancel; the columns of an export */
        char **properties;
        bool value_only, no_block;

        /* output */
        bool strict;
        uint64_t since_byte;
} Arguments;

/* Reports what is wrong and returns -EINVAL: wrong usage. */
int arguments_parse(int argc, char **argv, const Verb *verbs, Arguments *ret);
void arguments_done(Arguments *arguments);
