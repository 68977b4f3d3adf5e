/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd-stream gives up before it touches a file that others have written, on top of what jobsd.service
 * takes from it: it reads files and writes to what it has open, and nothing else. It opens nothing for
 * writing, so that the history is read-only for it; it starts no program, and knows no network. A system
 * call that is not in the list fails with EACCES. */

#include <stdbool.h>

/* With may_connect local sockets are left, for NSS and the journal. Can be called again for less. */
int confine(bool may_connect);
