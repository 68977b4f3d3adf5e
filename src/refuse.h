/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For what checks text from outside, and has to say what would be right. */

#include "macro.h"

/* Sets the message; returns -EINVAL, or -ENOMEM without one. */
int refuse(char **ret_message, const char *format, ...) _printf_(2, 3);
