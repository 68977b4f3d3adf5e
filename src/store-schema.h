/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The schema's versions, for store.c alone. */

#include <sqlite3.h>

/* Brings a database to the newest schema, one transaction a version. A database of a newer version
 * is -EPROTONOSUPPORT, of another application -EBADMSG; *ret_version is what it has. */
int store_schema_migrate(sqlite3 *db, int *ret_version);

/* Whether a database that is not to be changed has the newest schema: else the same errors. */
int store_schema_check(sqlite3 *db, int *ret_version);

int store_schema_newest(void);

/* SQLite's result codes as errno. */
int sqlite_to_errno(int code);
