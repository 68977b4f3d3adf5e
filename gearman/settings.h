/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* jobsd-gearman.conf(5): where the Gearman server is, and what this machine is called there. */

#include <stdbool.h>
#include <stddef.h>

#include "ini-file.h"

#define SETTINGS_SLOTS_MAX 1000U
#define SETTINGS_FUNCTIONS_MAX 64U
#define FUNCTION_BYTES_MAX ((size_t) 255)

/* What a program that is no jobsd asks for by a name of its own. */
typedef struct Function {
        char *name;
        char *type;
        char **parameters; /* the ones of its payload that are passed on; NULL: all */
        bool is_offered;   /* the server knows that it is done here */
} Function;

typedef struct Settings {
        char *server, *port; /* host name or address */
        char *key_file;
        char *name;     /* of this machine, see job_type_name_is_valid() */
        unsigned slots; /* jobs of other machines at once */
        Function functions[SETTINGS_FUNCTIONS_MAX];
        size_t n_functions;
} Settings;

Function *settings_find_function(Settings *settings, const char *name);

/* Reads /etc/jobsd/gearman.conf over the defaults: 127.0.0.1:4730, /etc/jobsd/gearman.key, the host name, as many slots
 * as processors. A mistake is told and ignored; a file that is not there is an empty one. */
int settings_read(const char *path, ini_mistake_cb mistake, void *userdata, Settings *ret);
void settings_done(Settings *settings);
