/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "drain.h"
#include "journal-stream.h"
#include "log.h"
#include "stream.h"

/* How often to look while somebody waits. */
#define LOOK_USEC (5 * USEC_PER_MSEC)
/* When to look while nobody does, and what was read then has been stored since. */
#define LEISURE_USEC (5 * USEC_PER_SEC)
/* Where journald does not read at all. */
#define PATIENCE_USEC (60 * USEC_PER_SEC)

struct Drain {
        Manager *manager;
        LIST_ENTRY(Drain) list;
        uint64_t id, begun_usec; /* CLOCK_MONOTONIC */
        int fd, probe_fd;        /* the job's stream, and the one that was opened after it was read */
        bool in_hurry;
        sd_event_source *timer;
};

Drain *drain_free(Drain *drain) {
        if (!drain)
                return NULL;
        LIST_REMOVE(drain, list);
        sd_event_source_disable_unref(drain->timer);
        close_fd(drain->fd);
        close_fd(drain->probe_fd);
        free(drain);
        return NULL;
}

static void finish(Drain *drain) {
        Manager *m = drain->manager;
        uint64_t id = drain->id;

        drain_free(drain);
        stream_job_ended(m, id);
}

static bool is_read(int fd) {
        int n_unread;

        return ioctl(fd, SIOCOUTQ, &n_unread) < 0 || n_unread == 0;
}

/* Whether the journal has everything; opens the probe when its time has come. */
static bool look(Drain *drain) {
        if (drain->fd < 0 || monotonic_usec() - drain->begun_usec > PATIENCE_USEC)
                return true;
        if (!is_read(drain->fd))
                return false;
        if (!drain->in_hurry) /* this look comes long after the last piece was read */
                return true;
        if (drain->probe_fd < 0) {
                /* not ready: again at the next look */
                if (journal_stream_open("jobsd", "", &drain->probe_fd) >= 0)
                        (void) shutdown(drain->probe_fd, SHUT_WR); /* it carries nothing but its header */
                return false;
        }
        return is_read(drain->probe_fd);
}

static int look_in(Drain *drain, uint64_t usec) {
        int r = sd_event_source_set_time_relative(drain->timer, usec);

        return r < 0 ? r : sd_event_source_set_enabled(drain->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Drain *drain = userdata;

        if (look(drain) || look_in(drain, drain->in_hurry ? LOOK_USEC : LEISURE_USEC) < 0)
                finish(drain);
        return 0;
}

static Drain *drain_find(Manager *m, uint64_t id) {
        Drain *drain;

        LIST_FOREACH(drain, &m->drains, list)
        if (drain->id == id)
                return drain;
        return NULL;
}

void drain_hurry(Manager *m, uint64_t id) {
        Drain *drain = drain_find(m, id);

        if (!drain || drain->in_hurry || drain->fd < 0)
                return;
        drain->in_hurry = true;
        if (look_in(drain, 0) < 0)
                finish(drain);
}

void drain_start(Manager *m, uint64_t id, int stream_fd) {
        Drain *drain = calloc(1, sizeof(Drain));

        if (!drain) {
                close_fd(stream_fd);
                stream_job_ended(m, id);
                return;
        }
        drain->manager = m;
        drain->id = id;
        drain->begun_usec = monotonic_usec();
        drain->fd = stream_fd;
        drain->probe_fd = -EBADF;
        LIST_INSERT_HEAD(&m->drains, drain, list);
        /* what is left of the job's processes is about to be killed with its unit */
        if (stream_fd >= 0)
                (void) shutdown(stream_fd, SHUT_WR); /* fails only when journald has hung up: it is drained */
        if (sd_event_add_time_relative(m->event, &drain->timer, CLOCK_MONOTONIC, LEISURE_USEC, 0, on_timer, drain) < 0)
                finish(drain);
        else if (stream_fd < 0)
                stream_job_ended(m, id); /* followers ask the journal */
        else if (stream_is_open(m, id))
                drain_hurry(m, id);
}

DrainState drain_state(Manager *m, uint64_t id) {
        const Drain *drain = drain_find(m, id);

        return !drain ? DRAIN_DONE : drain->fd >= 0 ? DRAIN_PENDING : DRAIN_UNKNOWN;
}
