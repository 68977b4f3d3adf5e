/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Inside the store: which rows of the history a list or a count is about. The columns are COLUMNS_BRIEF. */

#include <sqlite3.h>

#include "store.h"

/* Whether an index by user has all of them. */
bool filter_is_of_user(const StoreFilter *filter);
/* Whether it has this text in it, or is as a pattern with "*" or "?" says, see fnmatch(3), in small or capital letters. */
bool name_matches(const char *name, const char *wanted);
/* The condition of STATEMENT_PAGE_NAMED and _BEHIND for names that may match; NULL where the index does not help: nothing that is
 * wanted has three characters in a row. */
char *names_query(const char *wanted);
/* Jobs with higher ids are not in the index yet. */
int names_indexed_upto(Store *store, uint64_t *ret);
bool row_matches(sqlite3_stmt *row, const StoreFilter *filter);
/* Whether it is of an import that has not finished. range: what STATEMENT_HIDDEN gives. */
bool row_is_hidden(sqlite3_stmt *range, sqlite3_stmt *row);
