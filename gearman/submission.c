/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"
#include "protocol.h"
#include "submission.h"

static int append_parameter(sd_bus_message *call, const char *parameter) {
        const char *value = strchr(parameter, '=');
        _cleanup_free_ char *name = value ? strndup(parameter, (size_t) (value - parameter)) : NULL;

        return name ? sd_bus_message_append(call, "{ss}", name, value + 1) : value ? -ENOMEM : -EINVAL;
}

static int append_parameters(sd_bus_message *call, char *const *parameters) {
        int r = sd_bus_message_open_container(call, 'a', "{ss}");

        for (; r >= 0 && parameters && *parameters; parameters++)
                r = append_parameter(call, *parameters);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

int submission_send(Worker *worker, const Submission *submission, sd_bus_slot **ret, sd_bus_message_handler_t handler,
                void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(worker->bus, &call, JOBSD_BUS_NAME, JOBSD_PATH, JOBSD_MANAGER_INTERFACE,
                        "RunType");
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 's', submission->type);
        if (r >= 0)
                r = append_parameters(call, submission->parameters);
        if (r >= 0)
                r = sd_bus_message_append(call, "a{sv}t", 3, "key", "s", submission->key, "origin", "s", "gearman",
                                "here", "b", (int) submission->here, UINT64_C(0));
        return r < 0 ? r : sd_bus_call_async(worker->bus, ret, call, handler, userdata, JOBSD_CALL_TIMEOUT_USEC);
}

bool reply_is_passing(sd_bus_message *reply) {
        static const char *const names[] = { SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_SERVICE_UNKNOWN,
                SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_DISCONNECTED,
                SD_BUS_ERROR_LIMITS_EXCEEDED };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (sd_bus_message_is_method_error(reply, names[i]))
                        return true;
        return false;
}
