/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Signals. Nothing about a job is broadcast: each goes to the subscribers that may see that job, one
 * by one. Failing to send one is logged and harms nobody else. */

#include "events.h"

extern const Observer subscription_observer;

/* He does not read what he is told. He will see that he was not told all. */
void subscription_end(Client *client);

/* polkit's rules changed: who sees others' jobs is asked again. */
void subscription_check_rights(Manager *m);
