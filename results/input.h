/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files that a job was handed, see RESULT_INPUTS in result-protocol.h. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* 32 hexadecimal digits in small letters. */
bool input_id_is_valid(const char *id);

/* Copies the file, whoever's it is, from its beginning, into a folder of this id, as NAME of this account; it is on the disk
 * when this returns its size. -EISDIR for what is no regular file, or one of the kernel's own, -EFBIG if it has more bytes, and then nothing is left of
 * it. */
int input_take(int inputs_fd, const char *id, const char *name, uid_t uid, uint64_t bytes_max, int fd, uint64_t *ret_size);
