/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job as a row of an export. */

#include <stdio.h>

#include "export-query.h"

/* The title of a CSV file; nothing in JSON. Negative errno of the file. */
int export_write_title(FILE *file, const ExportQuery *query);
/* Needs all of a job where the query has a column that is a detail, see job-property.h. */
int export_write_row(FILE *file, const ExportQuery *query, const Job *job);

/* Whether a column of the query is not part of a list's rows. */
bool export_needs_details(const ExportQuery *query);
