/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "log.h"
#include "unit-watch.h"

struct UnitWatch {
        Pid1 *pid1;
        sd_bus_slot *changed_slot, *removed_slot, *owner_slot, *list_slot;
        unsigned n_lookups; /* of those that were adopted, not answered */
        unit_done_cb done;
        void *userdata;
};

UnitWatch *unit_watch_free(UnitWatch *watch) {
        if (!watch)
                return NULL;
        sd_bus_slot_unref(watch->changed_slot);
        sd_bus_slot_unref(watch->removed_slot);
        sd_bus_slot_unref(watch->owner_slot);
        sd_bus_slot_unref(watch->list_slot);
        free(watch);
        return NULL;
}

/* ---- signals ---- */

static int on_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        static const char ours[] = PID1_UNIT_PREFIX "/jobsd_2d"; /* "jobsd-" as a path has it */
        UnitWatch *watch = userdata;
        const char *path = sd_bus_message_get_path(signal);
        _cleanup_free_ char *name = NULL;
        Unit *unit;

        if (strncmp(path, ours, sizeof(ours) - 1) != 0 || sd_bus_path_decode(path, PID1_UNIT_PREFIX, &name) <= 0)
                return 0;
        unit = unit_find(watch->pid1, name);
        if (unit)
                unit_take_properties(unit, signal);
        return 0;
}

static void tell_stray(Pid1 *pid1, const char *name) {
        uint64_t id;

        if (job_unit_name_to_id(name, &id) >= 0)
                pid1->events->stray(id, name, pid1->userdata);
}

/* Of one that nobody knows: a hand that stops a unit may start it again, as "systemctl restart". Its job has ended
 * with the stop. */
static int on_removed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        UnitWatch *watch = userdata;
        const char *name, *result;
        Unit *unit;

        if (sd_bus_message_read(signal, "uoss", NULL, NULL, &name, &result) < 0)
                return 0;
        unit = unit_find(watch->pid1, name);
        if (unit)
                unit_take_job_result(unit, result);
        else
                tell_stray(watch->pid1, name);
        return 0;
}

static int subscribe(sd_bus *bus) {
        return sd_bus_call_method_async(bus, NULL, PID1_MANAGER, "Subscribe", NULL, NULL, "");
}

static void ask_again(Unit *unit, void *userdata) {
        unit_ask_again(unit);
}

/* PID 1 is back on the bus, as after "systemctl daemon-reexec". What it had to tell meanwhile nobody has
 * heard. */
static int on_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error) {
        UnitWatch *watch = userdata;
        const char *new_owner;
        int r;

        r = sd_bus_message_read(signal, "sss", NULL, NULL, &new_owner);
        if (r < 0 || !*new_owner)
                return 0;
        r = subscribe(watch->pid1->bus);
        if (r < 0)
                return sd_event_exit(watch->pid1->event, r);
        unit_foreach(watch->pid1, ask_again, NULL);
        return 0;
}

static int watch_pid1(UnitWatch *watch) {
        sd_bus *bus = watch->pid1->bus;
        int r;

        /* One rule serves all jobs. */
        r = sd_bus_add_match_async(bus, &watch->changed_slot,
                        "type='signal',sender='" PID1_SERVICE "',interface='" DBUS_PROPERTIES "',"
                        "member='PropertiesChanged',path_namespace='" PID1_UNIT_PREFIX "'",
                        on_changed, NULL, watch);
        if (r >= 0)
                r = sd_bus_match_signal_async(
                                bus, &watch->removed_slot, PID1_MANAGER, "JobRemoved", on_removed, NULL, watch);
        if (r >= 0)
                r = sd_bus_add_match_async(bus, &watch->owner_slot,
                                "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                                "member='NameOwnerChanged',arg0='" PID1_SERVICE "'",
                                on_owner_changed, NULL, watch);
        if (r >= 0) /* PID 1 sends signals only to whom asks for them */
                r = subscribe(bus);
        return r;
}

/* ---- what is there at the start ---- */

static void tell_done(UnitWatch *watch) {
        unit_done_cb done = watch->done;

        if (watch->n_lookups > 0 || !done)
                return;
        watch->done = NULL;
        done(watch->userdata);
}

static void on_looked_up(void *userdata) {
        UnitWatch *watch = userdata;

        watch->n_lookups--;
        tell_done(watch);
}

static void look_up(UnitWatch *watch, const char *name) {
        Unit *unit = unit_find(watch->pid1, name);

        if (!unit)
                tell_stray(watch->pid1, name);
        else if (unit_look_up(unit, on_looked_up, watch) >= 0)
                watch->n_lookups++;
}

static int on_units(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        UnitWatch *watch = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(reply);
        const char *name;
        int r;

        if (e) {
                log_line(LOG_ERR, "Failed to list the units: %s", e->message);
                return sd_event_exit(watch->pid1->event, -EIO);
        }
        r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'r', "ssssssouso")) > 0) {
                r = sd_bus_message_read(reply, "s", &name);
                if (r < 0)
                        break;
                look_up(watch, name);
                r = sd_bus_message_skip(reply, "sssssouso");
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        if (r < 0)
                log_errno(r, "Unexpected list of units");
        tell_done(watch);
        return 0;
}

static int ask(UnitWatch *watch, sd_bus_message *m, sd_bus_message_handler_t callback) {
        watch->list_slot = sd_bus_slot_unref(watch->list_slot);
        return sd_bus_call_async(watch->pid1->bus, &watch->list_slot, m, callback, watch, PID1_TIMEOUT_USEC);
}

static int list_units(UnitWatch *watch) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = pid1_new_call(watch->pid1, "ListUnitsByPatterns", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "asas", 0, 1, "jobsd-*.service");
        return r < 0 ? r : ask(watch, m, on_units);
}

static int on_userspace_begin(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        UnitWatch *watch = userdata;
        int r;

        (void) pid1_read_number(reply, &watch->pid1->userspace_usec); /* else it is as old as the boot */
        r = list_units(watch);
        return r < 0 ? sd_event_exit(watch->pid1->event, r) : 0;
}

int unit_watch_start(Pid1 *pid1, sd_bus *bus, unit_done_cb done, void *userdata, UnitWatch **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        UnitWatch *watch = calloc(1, sizeof(UnitWatch));
        int r;

        if (!watch)
                return -ENOMEM;
        pid1->bus = bus;
        watch->pid1 = pid1;
        watch->done = done;
        watch->userdata = userdata;
        r = watch_pid1(watch);
        if (r >= 0)
                r = pid1_new_get(pid1, "UserspaceTimestamp", &m);
        if (r >= 0)
                r = ask(watch, m, on_userspace_begin);
        if (r < 0)
                unit_watch_free(watch);
        else
                *ret = watch;
        return r;
}
