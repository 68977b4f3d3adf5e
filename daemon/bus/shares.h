/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The types whose jobs somebody sees, whoever's they are: those with Share=group for which polkit says so. It is
 * asked about one after the other, and anew when its rules or the types have changed meanwhile. */

#include "authority.h"

typedef struct Shares Shares;
/* The names are the callback's; NULL: none. */
typedef void (*shares_cb)(char **types, void *userdata);

/* Asks about whom this connection is. 1; or 0 and calls nobody, where no type is shared. */
int shares_ask(Manager *m, const char *sender, shares_cb callback, void *userdata, Shares **ret);
/* Forgets the question: the callback will not be called. Takes NULL. */
Shares *shares_free(Shares *shares);

/* Whether this job is of one of these types. It has to be shared still. */
bool shares_have(Manager *m, char *const *types, const Job *job);
