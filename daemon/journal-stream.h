/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A stream to the journal namespace "jobs", for a unit's standard output and error. Passed as
 * descriptor it costs the unit no mount namespace, as LogNamespace= would. Never waits: -EAGAIN,
 * -ECONNREFUSED and -ENOENT mean that journald is not ready, try again.
 * The protocol is that of systemd-journald's /run/systemd/journal/stdout: seven lines, then the
 * output. journald takes the unit's name from root alone. */
int journal_stream_open(const char *identifier, const char *unit, int *ret_fd);
