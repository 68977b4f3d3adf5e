/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs share: the table's row, and what each of them is called with. A verb returns its
 * exit status, or a negative errno after it has reported what went wrong. */

#include <systemd/sd-bus.h>

#include "arguments.h"
#include "terminal.h"

/* One bit a verb, so that the table of options can say whom an option belongs to. */
enum {
        VERB_LIST = 1 << 0,
        VERB_RUN = 1 << 1,
        VERB_SHOW = 1 << 2,
        VERB_STATUS = 1 << 3,
        VERB_OUTPUT = 1 << 4,
        VERB_WAIT = 1 << 5,
        VERB_CANCEL = 1 << 6,
        VERB_CLEAR = 1 << 7,
        VERB_HELP = 1 << 8,
        VERB_VERSION = 1 << 9,
        VERB_RETRY = 1 << 10,
        VERB_EXPORT = 1 << 11,
        VERB_TYPES = 1 << 12,
        VERB_WATCH = 1 << 13,
        VERB_IMPORT = 1 << 14,
        VERB_LOG = 1 << 15,
        VERB_RESULTS = 1 << 16,
        VERB_HOSTS = 1 << 17,
        VERB_ANY = (1 << 18) - 1,
};

enum {
        VERB_TAKES_IDS = 1 << 0,
        VERB_TAKES_COMMAND = 1 << 1, /* all that follows the first operand is the command's */
        VERB_NO_BUS = 1 << 2,
};

typedef struct Context {
        const Arguments *arguments;
        sd_bus *bus;
        Terminal terminal;
        pid_t agent, pager;   /* 0: none */
        uid_t system_uid_max; /* who shows users asks for it: bus_find_system_uid_max() */
} Context;

struct Verb {
        const char *name;
        unsigned bit;
        unsigned flags;
        size_t min_operands, max_operands;
        const char *operands; /* for people, when they are missing */
        /* Looks at the operands before anything is sent; -EINVAL after it reported wrong usage. */
        int (*check)(const Arguments *arguments);
        int (*run)(Context *context);
};

int verb_list(Context *context);
int verb_run(Context *context);
int verb_show(Context *context);
int verb_status(Context *context);
int verb_output(Context *context);
int verb_wait(Context *context);
int verb_cancel(Context *context);
int verb_retry(Context *context);
int verb_clear(Context *context);
int verb_export(Context *context);
int verb_hosts(Context *context);
int verb_types(Context *context);
int verb_watch(Context *context);
int verb_import(Context *context);
int verb_log(Context *context);
int verb_results(Context *context);
int verb_help(Context *context);
int verb_version(Context *context);

int run_check(const Arguments *arguments);
int clear_check(const Arguments *arguments);
int export_check(const Arguments *arguments);
int import_check(const Arguments *arguments);
int output_check(const Arguments *arguments);
int results_check(const Arguments *arguments);
int retry_check(const Arguments *arguments);
int show_check(const Arguments *arguments);
int hosts_check(const Arguments *arguments);
int types_check(const Arguments *arguments);
int watch_check(const Arguments *arguments);
