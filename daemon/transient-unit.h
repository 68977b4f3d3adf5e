/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job as a transient unit: the one place that decides which properties a unit gets. */

#include <systemd/sd-bus.h>

#include "job.h"

/* The call of StartTransientUnit() for a job, with its output going to stream_fd. */
int transient_unit_message(sd_bus *bus, const Job *job, int stream_fd, sd_bus_message **ret);
