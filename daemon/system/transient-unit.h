/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job as a transient unit: the one place that decides which properties a unit gets. */

#include <systemd/sd-bus.h>

#include "config-file.h"
#include "job.h"

/* The call of StartTransientUnit() for a job. What the job leaves open is as configured. */
int transient_unit_message(sd_bus *bus, const Config *config, const Job *job, sd_bus_message **ret);
