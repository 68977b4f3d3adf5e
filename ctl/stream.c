/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "interrupt.h"
#include "io.h"
#include "outcome.h"
#include "pager.h"
#include "protocol.h"
#include "report.h"
#include "stream.h"

#define BLOCK_BYTES ((size_t) 64 * 1024)
/* How often in a row a stream may break off before anything new came through it. */
#define FRUITLESS_OPENS_MAX 3U

static int append_output_options(sd_bus_message *call, uint64_t id, bool follow, uint64_t lines) {
        int r;

        r = sd_bus_message_append_basic(call, 't', &id);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0 && follow)
                r = bus_append_option(call, "follow", 'b', &(int){ true });
        if (r >= 0 && lines < LINES_ALL)
                r = bus_append_option(call, "lines", 't', &lines);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        return r < 0 ? r : sd_bus_message_append_basic(call, 't', &(uint64_t){ 0 });
}

/* ssh carries no descriptors. */
static int check_transport(const Context *context, uint64_t id) {
        const Arguments *arguments = context->arguments;
        int r;

        r = sd_bus_can_send(context->bus, SD_BUS_TYPE_UNIX_FD);
        if (r > 0)
                return 0;
        if (r < 0)
                return fail_bus(NULL, r, "Failed to ask the bus whether it carries output");
        return fail_plain(-EOPNOTSUPP,
                        "Output does not come through this connection. Try: ssh %s jobsctl output %" PRIu64,
                        arguments->host ?: "HOST", id);
}

int stream_open(const Context *context, uint64_t id, bool follow, uint64_t lines, int *ret_fd) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int fd, r;

        r = check_transport(context, id);
        if (r < 0)
                return r;
        r = bus_new_manager_call(context->bus, "OpenOutput", &call);
        if (r >= 0)
                r = append_output_options(call, id, follow, lines);
        if (r >= 0)
                r = bus_ask(context->bus, call, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read_basic(reply, 'h', &fd);
        if (r < 0)
                return fail_bus(&error, r, "Failed to read the output of job %" PRIu64, id);
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the message owns the one that it carried */
        if (fd < 0)
                return fail(-errno, "Failed to read the output of job %" PRIu64, id);
        *ret_fd = fd;
        return 0;
}

/* A copy in progress. */
typedef struct Copy {
        int fd;
        int interrupt_fd;  /* -EBADF: Ctrl-C kills */
        uint64_t skip;     /* so many bytes are left out at the beginning */
        uint64_t n_copied; /* written so far */
        bool mask;
        char last; /* byte of the block before, for characters of two bytes */
} Copy;

/* Control characters, but for those that a text is made of; those from U+0080 on take two bytes. */
static void mask_controls(Copy *copy, char *data, size_t size) {
        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char) data[i];
                bool is_c1 = copy->last == (char) 0xc2 && c >= 0x80 && c < 0xa0;

                copy->last = data[i];
                if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || is_c1)
                        data[i] = '?';
        }
}

static int copy_block(Copy *copy, char *data, size_t size) {
        size_t n_skipped = copy->skip < size ? (size_t) copy->skip : size;
        int r;

        copy->skip -= n_skipped;
        if (copy->mask)
                mask_controls(copy, data, size);
        r = write_all(STDOUT_FILENO, data + n_skipped, size - n_skipped);
        if (r < 0)
                return r;
        copy->n_copied += size - n_skipped;
        return 0;
}

/* Until the end of file. */
static int copy_stream(Copy *copy) {
        _cleanup_free_ char *block = malloc(BLOCK_BYTES);
        ssize_t n;
        int r;

        if (!block)
                return -ENOMEM;
        for (;;) {
                r = interrupt_wait_sync(copy->interrupt_fd, copy->fd, POLLIN, UINT64_MAX);
                if (r < 0)
                        return r;
                n = read(copy->fd, block, BLOCK_BYTES);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                r = copy_block(copy, block, (size_t) n);
                if (r < 0)
                        return r;
        }
}

static int fail_copy(int error, uint64_t id) {
        return error == -EINTR ? error : fail(error, "Failed to pass on the output of job %" PRIu64, id);
}

static int print_stream(Context *context, uint64_t id, uint64_t lines, bool mask) {
        _cleanup_close_ int fd = -EBADF;
        Copy copy = { .interrupt_fd = -EBADF, .mask = mask };
        int r;

        r = stream_open(context, id, false, lines, &fd);
        if (r < 0)
                return r;
        pager_open(context);
        (void) fflush(stdout);
        copy.fd = fd;
        r = copy_stream(&copy);
        return r < 0 ? fail_copy(r, id) : 0;
}

int stream_print(Context *context, uint64_t id, uint64_t lines) {
        return print_stream(context, id, lines, false);
}

int stream_print_masked(Context *context, uint64_t id, uint64_t lines) {
        return print_stream(context, id, lines, true);
}

/* After a break, what is printed already is left out if all was asked for; of a stream that began
 * at its last lines nobody knows where that was. */
static int follow_once(const Context *context, uint64_t id, uint64_t lines, Copy *copy) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        r = stream_open(context, id, true, lines, &fd);
        if (r < 0)
                return r;
        copy->fd = fd;
        copy->skip = lines >= LINES_ALL ? copy->n_copied : 0;
        r = copy_stream(copy);
        return r < 0 ? fail_copy(r, id) : 0;
}

/* The jobsd that answers now. Without one: an empty name, which is nobody's. */
static int get_owner(const Context *context, char **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *owner = "";

        if (sd_bus_call_method(context->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                            "org.freedesktop.DBus", "GetNameOwner", NULL, &reply, "s", JOBSD_BUS_NAME) >= 0)
                (void) sd_bus_message_read(reply, "s", &owner); /* what is no name is nobody's, too */
        *ret = strdup(owner);
        return *ret ? 0 : fail_memory();
}

/* Whether the jobsd that opened a stream is still there: the end of its stream is the end of the output.
 * Streams end with the jobsd that opened them as well. */
static int owner_is(const Context *context, const char *owner) {
        _cleanup_free_ char *now = NULL;
        int r = get_owner(context, &now);

        return r < 0 ? r : *now && strcmp(now, owner) == 0;
}

/* 1 when the job has ended, 0 when it has not; reports. */
static int job_has_ended(const Context *context, uint64_t id) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = bus_get_job(context->bus, id, &job);
        if (r < 0)
                return r;
        return !job_status_is_active(job->status);
}

static void tell_broken(const Context *context, uint64_t id, bool again) {
        const Arguments *arguments = context->arguments;
        char options[128];

        if (again) {
                note(arguments, "The output of job %" PRIu64 " broke off. Opening it again.", id);
                return;
        }
        note(arguments,
                        "The output of job %" PRIu64
                        " breaks off again and again. Waiting for the job's end; "
                        "then read it with: jobsctl %soutput %" PRIu64,
                        id, hint_options(arguments, options), id);
}

int stream_follow(const Context *context, Waiter *waiter, uint64_t id, uint64_t lines, Job **ret) {
        Copy copy = { .interrupt_fd = waiter_interrupt_fd(waiter) };
        unsigned n_fruitless = 0;
        uint64_t n_before;
        int r;

        (void) fflush(stdout);
        while (n_fruitless < FRUITLESS_OPENS_MAX) {
                _cleanup_free_ char *owner = NULL;

                n_before = copy.n_copied;
                r = get_owner(context, &owner);
                if (r >= 0)
                        r = follow_once(context, id, lines, &copy);
                if (r >= 0)
                        r = job_has_ended(context, id);
                if (r > 0) /* asked last: it is about the one that the answer came from, too */
                        r = owner_is(context, owner);
                if (r < 0)
                        return r;
                if (r > 0)
                        break;
                n_fruitless = copy.n_copied > n_before ? 0 : n_fruitless + 1;
                tell_broken(context, id, n_fruitless < FRUITLESS_OPENS_MAX);
                if (lines < LINES_ALL)
                        lines = 0;
        }
        return waiter_wait_sync(waiter, id, ret);
}
