/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Arrays of strings: a block as the store keeps it, unpacked and packed, is the same block. Lines of words:
 * words that are quoted and split are the same words. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "strv.h"
#include "words.h"

static void check_block(const uint8_t *data, size_t size) {
        _cleanup_strv_free_ char **l = NULL;
        _cleanup_free_ void *block = NULL;
        size_t block_size;
        int r = strv_unpack(data, size, &l);

        CHECK(r == (size == 0 || data[size - 1] == '\0' ? 0 : -EBADMSG));
        if (r < 0)
                return;
        CHECK(strv_size(l) == size);
        CHECK(strv_pack(l, &block, &block_size) >= 0);
        CHECK(block_size == size && (size == 0 || memcmp(block, data, size) == 0));
}

/* Each word in quotes, as a person would have to write it to be safe. */
static char *quote(char *const *words) {
        char *line = NULL;
        size_t size;
        FILE *file = open_memstream(&line, &size);

        CHECK(file);
        for (char *const *word = words; *word; word++) {
                fputs(" \"", file);
                for (const char *s = *word; *s; s++) {
                        if (*s == '"' || *s == '\\')
                                fputc('\\', file);
                        fputc(*s, file);
                }
                fputc('"', file);
        }
        CHECK(fclose(file) == 0);
        return line;
}

static void check_line(const char *line) {
        _cleanup_strv_free_ char **words = NULL, **again = NULL;
        _cleanup_free_ char *quoted = NULL;
        int r = words_split(line, &words);

        CHECK(r == 0 || r == -EINVAL);
        if (r < 0)
                return;
        CHECK(strv_size(words) <= strlen(line) + 1);
        quoted = quote(words);
        CHECK(words_split(quoted, &again) >= 0 && arrays_equal(words, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        _cleanup_free_ char *line = NULL;

        check_block(data, size);
        line = input_text(&input);
        check_line(line);
        return 0;
}
