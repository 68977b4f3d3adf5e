/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The end of an output, which comes after the end of its job: journald stores later. The barrier that
 * it offers, io.systemd.Journal.Synchronize(), is answered only when nobody writes, so one job that
 * prints without a pause would hold everybody's output up. jobsd therefore keeps a descriptor of each
 * job's stream to the journal. After the job's end, when nothing of it is unread (SIOCOUTQ, see unix(7)),
 * it is shut down: journald has at most the last piece in its hands. It has one thread: when it reads from
 * a stream that was opened after that, that piece is stored. */

#include "manager.h"

typedef enum DrainState {
        DRAIN_DONE,    /* the journal has stored everything */
        DRAIN_PENDING, /* wait for stream_job_ended() */
        DRAIN_UNKNOWN, /* jobsd was restarted while the job ran, and has no descriptor of its stream */
} DrainState;

/* A try of the job has ended, and the job with it if it was the last one; takes the descriptor over, -EBADF
 * for none. */
void drain_start(Manager *m, uint64_t id, int stream_fd, bool is_last);
/* The job has ended without a further try. */
void drain_end(Manager *m, uint64_t id);
Drain *drain_free(Drain *drain);

/* Somebody waits for the end of this output. */
void drain_hurry(Manager *m, uint64_t id);

DrainState drain_state(Manager *m, uint64_t id);
