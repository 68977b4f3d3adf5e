/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pwd.h>

#include "bus-util.h"
#include "filter.h"
#include "job.h"
#include "parse.h"
#include "strv.h"

static bool user_is_me(const Arguments *arguments) {
        const struct passwd *entry;
        uid_t uid;

        if (arguments->transport != BUS_TRANSPORT_LOCAL)
                return false;
        if (parse_uid(arguments->of_user, &uid) >= 0)
                return uid == getuid();
        entry = getpwnam(arguments->of_user);
        return entry && entry->pw_uid == getuid();
}

bool filter_is_empty(const Arguments *arguments) {
        return arguments->n_ids == 0 && arguments->statuses == 0 && !arguments->name && !arguments->type &&
                        !arguments->of_user && !arguments->related && !arguments->tasks &&
                        arguments->since_usec == 0 && arguments->until_usec == 0 &&
                        arguments->before_usec == 0;
}

bool filter_wants_all(const Arguments *arguments) {
        return arguments->all || arguments->tasks || (arguments->of_user && !user_is_me(arguments));
}

static int append_statuses(sd_bus_message *message, unsigned statuses) {
        _cleanup_strv_free_ char **names = NULL;
        int r;

        for (JobStatus status = 0; status < _JOB_STATUS_MAX; status++) {
                if (!(statuses & 1U << status))
                        continue;
                r = strv_extend(&names, job_status_to_string(status));
                if (r < 0)
                        return r;
        }
        return names ? bus_append_strings(message, "status", names) : 0;
}

int filter_append_entries(sd_bus_message *message, const Arguments *arguments) {
        const TextOption texts[] = {
                { "name", arguments->name },
                { "type", arguments->type },
                { "user", arguments->of_user },
                { "related", arguments->related },
        };
        const NumberOption times[] = {
                { "since", arguments->since_usec },
                { "until", arguments->until_usec },
                { "before", arguments->before_usec },
        };
        int r = 0;

        if (arguments->verb->bit & (VERB_LIST | VERB_WATCH | VERB_EXPORT) && filter_wants_all(arguments))
                r = bus_append_option(message, "all", 'b', &(int){ true });
        if (r >= 0 && arguments->tasks)
                r = bus_append_option(message, "tasks", 'b', &(int){ true });
        if (r >= 0 && arguments->n_ids > 0)
                r = bus_append_ids(message, "ids", arguments->ids, arguments->n_ids);
        if (r >= 0)
                r = append_statuses(message, arguments->statuses);
        if (r >= 0)
                r = bus_append_texts(message, texts, ELEMENTSOF(texts));
        return r < 0 ? r : bus_append_numbers(message, times, ELEMENTSOF(times));
}

int filter_append(sd_bus_message *message, const Arguments *arguments) {
        int r;

        r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = filter_append_entries(message, arguments);
        return r < 0 ? r : sd_bus_message_close_container(message);
}
