/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The pager between standard output and the terminal, chosen as systemd's tools choose theirs. */

#include "verb.h"

/* From here on standard output goes to the pager, if one is wanted and installed. To be called when
 * there is something to show, and as often as one likes. */
void pager_open(Context *context);
/* Ends the text, and waits until the person has read it. */
void pager_close_sync(Context *context);
