/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "job-type.h"
#include "macro.h"
#include "parse.h"
#include "settings.h"
#include "strv.h"

typedef struct Reader {
        Settings *settings;
        ini_mistake_cb mistake;
        void *userdata;
} Reader;

static int set(char **field, const char *value) {
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

/* "HOST", "HOST:PORT", "[ADDRESS]:PORT" */
static int set_server(Settings *settings, const char *value) {
        bool in_brackets = *value == '[';
        const char *host = value + in_brackets, *end = in_brackets ? strchr(host, ']') : strrchr(value, ':');
        _cleanup_free_ char *name = NULL;
        const char *port = NULL;
        int number, r;

        if (in_brackets && !end)
                return -EINVAL;
        name = end ? strndup(host, (size_t) (end - host)) : strdup(host);
        if (!name)
                return -ENOMEM;
        port = end ? end + in_brackets : "";
        if (!*name || (*port && (*port != ':' || parse_int(port + 1, 1, 65535, &number) < 0)))
                return -EINVAL;
        r = set(&settings->server, name);
        return r < 0 || !*port ? r : set(&settings->port, port + 1);
}

static int set_key_file(Settings *settings, const char *value) {
        return path_is_plain(value) ? set(&settings->key_file, value) : -EINVAL;
}

static int set_name(Settings *settings, const char *value) {
        return job_type_name_is_valid(value) ? set(&settings->name, value) : -EINVAL;
}

static int set_slots(Settings *settings, const char *value) {
        int slots;

        if (parse_int(value, 0, (int) SETTINGS_SLOTS_MAX, &slots) < 0)
                return -EINVAL;
        settings->slots = (unsigned) slots;
        return 0;
}

/* ---- functions of others ---- */

Function *settings_find_function(Settings *settings, const char *name) {
        for (size_t i = 0; i < settings->n_functions; i++)
                if (strcmp(settings->functions[i].name, name) == 0)
                        return &settings->functions[i];
        return NULL;
}

/* What begins with "jobsd." is what machines say to each other. */
static bool function_name_is_valid(const char *name) {
        return *name && strlen(name) <= FUNCTION_BYTES_MAX && strncmp(name, "jobsd.", 6) != 0 && text_is_one_line(name);
}

/* "NAME TYPE [PARAMETER...]" */
static int read_function(Function *function, char *rest) {
        const char *word;
        int r = 0;

        while (r >= 0 && (word = strsep(&rest, " \t"))) {
                if (!*word)
                        continue;
                if (!function->name)
                        r = function_name_is_valid(word) ? strdup_or_null(word, &function->name) : -EINVAL;
                else if (!function->type)
                        r = job_type_name_is_valid(word) ? strdup_or_null(word, &function->type) : -EINVAL;
                else
                        r = strlen(word) <= PARAMETER_NAME_BYTES_MAX ? strv_extend(&function->parameters, word) : -EINVAL;
        }
        return r < 0 ? r : function->type ? 0 : -EINVAL;
}

static void function_done(Function *function) {
        free(function->name);
        free(function->type);
        strv_free(function->parameters);
        *function = (Function){};
}

/* Several lines are several functions. */
static int add_function(Settings *settings, const char *value) {
        _cleanup_free_ char *words = strdup(value);
        Function function = {};
        int r = words ? read_function(&function, words) : -ENOMEM;

        if (r >= 0 && (settings_find_function(settings, function.name) || settings->n_functions == SETTINGS_FUNCTIONS_MAX))
                r = -EINVAL;
        if (r < 0)
                function_done(&function);
        else
                settings->functions[settings->n_functions++] = function;
        return r;
}

/* ---- the file ---- */

static const struct {
        const char *name, *takes;
        int (*set)(Settings *settings, const char *value);
} keys[] = {
        { "Function", "\"NAME TYPE [PARAMETER...]\", each name once, up to 64", add_function },
        { "KeyFile", "an absolute path", set_key_file },
        { "Name", "letters, digits, \"-\", \"_\" and \".\", 64 at most", set_name },
        { "Server", "\"HOST:PORT\"", set_server },
        { "Slots", "a number from 0 to 1000", set_slots },
};

static void on_mistake(const char *message, void *userdata) {
        Reader *reader = userdata;

        reader->mistake(message, reader->userdata);
}

static void assign(IniFile *file, const char *section, const char *name, const char *value, void *userdata) {
        Reader *reader = userdata;
        int r;

        if (!name) /* what stands in a section tells whether it is known */
                return;
        for (size_t i = 0; i < ELEMENTSOF(keys) && strcmp(section, "Gearman") == 0; i++) {
                if (strcmp(keys[i].name, name) != 0)
                        continue;
                r = keys[i].set(reader->settings, value);
                if (r == -EINVAL)
                        ini_file_mistake(file, "%s= takes %s, not \"" QUOTE "\"; ignored.", name, keys[i].takes,
                                        QUOTED(value));
                else if (r < 0)
                        ini_file_mistake(file, "Out of memory; ignored.");
                return;
        }
        ini_file_mistake(file, "Unknown key %s= in section [%s]; ignored. See jobsd-gearman.conf(5).", name, section);
}

static int set_defaults(Settings *settings) {
        long n_processors = sysconf(_SC_NPROCESSORS_ONLN);
        char name[HOST_NAME_MAX + 1] = {};
        int r;

        *settings = (Settings){ .slots = (unsigned) MIN(MAX(n_processors, 1L), (long) SETTINGS_SLOTS_MAX) };
        if (gethostname(name, sizeof(name) - 1) < 0)
                return -errno;
        name[strcspn(name, ".")] = '\0';
        r = set(&settings->name, job_type_name_is_valid(name) ? name : "localhost");
        if (r >= 0)
                r = set(&settings->server, "127.0.0.1");
        if (r >= 0)
                r = set(&settings->port, "4730");
        return r < 0 ? r : set(&settings->key_file, SYSCONFDIR "/jobsd/gearman.key");
}

int settings_read(const char *path, ini_mistake_cb mistake, void *userdata, Settings *ret) {
        Reader reader = { ret, mistake, userdata };
        int r = set_defaults(ret);

        if (r < 0)
                return r;
        r = ini_file_read(path, assign, on_mistake, &reader);
        return r == -ENOENT ? 0 : r;
}

void settings_done(Settings *settings) {
        free(settings->server);
        free(settings->port);
        free(settings->key_file);
        free(settings->name);
        while (settings->n_functions > 0)
                function_done(&settings->functions[--settings->n_functions]);
        *settings = (Settings){};
}
