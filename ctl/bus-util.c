/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bus-util.h"
#include "clock.h"
#include "job-message.h"
#include "protocol.h"
#include "report.h"

static int bus_connect(const Arguments *arguments, sd_bus **ret) {
        switch (arguments->transport) {
        case BUS_TRANSPORT_REMOTE:
                return sd_bus_open_system_remote(ret, arguments->host);
        case BUS_TRANSPORT_MACHINE:
                if (arguments->user_bus)
                        return sd_bus_open_user_machine(ret, arguments->host);
                return sd_bus_open_system_machine(ret, arguments->host);
        default:
                return arguments->user_bus ? sd_bus_open_user(ret) : sd_bus_open_system(ret);
        }
}

static int fail_connect(const Arguments *arguments, int error) {
        const char *which = arguments->user_bus ? "session" : "system";

        if (arguments->host)
                return fail_bus(NULL, error, "Failed to connect to the %s bus of %s", which,
                                arguments->host);
        if (error == -ENOMEDIUM)
                return fail_plain(error,
                                "There is no session bus here: neither $DBUS_SESSION_BUS_ADDRESS nor "
                                "$XDG_RUNTIME_DIR is set.");
        return fail_bus(NULL, error, "Failed to connect to the %s bus", which);
}

int bus_open(const Arguments *arguments, sd_bus **ret) {
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
        const char *name;
        int r;

        r = bus_connect(arguments, &bus);
        /* Whether the other end is there shows in its greeting. */
        if (r >= 0)
                r = sd_bus_get_unique_name(bus, &name);
        if (r < 0)
                return fail_connect(arguments, r);

        /* for every call of this connection */
        r = sd_bus_set_method_call_timeout(bus, JOBSD_CALL_TIMEOUT_USEC);
        if (r >= 0)
                r = sd_bus_set_allow_interactive_authorization(bus, !arguments->no_ask_password);
        if (r < 0)
                return fail(r, "Failed to set up the bus connection");
        *ret = TAKE_PTR(bus);
        return 0;
}

int bus_new_manager_call(sd_bus *bus, const char *method, sd_bus_message **ret) {
        return sd_bus_message_new_method_call(
                        bus, ret, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE, method);
}

int bus_ask(sd_bus *bus, sd_bus_message *question, sd_bus_error *error, sd_bus_message **ret) {
        int r = sd_bus_call(bus, question, 0, error, ret);

        if (r >= 0 || !sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY))
                return r;
        sd_bus_error_free(error);
        return sd_bus_call(bus, question, 0, error, ret);
}

int bus_find_job(sd_bus *bus, uint64_t id, sd_bus_error *error, Job **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL, *reply = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        r = job_path(id, &path);
        if (r >= 0)
                r = sd_bus_message_new_method_call(bus, &question, JOBSD_BUS_NAME, path,
                                "org.freedesktop.DBus.Properties", "GetAll");
        if (r >= 0)
                r = sd_bus_message_append_basic(question, 's', JOBSD_JOB_INTERFACE);
        if (r >= 0)
                r = bus_ask(bus, question, error, &reply);
        return r < 0 ? r : job_read(reply, ret);
}

int bus_get_job(sd_bus *bus, uint64_t id, Job **ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = bus_find_job(bus, id, &error, ret);

        return r < 0 ? fail_bus(&error, r, "Failed to look up job %" PRIu64, id) : 0;
}

int bus_new_system_uid_max_call(sd_bus *bus, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(
                        bus, &call, JOBSD_BUS_NAME, JOBSD_PATH, "org.freedesktop.DBus.Properties", "Get");
        if (r >= 0)
                r = sd_bus_message_append(call, "ss", JOBSD_MANAGER_INTERFACE, "SystemUIDMax");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(call);
        return 0;
}

int bus_read_system_uid_max(sd_bus_message *reply, uid_t *ret) {
        if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_UNKNOWN_PROPERTY)) {
                *ret = JOBSD_SYSTEM_UID_MAX_BEFORE;
                return 0;
        }
        return sd_bus_message_read(reply, "v", "u", ret);
}

int bus_find_system_uid_max(sd_bus *bus, sd_bus_error *error, uid_t *ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL, *reply = NULL;
        int r;

        r = bus_new_system_uid_max_call(bus, &question);
        if (r >= 0)
                r = bus_ask(bus, question, error, &reply);
        if (r >= 0)
                return bus_read_system_uid_max(reply, ret);
        if (!sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_PROPERTY))
                return r;
        *ret = JOBSD_SYSTEM_UID_MAX_BEFORE;
        return 0;
}

int bus_match_owner(sd_bus *bus, sd_bus_slot **ret, sd_bus_message_handler_t handler, void *userdata) {
        return sd_bus_add_match(bus, ret,
                        "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" JOBSD_BUS_NAME
                        "'",
                        handler, userdata);
}

/* sd-bus tells a point in time of CLOCK_MONOTONIC, or UINT64_MAX. */
static int bus_remaining(sd_bus *bus, struct timespec *buffer, struct timespec **ret) {
        uint64_t until_usec, current_usec = monotonic_usec(), usec;
        int r;

        r = sd_bus_get_timeout(bus, &until_usec);
        if (r < 0)
                return r;
        if (until_usec == UINT64_MAX) {
                *ret = NULL;
                return 0;
        }
        usec = until_usec > current_usec ? until_usec - current_usec : 0;
        *buffer = (struct timespec){
                .tv_sec = (time_t) (usec / USEC_PER_SEC),
                .tv_nsec = (long) (usec % USEC_PER_SEC * NSEC_PER_USEC),
        };
        *ret = buffer;
        return 0;
}

static int bus_pollfd(sd_bus *bus, struct pollfd *ret) {
        int fd, events;

        fd = sd_bus_get_fd(bus);
        if (fd < 0)
                return fd;
        events = sd_bus_get_events(bus);
        if (events < 0)
                return events;
        *ret = (struct pollfd){ .fd = fd, .events = (short) events };
        return 0;
}

int bus_wait_sync(sd_bus *bus, struct pollfd *fds, size_t n_fds) {
        struct pollfd all[1 + BUS_WAIT_FDS_MAX];
        struct timespec buffer, *timeout;
        int r;

        if (n_fds > BUS_WAIT_FDS_MAX)
                return -E2BIG;
        do {
                r = bus_pollfd(bus, &all[0]);
                if (r >= 0)
                        r = bus_remaining(bus, &buffer, &timeout);
                if (r < 0)
                        return r;
                memcpy(all + 1, fds, n_fds * sizeof(struct pollfd));
                r = ppoll(all, 1 + n_fds, timeout, NULL);
        } while (r < 0 && errno == EINTR); /* of a stop and a continue, or another signal */
        if (r < 0)
                return -errno;
        memcpy(fds, all + 1, n_fds * sizeof(struct pollfd));
        return 0;
}

/* Opens a variant of the type behind its key. */
static int bus_open_entry(sd_bus_message *message, const char *key, const char *type) {
        int r;

        r = sd_bus_message_open_container(message, 'e', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(message, 's', key);
        if (r < 0)
                return r;
        return sd_bus_message_open_container(message, 'v', type);
}

static int bus_close_entry(sd_bus_message *message) {
        int r;

        r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int bus_append_option(sd_bus_message *message, const char *key, char type, const void *value) {
        const char signature[] = { type, '\0' };
        int r;

        r = bus_open_entry(message, key, signature);
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(message, type, value);
        return r < 0 ? r : bus_close_entry(message);
}

int bus_append_strings(sd_bus_message *message, const char *key, char *const *strings) {
        int r;

        r = bus_open_entry(message, key, "as");
        if (r < 0)
                return r;
        r = sd_bus_message_append_strv(message, (char **) strings);
        return r < 0 ? r : bus_close_entry(message);
}

int bus_append_ids(sd_bus_message *message, const char *key, const uint64_t *ids, size_t n_ids) {
        int r;

        r = bus_open_entry(message, key, "at");
        if (r < 0)
                return r;
        r = sd_bus_message_append_array(message, 't', ids, n_ids * sizeof(uint64_t));
        return r < 0 ? r : bus_close_entry(message);
}

int bus_append_texts(sd_bus_message *message, const TextOption *options, size_t n_options) {
        int r;

        for (size_t i = 0; i < n_options; i++) {
                if (!options[i].text)
                        continue;
                r = bus_append_option(message, options[i].key, 's', options[i].text);
                if (r < 0)
                        return r;
        }
        return 0;
}

int bus_append_numbers(sd_bus_message *message, const NumberOption *options, size_t n_options) {
        int r;

        for (size_t i = 0; i < n_options; i++) {
                if (options[i].number == 0)
                        continue;
                r = bus_append_option(message, options[i].key, 't', &options[i].number);
                if (r < 0)
                        return r;
        }
        return 0;
}
