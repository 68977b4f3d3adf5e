/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the fuzz targets share. A target is one function that is given any bytes, hands them to a parser and
 * checks what must hold of whatever comes of them. libFuzzer calls it with bytes that it makes up; without
 * it, fuzz-main.c calls it with the files of the corpus. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, also where assert() would be compiled out. */
#define CHECK(condition)                                           \
        do {                                                       \
                if (!(condition))                                  \
                        fuzz_fail(__FILE__, __LINE__, #condition); \
        } while (0)

_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* Bytes that are taken from the front. Where there are no more, numbers are 0 and texts empty. */
typedef struct Input {
        const uint8_t *data;
        size_t size;
} Input;

unsigned input_byte(Input *input);
/* Little-endian. */
uint64_t input_number(Input *input);
/* Up to the next NUL, which is taken too, or to the end; owned by the caller. */
char *input_text(Input *input);
/* The same until the end, or until there are so many. Never NULL. */
char **input_texts(Input *input, size_t max);

/* A file with these bytes: its path is valid until the next one is made. */
const char *fuzz_file(const void *data, size_t size);

bool texts_equal(const char *a, const char *b);
bool arrays_equal(char *const *a, char *const *b);
bool texts_are_utf8(char *const *texts);
