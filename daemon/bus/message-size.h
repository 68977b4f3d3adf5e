/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* sd-bus tells nobody how large a message is. */

#include <systemd/sd-bus.h>

/* About what a message's arguments take in memory: the length of each text and 8 bytes for each value. Reads
 * no further than up to max: -E2BIG when it is more. -EBADMSG when there is a text that sd-bus does not
 * take. The message can be read from its start afterwards. */
int message_count_bytes(sd_bus_message *m, size_t max, size_t *ret);
