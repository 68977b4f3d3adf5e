/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of files, which may be any bytes, as text in one line and back, see result-protocol.h. */

#include <stddef.h>

/* -ENAMETOOLONG when it does not fit. */
int name_escape(const char *name, char *buffer, size_t size);
/* -EINVAL for what is no such text. */
int name_unescape(const char *text, char *buffer, size_t size);
