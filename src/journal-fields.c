/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "journal-fields.h"
#include "macro.h"

int journal_read_fields(sd_journal *journal, void (*take)(const char *name, const char *value, void *userdata),
                void *userdata) {
        const void *data;
        size_t size;
        int r;

        sd_journal_restart_data(journal);
        while ((r = sd_journal_enumerate_data(journal, &data, &size)) > 0) {
                _cleanup_free_ char *name = strndup(data, size);
                char *value;

                if (!name)
                        return -ENOMEM;
                value = strchr(name, '=');
                if (!value)
                        return -EBADMSG;
                *value = '\0';
                take(name, value + 1, userdata);
        }
        return r < 0 && r != -ENOMEM ? -EBADMSG : r;
}
