/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The pager between standard output and the terminal, chosen as systemd's tools choose theirs. */

#include <sys/types.h>

#include "arguments.h"
#include "terminal.h"

/* From here on standard output goes to the pager. 0 where none is wanted or none is installed:
 * then it goes where it went. */
pid_t pager_start(const Arguments *arguments, const Terminal *terminal);
/* Ends the text, and waits until the person has read it. */
pid_t pager_finish(pid_t pager);

static inline void pager_finishp(pid_t *pager) {
        *pager = pager_finish(*pager);
}
