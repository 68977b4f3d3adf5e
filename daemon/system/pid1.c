/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "log.h"
#include "macro.h"
#include "pid1.h"

void pid1_init(Pid1 *pid1, sd_event *event, const UnitEvents *events, void *userdata) {
        *pid1 = (Pid1){ .event = event, .events = events, .userdata = userdata };
        turnstile_init(&pid1->calls, PID1_CALLS_MAX);
        turnstile_init(&pid1->stops, PID1_STOPS_MAX);
        turnstile_init(&pid1->removals, PID1_STOPS_MAX);
}

bool pid1_may_start(const Pid1 *pid1) {
        return pid1->n_starts < PID1_STARTS_MAX && !pid1->is_stopping;
}

int pid1_new_call(Pid1 *pid1, const char *method, sd_bus_message **ret) {
        return sd_bus_message_new_method_call(pid1->bus, ret, PID1_MANAGER, method);
}

static int new_get(Pid1 *pid1, const char *path, const char *interface, const char *property, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(pid1->bus, &m, PID1_SERVICE, path, DBUS_PROPERTIES, "Get");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", interface, property);
        if (r >= 0)
                *ret = TAKE_PTR(m);
        return r;
}

int pid1_new_get(Pid1 *pid1, const char *property, sd_bus_message **ret) {
        return new_get(pid1, "/org/freedesktop/systemd1", PID1_SERVICE ".Manager", property, ret);
}

int pid1_new_get_of_unit(Pid1 *pid1, const char *unit, const char *property, sd_bus_message **ret) {
        _cleanup_free_ char *path = NULL;
        int r = sd_bus_path_encode(PID1_UNIT_PREFIX, unit, &path);

        return r < 0 ? r : new_get(pid1, path, PID1_SERVICE ".Service", property, ret);
}

int pid1_read_number(sd_bus_message *reply, uint64_t *ret) {
        uint64_t v;
        int r = sd_bus_message_is_method_error(reply, NULL) ? -EIO
                                                            : sd_bus_message_read(reply, "v", "t", &v);

        if (r >= 0 && v != UINT64_MAX)
                *ret = v;
        return r;
}

void pid1_remove_unit(Pid1 *pid1, const char *unit) {
        int r;

        r = sd_bus_call_method_async(pid1->bus, NULL, PID1_MANAGER, "StopUnit", NULL, NULL, "ss", unit, "replace");
        if (r >= 0)
                r = sd_bus_call_method_async(
                                pid1->bus, NULL, PID1_MANAGER, "ResetFailedUnit", NULL, NULL, "s", unit);
        if (r < 0)
                log_errno(r, "Failed to remove %s", unit);
}
