/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What comes from a descriptor, to standard output or to a file of the caller's. */

/* All of it; a negative errno, -EINTR for Ctrl-C. */
int save_copy(int from_fd, int to_fd, int interrupt_fd);

/* Reports what output_file_open() or output_file_commit() returned, of a verb that has -o and --force. */
int save_fail(int error, const char *path);
