/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What may block, a process of its own does: jobsd-stream reads journals and asks NSS. A helper
 * either answers with a few lines, collected here, or writes to a client's pipe by itself. */

#include <sys/queue.h>

#include <systemd/sd-event.h>

typedef struct Helper Helper;

typedef struct HelperPool {
        sd_event *event;
        LIST_HEAD(, Helper) helpers;
} HelperPool;

/* The helper has ended. answer is what it printed, a NUL behind it; empty for one that writes to
 * a pipe. status is waitpid's. The helper is freed afterwards. */
typedef void (*helper_done_cb)(int status, const char *answer, size_t size, void *userdata);

/* Starts jobsd-stream with these arguments and collects what it prints. userdata, of malloc(), is the helper's from
 * then on: it is freed after done was called, or when it will not be. */
int helper_ask(HelperPool *pool, char *const arguments[], helper_done_cb done, void *userdata, Helper **ret);

/* What a helper gets as its descriptors 0, 1 and STREAM_STATUS_FD; they stay the caller's to close. */
typedef struct HelperFiles {
        int input_fd; /* negative: /dev/null */
        int output_fd;
        int status_fd; /* negative: none */
} HelperFiles;

/* Starts it writing to a descriptor of the caller's. */
int helper_stream(HelperPool *pool, char *const arguments[], const HelperFiles *files, helper_done_cb done,
                void *userdata, Helper **ret);

/* Ends it; done is not called. Takes NULL. */
Helper *helper_free(Helper *helper);
/* At the end of jobsd: ends them all, and waits for none. */
void helper_free_all(HelperPool *pool);
