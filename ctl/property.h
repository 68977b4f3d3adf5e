/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of org.jobsd1.Job as text. Nothing here reports. */

#include "job-property.h"

/* As a line of "jobsctl show" has it; empty where it is not known. */
int property_to_text(const Property *property, const Job *job, char **ret);
