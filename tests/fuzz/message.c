/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "message.h"

/* Opened once: it holds nothing of a message. */
static sd_bus *connection(void) {
        static sd_bus *bus;
        int fds[2];

        if (bus)
                return bus;
        CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) >= 0);
        CHECK(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, fds[0], fds[0]) >= 0 && sd_bus_start(bus) >= 0);
        return bus;
}

sd_bus_message *message_new(void) {
        sd_bus_message *m;

        CHECK(sd_bus_message_new_method_call(connection(), &m, "org.example", "/org/example", "org.example",
                              "Example") >= 0);
        return m;
}

void message_seal(sd_bus_message *m) {
        CHECK(sd_bus_message_seal(m, 1, 0) >= 0);
}

bool bus_carries(const char *text) {
        sd_bus_message *m = message_new();
        int r = sd_bus_message_append(m, "s", text);

        sd_bus_message_unref(m);
        CHECK(r >= 0 || r == -EINVAL);
        return r >= 0;
}
