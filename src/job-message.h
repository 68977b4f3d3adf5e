/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of org.jobsd1.Job as they come from the bus, for jobsd's clients. Nothing here reports. */

#include <systemd/sd-bus.h>

#include "job.h"

/* Reads an a{sv}. What this version does not know is left out: a newer jobsd may send more. */
int job_read(sd_bus_message *message, Job **ret);
/* The same, into a job that is there: what is not in the message stays as it is. */
int job_update(sd_bus_message *message, Job *job);
