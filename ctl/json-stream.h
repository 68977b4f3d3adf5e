/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON objects, one after the other, as ExportHistory() sends them. */

#include <json-c/json.h>

/* Calls the handler for each until the end of file, or until it returns a negative errno. -EBADMSG for what
 * is no JSON object, -EINTR for Ctrl-C. */
int json_stream_read(int fd, int interrupt_fd, int (*handler)(struct json_object *object, void *userdata),
                void *userdata);
