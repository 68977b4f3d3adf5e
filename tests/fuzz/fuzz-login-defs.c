/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* login.defs: whatever stands in it, the bound is one that can be, and each mistake is a line of text. */

#include "config-file.h"
#include "fuzz.h"
#include "login-defs.h"
#include "parse.h"

static void on_mistake(const char *message, void *userdata) {
        CHECK(utf8_is_valid(message) && text_is_one_line(message));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        unsigned system_uid_max = 999;

        login_defs_read_system_uid_max(fuzz_file(data, size), &system_uid_max, on_mistake, NULL);
        CHECK(system_uid_max >= 1 && system_uid_max <= CONFIG_SYSTEM_UID_HIGHEST);
        return 0;
}
