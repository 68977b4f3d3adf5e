/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job as a transient unit: the one place that decides which properties a unit gets. */

#include <systemd/sd-bus.h>

#include "job.h"

/* The call of StartTransientUnit() for a job. */
int transient_unit_message(sd_bus *bus, const Job *job, sd_bus_message **ret);
