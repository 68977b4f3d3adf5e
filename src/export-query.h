/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an export is to hold: made by jobsd of a call of ExportHistory(), once it knows what the caller
 * may see, and carried out by its helper, which trusts it. Not passed as arguments, which others can
 * read in /proc, but as a file: "KEY=VALUE" texts, each with a NUL behind it, in any order. */

#include "job-property.h"
#include "store.h"

#define EXPORT_COLUMNS_MAX 64U

typedef enum ExportFormat {
        EXPORT_CSV,
        EXPORT_JSON, /* an object a line */
        _EXPORT_FORMAT_MAX,
        _EXPORT_FORMAT_INVALID = -22, /* -EINVAL */
} ExportFormat;

/* The columns for people, as lists show them. */
typedef enum ExportCell {
        EXPORT_START_DATE,
        EXPORT_END_DATE,
        EXPORT_JOB_NAME,
        EXPORT_JOB_STATUS,
        EXPORT_JOB_INFO,
        EXPORT_JOB_USER,
        _EXPORT_CELL_MAX,
} ExportCell;

typedef struct ExportColumn {
        const char *name;
        const Property *property; /* NULL: one for people, */
        ExportCell cell;          /* this one */
} ExportColumn;

typedef struct ExportQuery {
        ExportFormat format;
        bool raw;       /* no cell is made harmless for spreadsheets */
        char **columns; /* by name; NULL: those of a list's row, in JSON alone */
        StoreFilter filter;
} ExportQuery;

void export_query_done(ExportQuery *query);

int export_query_pack(const ExportQuery *query, void **ret, size_t *ret_size);
/* -EBADMSG for what export_query_pack() has not made. */
int export_query_unpack(const void *data, size_t size, ExportQuery *ret);

const char *export_format_to_string(ExportFormat format);
ExportFormat export_format_from_string(const char *s);

/* Those for people, for a CSV file whose columns nobody has named. */
int export_query_set_default_columns(ExportQuery *query);

/* A column by the name that people know, or by a property's key in JSON; -ENOENT. */
int export_column_find(const char *name, ExportColumn *ret);
