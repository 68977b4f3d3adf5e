/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "ini-file.h"
#include "parse.h"

/* What the library keeps of the name of a section or key (MAX_SECTION and MAX_NAME of ini.c, with their
 * NUL); the rest of a longer one it drops. */
#define NAME_BYTES_MAX 49U
/* Longer than any command, see JOBSD_ARGV_BYTES_MAX. */
#define LINE_BYTES_MAX ((size_t) 512 * 1024)

struct IniFile {
        FILE *file;
        const char *path;
        unsigned line;
        char *text; /* of that line, without white space at its ends */
        size_t size;
        ini_assign_cb assign;
        ini_mistake_cb mistake;
        void *userdata;
};

void ini_file_mistake(IniFile *file, const char *format, ...) {
        _cleanup_free_ char *text = NULL, *message = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0 || asprintf(&message, "%s:%u: %s", file->path, file->line, text) < 0)
                return;
        text_make_one_line(message, '?'); /* it quotes what is wrong, and the bus carries nothing but text */
        file->mistake(message, file->userdata);
}

static char *strip(char *s) {
        size_t n;

        s += strspn(s, " \t");
        for (n = strlen(s); n > 0 && strchr(" \t\r\n", s[n - 1]); n--)
                s[n - 1] = '\0';
        return s;
}

/* The parser's callback, see ini.h. Its own copy of the value may be cut: see read_line(). */
static int handle_assignment(void *userdata, const char *section, const char *key, const char *value) {
        IniFile *file = userdata;
        const char *separator = strpbrk(file->text, "=:");

        file->assign(file, section, key, separator ? separator + 1 + strspn(separator + 1, " \t") : value,
                        file->userdata);
        return 1;
}

static bool is_comment(const char *line) {
        return *line == '#' || *line == ';';
}

/* What the library cannot hold must not become something else. */
static const char *find_fault(const char *line) {
        size_t n_held = strcspn(line, *line == '[' ? "]" : "=:");

        if (strlen(line) > LINE_BYTES_MAX)
                return "The line is too long; ignored.";
        return n_held > NAME_BYTES_MAX ? "The name is too long; ignored." : NULL;
}

static void tell_section(IniFile *file) {
        _cleanup_free_ char *name = strndup(file->text + 1, strcspn(file->text + 1, "]"));

        if (name && strchr(file->text, ']')) /* else the parser says what is wrong */
                file->assign(file, name, NULL, NULL, file->userdata);
}

/* The parser's source of lines, as fgets(). Debian's inih holds 200 bytes of a line, takes a semicolon
 * behind white space for the beginning of a comment, and a line that begins with white space for the rest of
 * the one before. So it gets each line from its first letter on and no further than to the value, which
 * handle_assignment() takes from the line itself. */
static char *read_line(char *buffer, int size, void *userdata) {
        IniFile *file = userdata;
        ssize_t n = getline(&file->text, &file->size, file->file);
        const char *line, *fault;

        if (n < 0)
                return NULL;
        file->line++;
        buffer[0] = '\0';
        fault = memchr(file->text, '\0', (size_t) n) ? "The line contains a NUL byte; ignored." : NULL;
        line = strip(file->text);
        if (is_comment(line))
                return buffer;
        fault = fault ?: find_fault(line);
        if (fault) {
                ini_file_mistake(file, "%s", fault);
                return buffer;
        }
        memmove(file->text, line, strlen(line) + 1);
        if (*file->text == '[')
                tell_section(file);
        snprintf(buffer, (size_t) size, "%.*s",
                        (int) (strcspn(file->text, *file->text == '[' ? "]" : "=:") + 1), file->text);
        return buffer;
}

int ini_file_read(const char *path, ini_assign_cb assign, ini_mistake_cb mistake, void *userdata) {
        IniFile file = { .path = path, .assign = assign, .mistake = mistake, .userdata = userdata };
        int r;

        file.file = fopen(path, "re");
        if (!file.file)
                return -errno;
        r = ini_parse_stream(read_line, &file, handle_assignment, &file);
        if (r == 0 && ferror(file.file))
                r = -EIO;
        fclose(file.file);
        free(file.text);
        if (r > 0) { /* the first such line */
                file.line = (unsigned) r;
                ini_file_mistake(&file, "Neither [Section], Key=Value nor a comment; ignored.");
        }
        return r < 0 ? (r == -EIO ? -EIO : -ENOMEM) : 0;
}
