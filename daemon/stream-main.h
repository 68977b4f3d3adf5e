/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs of jobsd-stream, see stream-protocol.h. Each returns an exit status; what goes wrong is
 * said on standard error, which is jobsd's log. */

int stream_output(const char *unit, const char *lines, const char *mode);
int stream_export(const char *path);
int stream_user(const char *user);
int stream_outcome(const char *unit, const char *boot_id);
int stream_start(const char *unit, const char *boot_id);

int stream_error(int error, const char *what);
