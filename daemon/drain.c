/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "drain.h"
#include "journal-stream.h"
#include "log.h"
#include "stream.h"

/* How often to look while somebody waits. */
#define LOOK_USEC (5 * USEC_PER_MSEC)
/* While nobody does: until journald has read everything, */
#define IDLE_LOOK_USEC (100 * USEC_PER_MSEC)
/* and until it has stored that, too. */
#define LEISURE_USEC (5 * USEC_PER_SEC)
/* Where journald does not read at all. */
#define PATIENCE_USEC (60 * USEC_PER_SEC)

struct Drain {
        Manager *manager;
        LIST_ENTRY(Drain) list;
        uint64_t id, begun_usec; /* CLOCK_MONOTONIC */
        int fd, probe_fd;        /* the job's stream, and the one that was opened after it was read */
        bool is_shut, in_hurry, is_last;
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

static Drain *drain_find(Manager *m, uint64_t id) {
        Drain *drain;

        LIST_FOREACH(drain, &m->drains, list)
                if (drain->id == id)
                        return drain;
        return NULL;
}

static void finish(Drain *drain) {
        Manager *m = drain->manager;
        uint64_t id = drain->id;
        bool is_last = drain->is_last;

        drain_free(drain);
        if (is_last)
                drain_end(m, id);
}

/* A stream that journald had accepted, and had not told PID 1 of yet, does not survive journald's restart.
 */
static void warn_of_loss(uint64_t id, int fd) {
        struct pollfd entry = { .fd = fd };

        if (fd >= 0 && poll(&entry, 1, 0) > 0 && entry.revents & POLLHUP)
                log_line(LOG_WARNING,
                                "Output of job %" PRIu64
                                " is lost: journald closed it before the job ended.",
                                id);
}

static bool is_read(int fd) {
        int n_unread;

        return ioctl(fd, SIOCOUTQ, &n_unread) < 0 || n_unread == 0;
}

/* Not before everything is read: PID 1, which keeps the stream for journald's restarts, drops it when both
 * ends are shut, and what is unread with it. */
static void shut(Drain *drain) {
        (void) shutdown(drain->fd, SHUT_WR); /* fails only when journald has hung up: it is drained */
        drain->is_shut = true;
}

/* Whether the journal has everything; opens the probe when its time has come. */
static bool look(Drain *drain) {
        if (drain->fd < 0 || monotonic_usec() - drain->begun_usec > PATIENCE_USEC)
                return true;
        if (!drain->in_hurry && drain->is_shut) /* this look comes long after the last piece was read */
                return true;
        if (!drain->is_shut && is_read(drain->fd))
                shut(drain);
        if (!drain->is_shut || !drain->in_hurry)
                return false;
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

static uint64_t time_to_next_look(const Drain *drain) {
        if (drain->in_hurry)
                return LOOK_USEC;
        return drain->is_shut ? LEISURE_USEC : IDLE_LOOK_USEC;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Drain *drain = userdata;

        if (look(drain) || look_in(drain, time_to_next_look(drain)) < 0)
                finish(drain);
        return 0;
}

static void hurry(Drain *drain) {
        if (drain->in_hurry || drain->fd < 0)
                return;
        drain->in_hurry = true;
        if (look_in(drain, 0) < 0)
                finish(drain);
}

void drain_hurry(Manager *m, uint64_t id) {
        Drain *drain, *next;

        for (drain = LIST_FIRST(&m->drains); drain; drain = next) {
                next = LIST_NEXT(drain, list);
                if (drain->id == id)
                        hurry(drain);
        }
}

void drain_end(Manager *m, uint64_t id) {
        Drain *earlier = drain_find(m, id);

        if (!earlier) {
                stream_job_ended(m, id);
                return;
        }
        earlier->is_last = true;
        if (stream_is_open(m, id))
                hurry(earlier);
}

void drain_start(Manager *m, uint64_t id, int stream_fd, bool is_last) {
        Drain *drain = is_last || stream_fd >= 0 ? calloc(1, sizeof(Drain)) : NULL;

        warn_of_loss(id, stream_fd);
        if (!drain) {
                close_fd(stream_fd);
                if (is_last)
                        drain_end(m, id);
                return;
        }
        drain->manager = m;
        drain->id = id;
        drain->begun_usec = monotonic_usec();
        drain->fd = stream_fd;
        drain->probe_fd = -EBADF;
        drain->is_last = is_last;
        LIST_INSERT_HEAD(&m->drains, drain, list);
        if (sd_event_add_time_relative(m->event, &drain->timer, CLOCK_MONOTONIC, IDLE_LOOK_USEC, 0, on_timer,
                            drain) < 0)
                finish(drain);
        else if (stream_fd < 0)
                stream_job_ended(m, id); /* followers ask the journal */
        else if (is_last && stream_is_open(m, id))
                drain_hurry(m, id);
}

DrainState drain_state(Manager *m, uint64_t id) {
        DrainState state = DRAIN_DONE;
        const Drain *drain;

        LIST_FOREACH(drain, &m->drains, list)
                if (drain->id == id && state != DRAIN_PENDING)
                        state = drain->fd >= 0 ? DRAIN_PENDING : DRAIN_UNKNOWN;
        return state;
}
