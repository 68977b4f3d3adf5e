/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* CSV as in RFC 4180, by libcsv. */

#include <stdbool.h>
#include <stdio.h>

/* One row, with CR LF behind it. Unless raw, what a spreadsheet would take for a formula, also if it divides
 * at semicolons or tabs, gets an apostrophe before it, which makes it a text: a job's name is written by one
 * person and opened by another one. Which those are: https://owasp.org/www-community/attacks/CSV_Injection
 * Returns a negative errno of the file. */
int csv_write_row(FILE *file, char *const *cells, bool raw);

/* Makes of a cell what it was before it got apostrophes. */
void csv_cell_restore(char *cell);
