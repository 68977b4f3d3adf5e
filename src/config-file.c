/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include <ini.h>

#include "config-file.h"
#include "macro.h"
#include "parse.h"

typedef struct Key {
        const char *name;
        size_t offset;
        int min, max; /* of a number; a key without them is a time span */
} Key;

static const Key keys[] = {
        { "MaxRunning", offsetof(Config, max_running), 1, CONFIG_RUNNING_MAX },
        { "MaxQueuedPerUser", offsetof(Config, max_queued_per_user), 1, 10000000 },
        { "MaxStreamsPerUser", offsetof(Config, max_streams_per_user), 1, 1000 },
        { "MaxSubscriptionsPerUser", offsetof(Config, max_subscriptions_per_user), 1, 10000 },
        { "KeepHistoryMax", offsetof(Config, keep_history_max), 0, INT_MAX },
        { "KeepHistorySec", offsetof(Config, keep_history_usec), 0, 0 },
};

typedef struct Reader {
        Config *config;
        FILE *file;
        unsigned line;
        const char *path;
        config_mistake_cb callback;
        void *userdata;
} Reader;

void config_set_defaults(Config *config) {
        long n_cores = sysconf(_SC_NPROCESSORS_ONLN);

        *config = (Config){
                .max_running = (unsigned) MIN(4 * MAX(n_cores, 1L), (long) CONFIG_RUNNING_MAX),
                .max_queued_per_user = 100000,
                .max_streams_per_user = 32,
                .max_subscriptions_per_user = 64,
                .keep_history_usec = UINT64_MAX,
                .keep_history_max = 0,
        };
}

static void tell_mistake(Reader *reader, const char *text) {
        _cleanup_free_ char *message = NULL;

        if (asprintf(&message, "%s:%u: %s", reader->path, reader->line, text) >= 0)
                reader->callback(message, reader->userdata);
}

static int assign_timespan(Reader *reader, const Key *key, const char *value) {
        _cleanup_free_ char *text = NULL;
        uint64_t usec;

        if (parse_timespan(value, &usec) >= 0)
                *(uint64_t *) (void *) ((char *) reader->config + key->offset) = usec;
        else if (asprintf(&text, "%s= takes a time span as \"30d\", or \"infinity\", not \"%s\"; ignored.", key->name,
                         value) >= 0)
                tell_mistake(reader, text);
        return 1;
}

static int assign_number(Reader *reader, const Key *key, const char *value) {
        _cleanup_free_ char *text = NULL;
        int v;

        if (parse_int(value, key->min, key->max, &v) >= 0) {
                *(unsigned *) ((char *) reader->config + key->offset) = (unsigned) v;
                return 1;
        }
        if (asprintf(&text, "%s= takes a number from %d to %d, not \"%s\"; ignored.", key->name, key->min,
                    key->max, value) >= 0)
                tell_mistake(reader, text);
        return 1;
}

/* The parser's callback, see ini.h. */
static int handle_assignment(void *userdata, const char *section, const char *name, const char *value) {
        _cleanup_free_ char *text = NULL;
        Reader *reader = userdata;

        if (strcmp(section, "Manager") == 0)
                for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                        if (strcmp(keys[i].name, name) == 0)
                                return keys[i].max > 0 ? assign_number(reader, &keys[i], value)
                                                       : assign_timespan(reader, &keys[i], value);
        if (asprintf(&text, "Unknown key %s= in section [%s]; ignored. See jobsd.conf(5).", name, section) >= 0)
                tell_mistake(reader, text);
        return 1;
}

static bool skip_rest_of_line(FILE *f) {
        int c, n = 0;

        while ((c = getc(f)) != EOF && c != '\n')
                n++;
        return n > 0;
}

/* The parser's source of lines, as fgets(): it counts them for the messages. The parser would take
 * a line that begins with white space for the rest of the one before, and the rest of a long line for
 * another. */
static char *read_line(char *buffer, int size, void *userdata) {
        Reader *reader = userdata;
        size_t n_blank;

        if (!fgets(buffer, size, reader->file))
                return NULL;
        reader->line++;
        if (!strchr(buffer, '\n') && skip_rest_of_line(reader->file)) {
                if (!strchr("#;", buffer[strspn(buffer, " \t")]))
                        tell_mistake(reader, "The line is too long; ignored.");
                buffer[0] = '\0';
        }
        n_blank = strspn(buffer, " \t");
        memmove(buffer, buffer + n_blank, strlen(buffer + n_blank) + 1);
        return buffer;
}

int config_read_file(Config *config, const char *path, config_mistake_cb callback, void *userdata) {
        Reader reader = { .config = config, .path = path, .callback = callback, .userdata = userdata };
        int r;

        reader.file = fopen(path, "re");
        if (!reader.file)
                return errno == ENOENT ? 0 : -errno;
        r = ini_parse_stream(read_line, &reader, handle_assignment, &reader);
        fclose(reader.file);
        if (r > 0) {
                reader.line = (unsigned) r;
                tell_mistake(&reader, "Neither [Section], Key=Value nor a comment; ignored.");
        }
        return r < 0 ? -ENOMEM : 0;
}
