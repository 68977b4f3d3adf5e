/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bus-util.h"
#include "format.h"
#include "interrupt.h"
#include "io.h"
#include "output-note.h"
#include "outcome.h"
#include "pager.h"
#include "report.h"
#include "stream.h"

#define BLOCK_BYTES ((size_t) 64 * 1024)
/* How often in a row a stream may break off before anything new came through it. */
#define FRUITLESS_OPENS_MAX 3U

static int append_output_options(
                sd_bus_message *call, uint64_t id, bool follow, uint64_t lines, uint64_t since) {
        int r;

        r = sd_bus_message_append_basic(call, 't', &id);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0 && follow)
                r = bus_append_option(call, "follow", 'b', &(int){ true });
        if (r >= 0 && lines < LINES_ALL)
                r = bus_append_option(call, "lines", 't', &lines);
        if (r >= 0 && since > 0)
                r = bus_append_option(call, "since-byte", 't', &since);
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

static int keep_fd(int fd) {
        int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the message owns the one that it carried */

        return kept < 0 ? -errno : kept;
}

/* An output being copied. */
typedef struct Copy {
        int fd;
        OutputNoteReader notes;
        OutputNote note; /* the next one, */
        bool has_note;
        int interrupt_fd;       /* -EBADF: Ctrl-C kills */
        uint64_t position;      /* in the stream */
        uint64_t since;         /* what it began with: so many bytes of the output, */
        uint64_t n_passed;      /* and so many came of it since then, or are missing */
        bool mask;
        bool is_silent;         /* notes are not told */
        bool to_pager;          /* they stand in the text */
        bool is_complete;       /* this stream is */
        bool is_damaged;        /* there will be no more, however often it is opened */
        bool lacks_something;   /* or may do so */
        char last; /* byte of the block before, for characters of two bytes */
} Copy;

static int copy_open(Copy *copy, const Context *context, uint64_t id, bool follow, uint64_t lines) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int fd, status_fd, r;

        r = check_transport(context, id);
        if (r < 0)
                return r;
        r = bus_new_manager_call(context->bus, "OpenOutput", &call);
        if (r >= 0)
                r = append_output_options(call, id, follow, lines, copy->since);
        if (r >= 0)
                r = bus_ask(context->bus, call, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "hh", &fd, &status_fd);
        if (r < 0)
                return fail_bus(&error, r, "Failed to read the output of job %" PRIu64, id);
        r = copy->fd = keep_fd(fd);
        if (r >= 0)
                r = copy->notes.fd = keep_fd(status_fd);
        if (r < 0)
                return fail(r, "Failed to read the output of job %" PRIu64, id);
        return 0;
}

/* Closed, and as before it was opened, but for what the next one has to know. */
static void copy_close(Copy *copy) {
        close_fd(copy->fd);
        close_fd(copy->notes.fd);
        copy->fd = copy->notes.fd = -EBADF;
        copy->notes.size = 0;
        copy->position = 0;
        copy->has_note = copy->is_complete = false;
}

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

static int copy_bytes(Copy *copy, char *data, size_t size) {
        copy->position += size;
        copy->n_passed += size;
        if (copy->mask)
                mask_controls(copy, data, size);
        return write_all(STDOUT_FILENO, data, size);
}

_printf_(2, 3) static void tell(const Copy *copy, const char *format, ...) {
        FILE *file = copy->to_pager ? stdout : stderr;
        va_list values;

        if (copy->is_silent)
                return;
        (void) fputs("jobsctl: ", file);
        va_start(values, format);
        (void) vfprintf(file, format, values);
        va_end(values);
        (void) fputc('\n', file);
        (void) fflush(file);
}

static void tell_gone(const Copy *copy, uint64_t since_usec) {
        _cleanup_free_ char *since = NULL;

        if (since_usec > 0 && format_timestamp(since_usec, TIMESTAMP_SECONDS, &since) >= 0)
                tell(copy, "nothing of this output is in the journal, which goes back to %s", since);
        else
                tell(copy, "nothing of this output is in the journal");
}

static void take_note(Copy *copy) {
        const OutputNote *note = &copy->note;

        copy->has_note = false;
        if (note->kind == NOTE_END)
                copy->is_complete = true;
        if (note->kind == NOTE_DAMAGED)
                copy->is_damaged = true;
        if (note->kind >= NOTE_END)
                return;
        copy->lacks_something = copy->lacks_something || note->kind != NOTE_HELD;
        switch (note->kind) {
        case NOTE_MISSING:
                copy->n_passed += note->number;
                tell(copy, note->number == 1 ? "%'" PRIu64 " byte is missing here"
                                                : "%'" PRIu64 " bytes are missing here",
                                note->number);
                break;
        case NOTE_GONE:
                tell_gone(copy, note->number);
                break;
        case NOTE_UNFINISHED:
                tell(copy, "the last that was printed may be missing here");
                break;
        case NOTE_HELD:
                tell(copy, "somebody held this output open when the command had ended");
                break;
        default:
                tell(copy, "the rest cannot be read, the journal is damaged");
        }
}

/* Each note is there before the bytes behind it are. */
static int find_note(Copy *copy) {
        int r;

        if (copy->has_note)
                return 1;
        r = output_note_next(&copy->notes, &copy->note);
        copy->has_note = r > 0;
        return r;
}

static int copy_block(Copy *copy, char *data, size_t size) {
        int r;

        while ((r = find_note(copy)) > 0 && copy->note.at <= copy->position + size) {
                size_t n = copy->note.at > copy->position ? (size_t) (copy->note.at - copy->position) : 0;

                r = copy_bytes(copy, data, n);
                if (r < 0)
                        return r;
                data += n;
                size -= n;
                take_note(copy);
        }
        return r < 0 ? r : copy_bytes(copy, data, size);
}

/* Those behind the last byte. Who writes has closed both pipes, or has ended. */
static int take_last_notes(Copy *copy) {
        int r;

        while ((r = find_note(copy)) > 0)
                take_note(copy);
        return r;
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
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return take_last_notes(copy);
                r = copy_block(copy, block, (size_t) n);
                if (r < 0)
                        return r;
        }
}

static int fail_copy(int error, uint64_t id) {
        return error == -EINTR ? error : fail(error, "Failed to pass on the output of job %" PRIu64, id);
}

/* What --strict makes of it; everything else was told. */
static int judge(const Context *context, const Copy *copy) {
        if (copy->is_silent)
                return 0;
        if (copy->is_damaged)
                return -EBADMSG;
        return context->arguments->strict && copy->lacks_something ? -ENODATA : 0;
}

static int print_stream(Context *context, uint64_t id, uint64_t lines, bool is_part) {
        Copy copy = {
                .fd = -EBADF, .notes.fd = -EBADF, .interrupt_fd = -EBADF, .mask = is_part, .is_silent = is_part
        };
        int r;

        copy.since = is_part ? 0 : context->arguments->since_byte;
        r = copy_open(&copy, context, id, false, lines);
        if (r < 0)
                return r;
        pager_open(context);
        copy.to_pager = context->pager > 0;
        (void) fflush(stdout);
        r = copy_stream(&copy);
        if (r < 0)
                r = fail_copy(r, id);
        else if (!copy.is_complete && !copy.is_damaged)
                r = fail_plain(-ECONNRESET, "The output of job %" PRIu64 " broke off.", id);
        else
                r = judge(context, &copy);
        copy_close(&copy);
        return r;
}

int stream_print(Context *context, uint64_t id, uint64_t lines) {
        return print_stream(context, id, lines, false);
}

int stream_print_masked(Context *context, uint64_t id, uint64_t lines) {
        return print_stream(context, id, lines, true);
}

/* After a break it begins behind what came already, if all was asked for; of a stream that began at its
 * last lines nobody knows where that was. */
static int follow_once(const Context *context, uint64_t id, uint64_t lines, Copy *copy) {
        int r;

        copy->since = lines >= LINES_ALL ? context->arguments->since_byte + copy->n_passed : 0;
        r = copy_open(copy, context, id, true, lines);
        if (r < 0)
                return r;
        r = copy_stream(copy);
        return r < 0 ? fail_copy(r, id) : copy->is_complete || copy->is_damaged;
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
        Copy copy = { .fd = -EBADF, .notes.fd = -EBADF, .interrupt_fd = waiter_interrupt_fd(waiter) };
        unsigned n_fruitless = 0;
        uint64_t n_before;
        int r;

        (void) fflush(stdout);
        while (n_fruitless < FRUITLESS_OPENS_MAX) {
                n_before = copy.n_passed;
                r = follow_once(context, id, lines, &copy);
                copy_close(&copy);
                if (r < 0)
                        return r;
                if (r > 0)
                        break;
                n_fruitless = copy.n_passed > n_before ? 0 : n_fruitless + 1;
                tell_broken(context, id, n_fruitless < FRUITLESS_OPENS_MAX);
                if (lines < LINES_ALL)
                        lines = 0;
        }
        r = waiter_wait_sync(waiter, id, ret);
        return r < 0 ? r : judge(context, &copy);
}
