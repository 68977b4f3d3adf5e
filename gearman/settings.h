/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* jobsd-gearman.conf(5): where the Gearman server is, and what this machine is called there. */

#include "ini-file.h"

#define SETTINGS_SLOTS_MAX 1000U

typedef struct Settings {
        char *server, *port; /* host name or address */
        char *key_file;
        char *name;     /* of this machine, see job_type_name_is_valid() */
        unsigned slots; /* jobs of other machines at once */
} Settings;

/* Reads /etc/jobsd/gearman.conf over the defaults: 127.0.0.1:4730, /etc/jobsd/gearman.key, the host name, as many slots
 * as processors. A mistake is told and ignored; a file that is not there is an empty one. */
int settings_read(const char *path, ini_mistake_cb mistake, void *userdata, Settings *ret);
void settings_done(Settings *settings);
