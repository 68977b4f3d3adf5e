/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsctl-workbook.so is for. jobsctl loads it when a workbook is wanted: what libxlsxwriter needs, libcrypto
 * among it, would cost each start of jobsctl some milliseconds. */

#include <stdint.h>

#define WORKBOOK_WRITE "workbook_write"

/* Rows, JSON objects from one descriptor, into a workbook in a file that can be sought in. It is put together in
 * the folder. *ret_cut is the number of texts that were cut as a cell takes no more. -EBADMSG, -EINTR, or what
 * the file says. */
int workbook_write(char *const *titles, int from_fd, int interrupt_fd, int to_fd, const char *folder,
                uint64_t *ret_cut);
typedef int (*workbook_write_fn)(char *const *titles, int from_fd, int interrupt_fd, int to_fd,
                const char *folder, uint64_t *ret_cut);
