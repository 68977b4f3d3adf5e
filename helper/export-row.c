/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "csv-writer.h"
#include "export-row.h"
#include "job-json.h"
#include "strv.h"

#define JSON_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* ISO 8601: local time with its distance from UTC, as 2026-11-24T10:00:00+01:00. */
static int format_date(uint64_t usec, char *buffer, size_t size) {
        time_t seconds = (time_t) (usec / USEC_PER_SEC);
        char date[32];
        long minutes;
        struct tm tm;

        if (!localtime_r(&seconds, &tm) || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
                return -ERANGE;
        minutes = labs(tm.tm_gmtoff) / 60;
        (void) snprintf(buffer, size, "%s%c%02ld:%02ld", date, tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60,
                        minutes % 60);
        return 0;
}

static int date_text(uint64_t usec, char **ret) {
        char date[64] = "N/A";
        int r = usec > 0 ? format_date(usec, date, sizeof(date)) : 0;

        if (r < 0)
                return r;
        *ret = strdup(date);
        return *ret ? 0 : -ENOMEM;
}

static int cell_text(ExportCell cell, const Job *job, char **ret) {
        const char *text = NULL;

        switch (cell) {
        case EXPORT_START_DATE:
                return date_text(job->submitted_usec, ret);
        case EXPORT_END_DATE:
                return date_text(job->finished_usec, ret);
        case EXPORT_JOB_NAME:
                text = job->name;
                break;
        case EXPORT_JOB_STATUS:
                text = job_status_to_label(job->status);
                break;
        case EXPORT_JOB_INFO:
                text = job->info;
                break;
        default:
                text = job->user;
        }
        *ret = strdup(text ?: "");
        return *ret ? 0 : -ENOMEM;
}

/* In CSV a property is what it is in JSON, a text without its quotes, and what is not known is empty. */
static int property_cell(const Property *property, const Job *job, char **ret) {
        _cleanup_(json_object_putp) struct json_object *value = NULL;
        const char *text = "";
        int r = property_to_json(property, job, &value);

        if (r < 0)
                return r;
        if (value)
                text = json_object_is_type(value, json_type_string)
                                ? json_object_get_string(value)
                                : json_object_to_json_string_ext(value, JSON_FLAGS);
        if (!text)
                return -ENOMEM;
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static int column_text(const char *name, const Job *job, char **ret) {
        ExportColumn column;
        int r = export_column_find(name, &column);

        if (r < 0)
                return r;
        return column.property ? property_cell(column.property, job, ret) : cell_text(column.cell, job, ret);
}

int export_write_title(FILE *file, const ExportQuery *query) {
        return query->format == EXPORT_CSV ? csv_write_row(file, query->columns, true) : 0;
}

static int write_csv(FILE *file, const ExportQuery *query, const Job *job) {
        _cleanup_strv_free_ char **cells = NULL;
        int r = 0;

        for (char **name = query->columns; r >= 0 && *name; name++) {
                _cleanup_free_ char *text = NULL;

                r = column_text(*name, job, &text);
                if (r >= 0)
                        r = strv_extend(&cells, text);
        }
        return r < 0 ? r : csv_write_row(file, cells, query->raw);
}

static int add_column(struct json_object *object, const char *name, const Job *job) {
        _cleanup_free_ char *text = NULL;
        struct json_object *value;
        ExportColumn column;
        int r = export_column_find(name, &column);

        if (r < 0)
                return r;
        if (column.property)
                return json_add_property(object, column.property, job);
        r = cell_text(column.cell, job, &text);
        if (r < 0)
                return r;
        value = json_object_new_string(text);
        return value ? json_add_or_null(object, name, value) : -ENOMEM;
}

static int row_to_json(const ExportQuery *query, const Job *job, struct json_object **ret) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;
        int r = 0;

        if (!query->columns)
                return json_from_row(job, ret);
        object = json_object_new_object();
        if (!object)
                return -ENOMEM;
        for (char **name = query->columns; r >= 0 && *name; name++)
                r = add_column(object, *name, job);
        if (r >= 0)
                *ret = TAKE_PTR(object);
        return r;
}

static int write_json(FILE *file, const ExportQuery *query, const Job *job) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;
        const char *text;
        int r = row_to_json(query, job, &object);

        if (r < 0)
                return r;
        text = json_object_to_json_string_ext(object, JSON_FLAGS);
        if (!text)
                return -ENOMEM;
        return fprintf(file, "%s\n", text) < 0 ? -errno : 0;
}

int export_write_row(FILE *file, const ExportQuery *query, const Job *job) {
        return query->format == EXPORT_CSV ? write_csv(file, query, job) : write_json(file, query, job);
}

bool export_needs_details(const ExportQuery *query) {
        ExportColumn column;

        for (char **name = query->columns; name && *name; name++)
                if (export_column_find(*name, &column) >= 0 && column.property && column.property->is_detail)
                        return true;
        return false;
}
