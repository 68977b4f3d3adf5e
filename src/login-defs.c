/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config-file.h"
#include "login-defs.h"
#include "parse.h"

#define KEY "SYS_UID_MAX"

typedef struct Reader {
        const char *path;
        ini_mistake_cb mistake;
        void *userdata;
} Reader;

static void tell(const Reader *reader, const char *format, ...) _printf_(2, 3);

static void tell(const Reader *reader, const char *format, ...) {
        _cleanup_free_ char *message = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&message, format, ap);
        va_end(ap);
        if (n < 0)
                return;
        text_make_one_line(message, '?'); /* it quotes what is wrong */
        reader->mistake(message, reader->userdata);
}

/* What stands behind the key, or NULL in a line of something else. */
static const char *find_value(char *line) {
        char *value;

        for (size_t n = strlen(line); n > 0 && strchr(" \t\r\n", line[n - 1]); n--)
                line[n - 1] = '\0';
        line += strspn(line, " \t");
        value = line + strcspn(line, " \t");
        if (*value)
                *value++ = '\0';
        return strcmp(line, KEY) == 0 ? value + strspn(value, " \t") : NULL;
}

static void read_lines(const Reader *reader, FILE *file, unsigned *system_uid_max) {
        _cleanup_free_ char *line = NULL;
        size_t size = 0;
        int max;

        for (unsigned n = 1; getline(&line, &size, file) >= 0; n++) {
                const char *value = find_value(line);

                if (!value)
                        continue;
                if (parse_int(value, 1, CONFIG_SYSTEM_UID_HIGHEST, &max) >= 0)
                        *system_uid_max = (unsigned) max;
                else
                        tell(reader,
                                        "%s:%u: " KEY " takes a number from 1 to %d, not \"" QUOTE
                                        "\"; ignored.",
                                        reader->path, n, CONFIG_SYSTEM_UID_HIGHEST, QUOTED(value));
        }
        if (ferror(file))
                tell(reader, "%s: Failed to read it to its end: %s", reader->path, strerror(errno));
}

void login_defs_read_system_uid_max(
                const char *path, unsigned *system_uid_max, ini_mistake_cb mistake, void *userdata) {
        Reader reader = { path, mistake, userdata };
        FILE *file = fopen(path, "re");

        if (file) {
                read_lines(&reader, file, system_uid_max);
                fclose(file);
        } else if (errno != ENOENT)
                tell(&reader, "%s: Failed to open it: %s; ignored.", path, strerror(errno));
}
