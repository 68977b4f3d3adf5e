/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* jobsd.conf(5): the limits that an administrator sets. */

#include <stdint.h>

#include "ini-file.h"

/* What becomes of a job with a limit that has no effect on this machine, see controllers.h. */
typedef enum MissingController {
        MISSING_CONTROLLER_REFUSE,
        MISSING_CONTROLLER_WARN,
} MissingController;

typedef struct Config {
        unsigned max_running;               /* jobs at once on this host, at most CONFIG_RUNNING_MAX */
        unsigned max_running_per_user;      /* of one user */
        unsigned max_queued_per_user;       /* jobs in the queue, a user */
        uint64_t max_queued_bytes_per_user; /* of their commands, environments and parameters */
        unsigned max_streams_per_user;      /* open outputs, a user */
        unsigned max_subscriptions_per_user;
        unsigned max_requests_per_user; /* calls that are not answered, a user */
        uint64_t keep_history_usec;     /* UINT64_MAX: for ever */
        unsigned keep_history_max;      /* ended jobs; 0: no bound */
        unsigned system_uid_max;        /* see uid_is_system() */
        MissingController missing_controller;
        uint64_t output_max;        /* bytes of a job's output that are kept; UINT64_MAX: all */
        uint64_t output_grace_usec; /* for output of what a command leaves behind */
        uint64_t inputs_max_per_user;  /* bytes of files that his active jobs were handed; UINT64_MAX: the same */
        uint64_t results_max_per_user; /* bytes of files that his jobs left; UINT64_MAX: as many as there is room for */
} Config;

/* journald keeps at most 4096 streams a namespace (STDOUT_STREAMS_MAX), each job has one. */
#define CONFIG_RUNNING_MAX 4000U

/* The next ones are those of systemd-homed, which are people's, see https://systemd.io/UIDS-GIDS. */
#define CONFIG_SYSTEM_UID_HIGHEST 60000

/* What holds without a file: four jobs a core, and what systemd takes for system accounts. */
void config_set_defaults(Config *config);

/* Reads the file over what is set; a mistake is told and ignored. A file that is not there is an empty one.
 */
int config_read_file(Config *config, const char *path, ini_mistake_cb callback, void *userdata);
