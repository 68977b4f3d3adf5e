/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An output that somebody reads: a helper that copies it from the journal into a pipe, and follows
 * the job until it is told that the job has ended. */

#include "manager.h"

/* *ret_fd is the read end for the caller. With follow it goes on until stream_job_ended(). -EDQUOT
 * when the caller has too many. */
int stream_open(Manager *m, uid_t uid, const Job *job, bool follow, uint64_t lines, int *ret_fd);
Stream *stream_free(Stream *stream);

void stream_job_ended(Manager *m, uint64_t id);
