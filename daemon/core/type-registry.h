/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The job types that there are, and how many jobs of each run. They are read at the start, when somebody
 * asks for it, and when a file has changed (type-watch.h); a queued job has all of its type that it needs. */

#include "ini-file.h"
#include "job-type.h"
#include "manager.h"

/* Where their files are, the last one wins; NULL behind it. */
#define TYPE_FOLDER "types.d"
const char *const *type_folders(void);

/* Reads them anew. Without memory those of before stay. */
int type_registry_load(Manager *m, ini_mistake_cb mistake, void *userdata);
void type_registry_free(Manager *m);

/* NULL when there is none; valid until they are read anew. */
const JobType *type_find(Manager *m, const char *name);
/* Their names in order. */
int type_list(Manager *m, char ***ret);

/* Whether its AllowGroups= see all of its jobs; NULL is the type of commands, which nobody shares. */
bool type_is_shared(Manager *m, const char *name);

/* Whether MaxRunning= allows one more; NULL is the type of commands, which has no bound. */
bool type_may_start(Manager *m, const char *name);
int type_add_running(Manager *m, const char *name);
void type_remove_running(Manager *m, const char *name);
