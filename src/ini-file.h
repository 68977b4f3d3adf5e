/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files of sections and "Key=Value" lines, as systemd has them, read by inih. A line is a whole one: there
 * are no continuations, and no comments behind a value. */

#include "macro.h"

typedef struct IniFile IniFile;

/* Called for each assignment in the order of the file, section is "" before the first one; and for the title
 * of each section, with NULL as key and value. */
typedef void (*ini_assign_cb)(
                IniFile *file, const char *section, const char *key, const char *value, void *userdata);
/* Called for each mistake, as "PATH:LINE: what is wrong". */
typedef void (*ini_mistake_cb)(const char *message, void *userdata);

/* -ENOENT when there is no such file. A mistake ends nothing: the lines around it count. */
int ini_file_read(const char *path, ini_assign_cb assign, ini_mistake_cb mistake, void *userdata);

/* For the callback: tells a mistake in the line that it was called for. */
void ini_file_mistake(IniFile *file, const char *format, ...) _printf_(2, 3);
