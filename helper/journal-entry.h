/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every reader of records needs of sd-journal(3). */

#include <stdint.h>

#include <systemd/sd-journal.h>

int entry_match(sd_journal *journal, const char *field, const char *value);
/* When it was sent. There are two journals here, and each stores when it can. */
uint64_t entry_get_usec(sd_journal *journal);
