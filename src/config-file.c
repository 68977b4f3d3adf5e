/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/param.h>

#include "config-file.h"
#include "macro.h"
#include "parse.h"
#include "protocol.h"
#include "string-table.h"

typedef struct Key {
        const char *name;
        size_t offset;
        void (*assign)(IniFile *file, const struct Key *key, const char *value, void *field);
        int min, max; /* of a number */
} Key;

static void assign_timespan(IniFile *file, const Key *key, const char *value, void *field) {
        uint64_t usec;

        if (parse_timespan(value, &usec) >= 0)
                *(uint64_t *) field = usec;
        else
                ini_file_mistake(file,
                                "%s= takes a time span as \"30d\", or \"infinity\", not \"" QUOTE
                                "\"; ignored.",
                                key->name, QUOTED(value));
}

static void assign_size(IniFile *file, const Key *key, const char *value, void *field) {
        uint64_t size;

        if (strcmp(value, "infinity") == 0)
                *(uint64_t *) field = UINT64_MAX;
        else if (parse_size(value, &size) >= 0 && size > 0)
                *(uint64_t *) field = size;
        else
                ini_file_mistake(file, "%s= takes a size in bytes as \"64M\", or \"infinity\", not \"" QUOTE "\"; ignored.",
                                key->name, QUOTED(value));
}

static void assign_number(IniFile *file, const Key *key, const char *value, void *field) {
        int v;

        if (parse_int(value, key->min, key->max, &v) >= 0)
                *(unsigned *) field = (unsigned) v;
        else
                ini_file_mistake(file, "%s= takes a number from %d to %d, not \"" QUOTE "\"; ignored.",
                                key->name, key->min, key->max, QUOTED(value));
}

static void assign_grace(IniFile *file, const Key *key, const char *value, void *field) {
        uint64_t usec;

        if (parse_timespan(value, &usec) >= 0 && usec >= JOBSD_OUTPUT_GRACE_USEC_MIN &&
                        usec <= JOBSD_OUTPUT_GRACE_USEC_MAX)
                *(uint64_t *) field = usec;
        else
                ini_file_mistake(file, "%s= takes a time span from 1ms to 1h, not \"" QUOTE "\"; ignored.",
                                key->name, QUOTED(value));
}

static const char *const missing_controller_table[] = {
        [MISSING_CONTROLLER_REFUSE] = "refuse",
        [MISSING_CONTROLLER_WARN] = "warn",
};

static void assign_missing_controller(IniFile *file, const Key *key, const char *value, void *field) {
        int v = string_table_lookup(missing_controller_table, ELEMENTSOF(missing_controller_table), value);

        if (v >= 0)
                *(MissingController *) field = (MissingController) v;
        else
                ini_file_mistake(file, "%s= takes \"refuse\" or \"warn\", not \"" QUOTE "\"; ignored.",
                                key->name, QUOTED(value));
}

static const Key keys[] = {
        { "MaxRunning", offsetof(Config, max_running), assign_number, 1, CONFIG_RUNNING_MAX },
        { "MaxRunningPerUser", offsetof(Config, max_running_per_user), assign_number, 1,
                        CONFIG_RUNNING_MAX },
        { "MaxQueuedPerUser", offsetof(Config, max_queued_per_user), assign_number, 1, 10000000 },
        { "MaxQueuedBytesPerUser", offsetof(Config, max_queued_bytes_per_user), assign_size, 0, 0 },
        { "MaxStreamsPerUser", offsetof(Config, max_streams_per_user), assign_number, 1, 1000 },
        { "MaxSubscriptionsPerUser", offsetof(Config, max_subscriptions_per_user), assign_number, 1, 10000 },
        { "MaxRequestsPerUser", offsetof(Config, max_requests_per_user), assign_number, 1, 10000 },
        { "KeepHistoryMax", offsetof(Config, keep_history_max), assign_number, 0, INT_MAX },
        { "KeepHistorySec", offsetof(Config, keep_history_usec), assign_timespan, 0, 0 },
        { "MissingController", offsetof(Config, missing_controller), assign_missing_controller, 0, 0 },
        { "SystemUIDMax", offsetof(Config, system_uid_max), assign_number, 1, CONFIG_SYSTEM_UID_HIGHEST },
        { "OutputMax", offsetof(Config, output_max), assign_size, 0, 0 },
        { "ResultsMaxPerUser", offsetof(Config, results_max_per_user), assign_size, 0, 0 },
        { "InputsMaxPerUser", offsetof(Config, inputs_max_per_user), assign_size, 0, 0 },
        { "OutputGraceSec", offsetof(Config, output_grace_usec), assign_grace, 0, 0 },
};

void config_set_defaults(Config *config) {
        long n_cores = sysconf(_SC_NPROCESSORS_ONLN);

        *config = (Config){
                .max_running = (unsigned) MIN(4 * MAX(n_cores, 1L), (long) CONFIG_RUNNING_MAX),
                .max_running_per_user = CONFIG_RUNNING_MAX,
                .max_queued_per_user = 100000,
                .max_queued_bytes_per_user = UINT64_C(256) << 20,
                .max_streams_per_user = 32,
                .max_subscriptions_per_user = 64,
                .max_requests_per_user = 256,
                .keep_history_usec = UINT64_MAX,
                .keep_history_max = 0,
                .system_uid_max = SYSTEM_UID_MAX,
                .missing_controller = MISSING_CONTROLLER_REFUSE,
                .output_max = UINT64_C(256) << 20,
                .results_max_per_user = UINT64_C(4) << 30,
                .inputs_max_per_user = UINT64_C(4) << 30,
                .output_grace_usec = 2 * USEC_PER_SEC,
        };
}

typedef struct Reader {
        Config *config;
        ini_mistake_cb callback;
        void *userdata;
} Reader;

static void on_mistake(const char *message, void *userdata) {
        Reader *reader = userdata;

        reader->callback(message, reader->userdata);
}

static void assign(IniFile *file, const char *section, const char *name, const char *value, void *userdata) {
        Reader *reader = userdata;

        if (!name) /* what stands in a section tells whether it is known */
                return;
        for (size_t i = 0; i < ELEMENTSOF(keys) && strcmp(section, "Manager") == 0; i++) {
                if (strcmp(keys[i].name, name) != 0)
                        continue;
                keys[i].assign(file, &keys[i], value, (char *) reader->config + keys[i].offset);
                return;
        }
        ini_file_mistake(
                        file, "Unknown key %s= in section [%s]; ignored. See jobsd.conf(5).", name, section);
}

int config_read_file(Config *config, const char *path, ini_mistake_cb callback, void *userdata) {
        Reader reader = { config, callback, userdata };
        int r = ini_file_read(path, assign, on_mistake, &reader);

        return r == -ENOENT ? 0 : r;
}
