/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "protocol.h"
#include "report.h"

#define SEE_JOBSD "See: systemctl status jobsd.service"

/* What dbus-daemon, dbus-broker, systemd and sd-bus say when jobsd itself cannot, in words that
 * help. A name that ends in a dot stands for all that begin with it. */
static const struct {
        const char *name;
        const char *sentence;
} sentences[] = {
        { SD_BUS_ERROR_SERVICE_UNKNOWN, "jobsd is not installed, or could not be started. " SEE_JOBSD },
        { SD_BUS_ERROR_NAME_HAS_NO_OWNER, "jobsd is not running. " SEE_JOBSD },
        { "org.freedesktop.DBus.Error.Spawn.", "jobsd could not be started. " SEE_JOBSD },
        { "org.freedesktop.systemd1.", "jobsd could not be started. " SEE_JOBSD },
        { SD_BUS_ERROR_NO_REPLY, "jobsd did not answer. " SEE_JOBSD },
        { SD_BUS_ERROR_TIMEOUT, "jobsd did not answer in time. " SEE_JOBSD },
        { "org.freedesktop.DBus.Error.TimedOut", "jobsd could not be started in time. " SEE_JOBSD },
        { SD_BUS_ERROR_DISCONNECTED, "The bus closed the connection." },
        { SD_BUS_ERROR_UNKNOWN_METHOD,
                        "This jobsd is too old for it. Is it running since before an update?" },
        { SD_BUS_ERROR_UNKNOWN_INTERFACE,
                        "This jobsd is too old for it. Is it running since before an update?" },
        /* of a job's path, and of a jobsd that knows no better */
        { SD_BUS_ERROR_UNKNOWN_OBJECT, "There is no such job." },
        { SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                        "It needs an administrator's password. Type it on a terminal, without "
                        "--no-ask-password, or use sudo." },
};

static bool name_matches(const char *pattern, const char *name) {
        size_t length = strlen(pattern);

        return pattern[length - 1] == '.' ? strncmp(pattern, name, length) == 0 : strcmp(pattern, name) == 0;
}

static const char *bus_error_sentence(const sd_bus_error *bus_error, int error) {
        if (!sd_bus_error_is_set(bus_error))
                return error == -ECONNRESET || error == -ENOTCONN || error == -EPIPE
                                ? "The bus closed the connection."
                                : strerror(-error);
        for (size_t i = 0; i < ELEMENTSOF(sentences); i++)
                if (name_matches(sentences[i].name, bus_error->name))
                        return sentences[i].sentence;
        return bus_error->message ?: bus_error->name;
}

_printf_(2, 0) static void print_message(const char *reason, const char *format, va_list values) {
        (void) fflush(stdout); /* in the order in which it was said, where both are one terminal */
        (void) vfprintf(stderr, format, values);
        if (reason)
                (void) fprintf(stderr, ": %s", reason);
        (void) fputc('\n', stderr);
}

int fail(int error, const char *format, ...) {
        va_list values;

        va_start(values, format);
        print_message(strerror(-error), format, values);
        va_end(values);
        return error;
}

int fail_bus(const sd_bus_error *bus_error, int error, const char *format, ...) {
        va_list values;

        va_start(values, format);
        print_message(bus_error_sentence(bus_error, error), format, values);
        va_end(values);
        return error;
}

int fail_plain(int error, const char *format, ...) {
        va_list values;

        va_start(values, format);
        print_message(NULL, format, values);
        va_end(values);
        return error;
}

int fail_usage(const char *format, ...) {
        va_list values;

        va_start(values, format);
        print_message(NULL, format, values);
        va_end(values);
        return -EINVAL;
}

int fail_memory(void) {
        return fail_plain(-ENOMEM, "Out of memory.");
}

void note(const Arguments *arguments, const char *format, ...) {
        va_list values;

        if (arguments->quiet)
                return;
        va_start(values, format);
        print_message(NULL, format, values);
        va_end(values);
}
