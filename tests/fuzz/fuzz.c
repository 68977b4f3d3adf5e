/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>

#include "fuzz.h"
#include "parse.h"
#include "strv.h"

void fuzz_fail(const char *file, int line, const char *condition) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
        abort();
}

unsigned input_byte(Input *input) {
        if (input->size == 0)
                return 0;
        input->size--;
        return *input->data++;
}

uint64_t input_number(Input *input) {
        uint64_t v = 0;

        for (unsigned i = 0; i < sizeof(v); i++)
                v |= (uint64_t) input_byte(input) << 8 * i;
        return v;
}

char *input_text(Input *input) {
        size_t n = strnlen((const char *) input->data, input->size), n_taken = MIN(n + 1, input->size);
        char *text = strndup((const char *) input->data, n);

        CHECK(text);
        input->data += n_taken;
        input->size -= n_taken;
        return text;
}

char **input_texts(Input *input, size_t max) {
        char **texts = calloc(1, sizeof(char *));

        CHECK(texts);
        while (input->size > 0 && max-- > 0) {
                _cleanup_free_ char *text = input_text(input);

                CHECK(strv_extend(&texts, text) >= 0);
        }
        return texts;
}

const char *fuzz_file(const void *data, size_t size) {
        static char path[64];
        static int fd = -EBADF;

        close_fd(fd);
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        CHECK(fd >= 0);
        CHECK(size == 0 || pwrite(fd, data, size, 0) == (ssize_t) size);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        return path;
}

bool texts_equal(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

bool arrays_equal(char *const *a, char *const *b) {
        size_t n = strv_length(a);

        for (size_t i = 0; n == strv_length(b) && i < n; i++)
                if (strcmp(a[i], b[i]) != 0)
                        return false;
        return n == strv_length(b);
}

bool texts_are_utf8(char *const *texts) {
        for (; *texts; texts++)
                if (!utf8_is_valid(*texts))
                        return false;
        return true;
}
