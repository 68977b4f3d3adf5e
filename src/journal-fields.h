/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The fields of a record in the journal as texts: those of jobsd's own have no NUL. */

#include <systemd/sd-journal.h>

/* Calls take for each field of the entry that the journal stands at. -EBADMSG for what is damaged, or -ENOMEM. */
int journal_read_fields(sd_journal *journal, void (*take)(const char *name, const char *value, void *userdata),
                void *userdata);
