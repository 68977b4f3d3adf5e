/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "backlog.h"
#include "bus-job.h"
#include "bus-manager.h"
#include "bus.h"
#include "client.h"
#include "dispatch.h"
#include "import.h"
#include "log.h"
#include "message-size.h"
#include "protocol.h"
#include "subscription.h"

#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define INTROSPECTABLE_INTERFACE "org.freedesktop.DBus.Introspectable"

typedef enum ObjectKind {
        OBJECT_MANAGER,
        OBJECT_JOBS, /* the node above the jobs */
        OBJECT_JOB,
} ObjectKind;

typedef struct Method {
        ObjectKind kind;
        const char *interface, *member;
        const char *signature;
        request_handler handler;
} Method;

static const Method methods[] = {
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "RunCommand", "asa{sv}t", bus_manager_run_command },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "RunType", "sa{ss}a{sv}t", bus_manager_run_type },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ListTypes", "t", bus_manager_list_types },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "Reload", "t", bus_manager_reload },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ListJobs", "a{sv}tut", bus_manager_list_jobs },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ListSorted", "a{sv}sbsut", bus_manager_list_sorted },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "CountJobs", "a{sv}tt", bus_manager_count_jobs },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "CancelJob", "tt", bus_manager_cancel_job },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "RetryJob", "tt", bus_manager_retry_job },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ClearJobs", "a{sv}t", bus_manager_clear_jobs },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "OpenOutput", "ta{sv}t", bus_manager_open_output_of },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ListResults", "tt", bus_manager_list_results_of },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "OpenResult", "tst", bus_manager_open_result_of },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ExportHistory", "a{sv}st", bus_manager_export_history },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "OpenLog", "ta{sv}t", bus_manager_open_log },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "ImportHistory", "hhst", bus_manager_import_history },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "Subscribe", "t", bus_manager_subscribe },
        { OBJECT_MANAGER, JOBSD_MANAGER_INTERFACE, "Unsubscribe", "", bus_manager_unsubscribe },
        { OBJECT_MANAGER, PROPERTIES_INTERFACE, "Get", "ss", bus_manager_get },
        { OBJECT_MANAGER, PROPERTIES_INTERFACE, "GetAll", "s", bus_manager_get_all },
        { OBJECT_MANAGER, INTROSPECTABLE_INTERFACE, "Introspect", "", bus_manager_introspect },
        { OBJECT_JOBS, INTROSPECTABLE_INTERFACE, "Introspect", "", bus_manager_introspect_jobs },
        { OBJECT_JOB, JOBSD_JOB_INTERFACE, "Cancel", "t", bus_job_cancel },
        { OBJECT_JOB, JOBSD_JOB_INTERFACE, "Retry", "t", bus_job_retry },
        { OBJECT_JOB, JOBSD_JOB_INTERFACE, "Clear", "t", bus_job_clear },
        { OBJECT_JOB, JOBSD_JOB_INTERFACE, "OpenOutput", "a{sv}t", bus_job_open_output },
        { OBJECT_JOB, JOBSD_JOB_INTERFACE, "ListResults", "t", bus_job_list_results },
        { OBJECT_JOB, JOBSD_JOB_INTERFACE, "OpenResult", "st", bus_job_open_result },
        { OBJECT_JOB, PROPERTIES_INTERFACE, "Get", "ss", bus_job_get },
        { OBJECT_JOB, PROPERTIES_INTERFACE, "GetAll", "s", bus_job_get_all },
        { OBJECT_JOB, INTROSPECTABLE_INTERFACE, "Introspect", "", bus_job_introspect },
};

static int find_object(const char *path, ObjectKind *ret_kind, uint64_t *ret_id) {
        *ret_id = 0;
        if (strcmp(path, JOBSD_PATH) == 0)
                *ret_kind = OBJECT_MANAGER;
        else if (strcmp(path, JOBSD_JOB_PREFIX) == 0)
                *ret_kind = OBJECT_JOBS;
        else {
                *ret_kind = OBJECT_JOB;
                return job_path_to_id(path, ret_id);
        }
        return 0;
}

static const Method *find_method(ObjectKind kind, const char *interface, const char *member) {
        for (size_t i = 0; i < ELEMENTSOF(methods); i++)
                if (methods[i].kind == kind && strcmp(methods[i].member, member) == 0 &&
                                (!interface || strcmp(methods[i].interface, interface) == 0))
                        return &methods[i];
        return NULL;
}

/* What is called, of what. */
typedef struct Call {
        const Method *method;
        uint64_t id;
        size_t bytes;
} Call;

static int read_call(sd_bus_message *message, Call *ret, sd_bus_error *e) {
        const char *interface = sd_bus_message_get_interface(message),
                   *member = sd_bus_message_get_member(message);
        ObjectKind kind;
        int r;

        if (find_object(sd_bus_message_get_path(message), &kind, &ret->id) < 0)
                return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_OBJECT, "Unknown object \"%.64s\".",
                                sd_bus_message_get_path(message));
        if (interface && strcmp(interface, PROPERTIES_INTERFACE) == 0 && strcmp(member, "Set") == 0)
                return sd_bus_error_set_const(
                                e, SD_BUS_ERROR_PROPERTY_READ_ONLY, "All properties are read-only.");
        ret->method = find_method(kind, interface, member);
        if (!ret->method)
                return sd_bus_error_setf(e, SD_BUS_ERROR_UNKNOWN_METHOD,
                                "Unknown method \"%.64s\" of interface \"%.64s\".", member, interface ?: "");
        if (!sd_bus_message_has_signature(message, ret->method->signature))
                return sd_bus_error_setf(e, SD_BUS_ERROR_INVALID_ARGS,
                                "%s takes arguments of type \"%s\", not \"%.64s\".", member,
                                ret->method->signature, sd_bus_message_get_signature(message, true));
        r = message_count_bytes(message, REQUEST_BYTES_MAX, &ret->bytes);
        if (r == -E2BIG)
                return error_invalid(e, "The arguments of %s may take %zu bytes at most.", member,
                                REQUEST_BYTES_MAX);
        /* D-Bus allows text that sd-bus does not read: say so now, and not when half of it is done */
        if (r < 0)
                return sd_bus_error_setf(e, SD_BUS_ERROR_INVALID_ARGS,
                                "The arguments of %s contain text that is none, as the noncharacter U+FFFE "
                                "of Unicode.",
                                member);
        return 0;
}

/* Every method call below our path comes here. */
static int on_call(sd_bus_message *message, void *userdata, sd_bus_error *e) {
        Call call;
        int r;

        if (!sd_bus_message_is_method_call(message, NULL, NULL))
                return 0;
        r = read_call(message, &call, e);
        if (r < 0)
                return r;
        request_begin(userdata, message, call.bytes, call.method->handler, call.id);
        return 1;
}

/* Before it, and before what sd-bus answers itself, every message. Of who is behind a proper call waits;
 * anything else, which would be answered at once, he calls in vain. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *e) {
        _cleanup_(sd_bus_error_free) sd_bus_error mistake = SD_BUS_ERROR_NULL;
        Client *client;
        Call call;

        if (!sd_bus_message_is_method_call(message, NULL, NULL) ||
                        request_get_client(userdata, sd_bus_message_get_sender(message), &client) < 0)
                return 0;
        backlog_sent(client);
        return backlog_is_behind(client) && read_call(message, &call, &mistake) < 0;
}

static int on_name_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *e) {
        Manager *m = userdata;
        const char *name;

        if (sd_bus_message_read(signal, "s", &name) >= 0) {
                import_client_left(m, name);
                request_client_left(client_find(m, name));
        }
        return 0;
}

static int on_name_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        const sd_bus_error *e = sd_bus_message_get_error(reply);
        Manager *m = userdata;
        uint32_t answer = 0;

        if (!e && sd_bus_message_read(reply, "u", &answer) >= 0 && answer == 1 /* PRIMARY_OWNER */) {
                m->on_name_acquired(m);
                return 0;
        }
        log_line(LOG_ERR, "Failed to get the bus name " JOBSD_BUS_NAME ": %s",
                        e ? e->message : "another jobsd has it");
        return sd_event_exit(m->event, -EEXIST);
}

int bus_new(Manager *m) {
        int r;

        r = dispatch_new(m->event, request_take_turn, &m->dispatch);
        if (r >= 0)
                r = backlog_new(m, subscription_end, &m->backlog);
        return r < 0 ? r : authority_new(m, subscription_check_rights, &m->authority);
}

void bus_free(Manager *m) {
        while (!LIST_EMPTY(&m->requests))
                request_free(LIST_FIRST(&m->requests));
        while (m->clients)
                request_client_left(*(Client **) m->clients); /* the tree's root, see tsearch(3) */
        backlog_free(m->backlog);
        authority_free(m->authority);
        dispatch_free(m->dispatch);
}

int bus_connect(Manager *m, void (*acquired)(Manager *m)) {
        int r;

        m->on_name_acquired = acquired;
        r = sd_bus_open_system(&m->bus);
        if (r >= 0) /* systemd starts jobsd again, and it finds everything as it was */
                r = sd_bus_set_exit_on_disconnect(m->bus, true);
        if (r >= 0)
                r = sd_bus_attach_event(m->bus, m->event, SD_EVENT_PRIORITY_NORMAL);
        if (r >= 0)
                r = sd_bus_add_filter(m->bus, NULL, on_message, m);
        if (r >= 0)
                r = sd_bus_add_fallback(m->bus, NULL, JOBSD_PATH, on_call, m);
        if (r >= 0) /* one rule for all clients: those that are gone */
                r = sd_bus_add_match_async(m->bus, NULL,
                                "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop."
                                "DBus',"
                                "member='NameOwnerChanged',arg2=''",
                                on_name_owner_changed, NULL, m);
        if (r >= 0)
                r = authority_watch(m->authority);
        if (r >= 0)
                r = sd_bus_request_name_async(m->bus, NULL, JOBSD_BUS_NAME, 0, on_name_reply, m);
        return r < 0 ? log_errno(r, "Failed to connect to the system bus") : 0;
}
