/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-util.h"
#include "filter.h"
#include "job-message.h"
#include "page.h"
#include "protocol.h"

static uint32_t page_limit(uint64_t limit) {
        return limit < JOBSD_LIST_LIMIT_MAX ? (uint32_t) limit : JOBSD_LIST_LIMIT_MAX;
}

int page_new_call(sd_bus *bus, const Arguments *arguments, uint64_t before, uint64_t limit,
                sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = bus_new_manager_call(bus, "ListJobs", &call);
        if (r < 0)
                return r;
        r = filter_append(call, arguments);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "tut", before, page_limit(limit), UINT64_C(0));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(call);
        return 0;
}

int page_new_sorted_call(sd_bus *bus, const Arguments *arguments, const char *after, uint64_t limit,
                sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = bus_new_manager_call(bus, "ListSorted", &call);
        if (r >= 0)
                r = filter_append(call, arguments);
        if (r >= 0)
                r = sd_bus_message_append(call, "sbsut", arguments->sort_key, arguments->sort_descending,
                                after, page_limit(limit), UINT64_C(0));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(call);
        return 0;
}

int page_read_sorted_end(sd_bus_message *reply, const char **ret_next, const char **ret_scope) {
        int r;

        r = sd_bus_message_skip(reply, "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_read(reply, "ss", ret_next, ret_scope);
        return r < 0 ? r : sd_bus_message_rewind(reply, true);
}

int page_read_end(sd_bus_message *reply, uint64_t *ret_next, const char **ret_scope) {
        int r;

        r = sd_bus_message_skip(reply, "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_read(reply, "ts", ret_next, ret_scope);
        return r < 0 ? r : sd_bus_message_rewind(reply, true);
}

int page_foreach_row(sd_bus_message *reply, page_row_cb callback, void *userdata) {
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "a{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_at_end(reply, false)) == 0) {
                _cleanup_(job_freep) Job *job = NULL;

                r = job_read(reply, &job);
                if (r >= 0)
                        r = callback(&job, userdata);
                if (r < 0)
                        return r;
        }
        return r;
}
