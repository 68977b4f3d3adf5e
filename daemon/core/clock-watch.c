/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "clock-watch.h"
#include "clock.h"
#include "log.h"
#include "retention.h"
#include "retry.h"

/* Smaller steps matter to nobody. Waking up is told like a step, and is one of less than a second. */
#define STEP_MIN_USEC (int64_t)(2 * USEC_PER_SEC)

typedef struct Watch {
        Manager *manager;
        int64_t offset_usec; /* of CLOCK_REALTIME from CLOCK_BOOTTIME, which counts sleep, too */
        int fd;
} Watch;

static int64_t get_offset(void) {
        return (int64_t) now_usec() - (int64_t) clock_usec(CLOCK_BOOTTIME);
}

/* A timer for no time at all: it only tells that the clock was set. */
static int arm(int fd) {
        struct itimerspec never = { .it_value.tv_sec = INT64_MAX / 1000000000 };

        return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0 ? -errno
                                                                                                  : 0;
}

static int on_clock_set(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Watch *watch = userdata;
        Manager *m = watch->manager;
        int64_t offset_usec, step_usec;
        uint64_t n;
        int r;

        (void) !read(fd, &n, sizeof(n)); /* ECANCELED: that is the message */
        r = arm(fd);
        if (r < 0)
                return log_errno(r, "Failed to watch the clock");
        offset_usec = get_offset();
        step_usec = offset_usec - watch->offset_usec;
        if (llabs(step_usec) < STEP_MIN_USEC)
                return 0;
        watch->offset_usec = offset_usec;
        log_line(LOG_NOTICE, "The clock was set %s by %" PRIu64 " s.", step_usec < 0 ? "back" : "forward",
                        (uint64_t) llabs(step_usec) / USEC_PER_SEC);
        retention_clock_set(m);
        r = retry_limit_waits(m);
        if (r < 0)
                log_errno(r, "Failed to read what is to be tried again");
        retry_schedule(m);
        return 0;
}

static void watch_free(void *userdata) {
        free(userdata);
}

int clock_watch(Manager *m) {
        Watch *watch = malloc(sizeof(Watch));
        int r;

        if (!watch)
                return -ENOMEM;
        *watch = (Watch){ m, get_offset(), timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK) };
        r = watch->fd < 0 ? -errno : arm(watch->fd);
        if (r >= 0)
                r = sd_event_add_io(m->event, &m->clock_source, watch->fd, EPOLLIN, on_clock_set, watch);
        if (r >= 0) /* before whatever believes the clock */
                r = sd_event_source_set_priority(m->clock_source, SD_EVENT_PRIORITY_IMPORTANT);
        if (r < 0) {
                m->clock_source = sd_event_source_disable_unref(m->clock_source);
                if (watch->fd >= 0)
                        (void) close(watch->fd);
                free(watch);
                return r;
        }
        (void) sd_event_source_set_io_fd_own(m->clock_source, true);
        (void) sd_event_source_set_destroy_callback(m->clock_source, watch_free);
        return 0;
}
