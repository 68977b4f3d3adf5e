/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files of sections and keys: what was read, written as a file, is read as the same assignments and without
 * a mistake. */

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "ini-file.h"
#include "parse.h"
#include "strv.h"

typedef struct Reading {
        char **titles, **assignments; /* the latter as section, key, value */
        unsigned n_mistakes;
} Reading;

static void reading_done(Reading *reading) {
        strv_free(reading->titles);
        strv_free(reading->assignments);
}

static void add(char ***l, const char *s) {
        CHECK(strv_extend(l, s) >= 0);
}

static void on_assignment(
                IniFile *file, const char *section, const char *key, const char *value, void *userdata) {
        Reading *reading = userdata;

        CHECK(!key == !value);
        if (!key) {
                add(&reading->titles, section);
                return;
        }
        CHECK(!strpbrk(key, "=:\n") && !strchr(value, '\n') && !strchr(section, ']'));
        add(&reading->assignments, section);
        add(&reading->assignments, key);
        add(&reading->assignments, value);
}

static void on_mistake(const char *message, void *userdata) {
        CHECK(utf8_is_valid(message) && text_is_one_line(message));
        ((Reading *) userdata)->n_mistakes++;
}

static void read_file(const void *data, size_t size, Reading *ret) {
        CHECK(ini_file_read(fuzz_file(data, size), on_assignment, on_mistake, ret) >= 0);
}

static char *write_file(char *const *assignments, size_t *ret_size) {
        char *text;
        FILE *file = open_memstream(&text, ret_size);
        const char *section = "";

        CHECK(file);
        for (; *assignments; assignments += 3) {
                if (strcmp(section, assignments[0]) != 0)
                        fprintf(file, "[%s]\n", assignments[0]);
                section = assignments[0];
                fprintf(file, "%s=%s\n", assignments[1], assignments[2]);
        }
        CHECK(fclose(file) == 0);
        return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(reading_done) Reading reading = {}, again = {};
        _cleanup_free_ char *text = NULL;
        size_t n;

        read_file(data, size, &reading);
        if (!reading.assignments || reading.n_mistakes > 0)
                return 0;
        text = write_file(reading.assignments, &n);
        read_file(text, n, &again);
        CHECK(again.n_mistakes == 0 && arrays_equal(reading.assignments, again.assignments));
        return 0;
}
