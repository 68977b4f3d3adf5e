/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* All of it, however many writes it takes; a negative errno. */
int write_all(int fd, const char *data, size_t size);
