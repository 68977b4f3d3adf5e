/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Importing records of the past. A helper reads the file and checks it (stream-import.c); its rows come
 * here through a pipe and are stored as they come, a pipe's content in a turn of the event loop, so that
 * nobody waits for a million of them. Nobody sees them either, until the last one is there and one commit
 * shows them all. What breaks off before leaves nothing, see leftovers.h. */

#include "export-query.h"
#include "manager.h"

#define IMPORT_FREE_BYTES (UINT64_C(16) * 1024 * 1024)

typedef struct ImportCounts {
        uint64_t n_imported, n_known, n_refused;
} ImportCounts;

/* r < 0: nothing was imported. With -EINVAL, mistake says what is wrong with the file. -EDQUOT when it would
 * have left less than IMPORT_FREE_BYTES on the disk: to remove its rows again needs room, too, and whoever
 * submits a job shall not find the disk full. -EPROTO when the helper broke off. */
typedef void (*import_cb)(int r, const char *mistake, const ImportCounts *counts, void *userdata);

/* The descriptors stay the caller's. -EBUSY while another import goes on. */
int import_start(Manager *m, const char *client, uid_t actor, ExportFormat format, int file_fd,
                int report_fd, import_cb done, void *userdata);

/* Who asked for it has left the bus: it is given up. */
void import_client_left(Manager *m, const char *client);

/* It may store its rows: the leftovers of another one are gone. */
void import_go_on(Manager *m);

/* Without a word to who asked for it. */
Import *import_free(Import *import);
