/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection: the words that come, and the texts that go, see result-protocol.h. */

#include <stdio.h>

#include "result-protocol.h"

#define QUESTION_WORDS_MAX 256U

typedef struct Question {
        char bytes[RESULT_QUESTION_BYTES_MAX];
        char *words[QUESTION_WORDS_MAX + 1]; /* NULL behind the last one */
        size_t n_words;
        int fd; /* that came with it, negative for none */
} Question;

/* To its end. -EBADMSG for what is none. */
int question_read(int fd, Question *ret);

/* All of the answer, and with it a descriptor unless that is negative. */
int answer_send(int fd, const char *bytes, size_t size, int file_fd);
