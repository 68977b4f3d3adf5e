/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The history as a workbook, made of the JSON that ExportHistory() sends. */

#include "arguments.h"

/* What writes workbooks is a module, which may not be installed; reports. Before any of the others. */
int export_workbook_load(void);

/* The columns to ask for; they are jobsd's. */
int export_workbook_columns(const Arguments *arguments, char ***ret);
/* All that can be read, into a file that can be sought in. The folder has nameless files meanwhile. */
int export_workbook(
                const Arguments *arguments, int from_fd, int interrupt_fd, int to_fd, const char *folder);
