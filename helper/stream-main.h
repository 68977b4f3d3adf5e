/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs of jobsd-stream, see stream-protocol.h. Each returns an exit status; what goes wrong is
 * said on standard error, which is jobsd's log. */

#include <stdbool.h>
#include <sys/types.h>

int stream_output(const char *id, const char *tries, const char *boot_id, const char *unit,
                const char *invocation_id, const char *ran, const char *lines, const char *since,
                const char *mode);
/* Whether in this mode it may have to wait until journald has stored all. */
bool stream_output_may_connect(const char *mode);
int stream_export(const char *path);
int stream_log(const char *uid, char *types, const char *id, const char *since, const char *until, const char *lines);
int stream_import(const char *path, const char *format);
int stream_user(const char *user);
int stream_group(const char *group);
int stream_outcome(const char *unit, const char *boot_id, const char *uid);

int stream_error(int error, const char *what);

/* Asks NSS; -ENOENT. */
int stream_get_uid(const char *name, uid_t *ret);
