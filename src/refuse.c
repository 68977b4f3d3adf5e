/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "refuse.h"

int refuse(char **ret_message, const char *format, ...) {
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(ret_message, format, ap);
        va_end(ap);
        return n < 0 ? -ENOMEM : -EINVAL;
}
