/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The agent that asks for a password on this terminal when polkit wants one. */

#include <sys/types.h>

#include "arguments.h"

/* 0 where none is wanted or none is installed: a call that needs one then says so itself. */
pid_t agent_start(const Arguments *arguments);
void agent_stop(pid_t agent);
