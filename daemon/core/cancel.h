/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "manager.h"

/* A queued job will not run, one that runs is stopped. -ENOENT, -ESTALE when it has ended. */
int cancel_job(Manager *m, uint64_t id, uid_t actor, manager_done_cb done, void *userdata);
