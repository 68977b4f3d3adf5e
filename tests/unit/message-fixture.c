/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "message-fixture.h"

static struct {
        sd_bus *bus;
        int peer_fd;
} connection;

int bus_setup(void **state) {
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
                return -errno;
        connection.peer_fd = fds[1];
        if (sd_bus_new(&connection.bus) < 0 || sd_bus_set_fd(connection.bus, fds[0], fds[0]) < 0)
                return -1;
        return sd_bus_start(connection.bus) < 0 ? -1 : 0;
}

int bus_teardown(void **state) {
        sd_bus_close(connection.bus); /* not flushed: nobody would ever read it */
        sd_bus_unref(connection.bus);
        close_fd(connection.peer_fd);
        return 0;
}

sd_bus *test_bus(void) {
        return connection.bus;
}

sd_bus_message *message_new(void) {
        sd_bus_message *m;

        assert_int_equal(sd_bus_message_new_method_call(connection.bus, &m, "org.example", "/org/example",
                                         "org.example", "Example"),
                        0);
        return m;
}

void message_seal(sd_bus_message *m) {
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
}
