/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "export-query.h"
#include "parse.h"
#include "string-table.h"
#include "strv.h"

static const char *const export_format_table[_EXPORT_FORMAT_MAX] = {
        [EXPORT_CSV] = "csv",
        [EXPORT_JSON] = "json",
};

DEFINE_STRING_TABLE(export_format, ExportFormat, _EXPORT_FORMAT_MAX);

static const char *const cell_names[_EXPORT_CELL_MAX] = {
        [EXPORT_START_DATE] = "startDate",
        [EXPORT_END_DATE] = "endDate",
        [EXPORT_JOB_NAME] = "jobName",
        [EXPORT_JOB_STATUS] = "jobStatus",
        [EXPORT_JOB_INFO] = "jobInfo",
        [EXPORT_JOB_USER] = "jobUser",
};

int export_query_set_default_columns(ExportQuery *query) {
        int r = 0;

        if (query->columns || query->format != EXPORT_CSV)
                return 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(cell_names); i++)
                r = strv_extend(&query->columns, cell_names[i]);
        return r;
}

int export_column_find(const char *name, ExportColumn *ret) {
        const Property *property = property_find_json_key(name);

        if (property) {
                *ret = (ExportColumn){ .name = property->json_key, .property = property };
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(cell_names); i++)
                if (strcmp(cell_names[i], name) == 0) {
                        *ret = (ExportColumn){ .name = cell_names[i], .cell = (ExportCell) i };
                        return 0;
                }
        return -ENOENT;
}

void export_query_done(ExportQuery *query) {
        strv_free(query->columns);
        store_filter_done(&query->filter);
}

/* ---- to text ---- */

static int add_text(char ***l, const char *key, const char *value) {
        _cleanup_free_ char *line = NULL;

        if (!value)
                return 0;
        if (asprintf(&line, "%s=%s", key, value) < 0)
                return -ENOMEM;
        return strv_extend(l, line);
}

static int add_number(char ***l, const char *key, uint64_t value) {
        char digits[24];

        (void) snprintf(digits, sizeof(digits), "%" PRIu64, value);
        return add_text(l, key, digits);
}

static int add_filter(char ***l, const StoreFilter *filter) {
        int r = 0;

        if (filter->uid != UID_INVALID)
                r = add_number(l, "uid", filter->uid);
        for (size_t i = 0; r >= 0 && filter->shared && filter->shared[i]; i++)
                r = add_text(l, "shared", filter->shared[i]);
        for (size_t i = 0; r >= 0 && i < filter->n_ids; i++)
                r = add_number(l, "id", filter->ids[i]);
        if (r >= 0)
                r = add_number(l, "status-mask", filter->status_mask);
        if (r >= 0)
                r = add_text(l, "name", filter->name);
        if (r >= 0)
                r = add_text(l, "type", filter->type);
        if (r >= 0)
                r = add_text(l, "user", filter->user);
        if (r >= 0)
                r = add_number(l, "tasks", filter->tasks);
        if (r >= 0)
                r = add_number(l, "system-uid-max", filter->system_uid_max);
        if (r >= 0)
                r = add_text(l, "related", filter->related);
        if (r >= 0)
                r = add_number(l, "since", filter->since_usec);
        return r < 0 ? r : add_number(l, "until", filter->until_usec);
}

int export_query_pack(const ExportQuery *query, void **ret, size_t *ret_size) {
        _cleanup_strv_free_ char **l = NULL;
        int r;

        r = add_text(&l, "format", export_format_to_string(query->format));
        if (r >= 0)
                r = add_number(&l, "raw", query->raw);
        for (size_t i = 0; r >= 0 && query->columns && query->columns[i]; i++)
                r = add_text(&l, "column", query->columns[i]);
        if (r >= 0)
                r = add_filter(&l, &query->filter);
        return r < 0 ? r : strv_pack(l, ret, ret_size);
}

/* ---- and back ---- */

static int set_format(ExportQuery *query, const char *value) {
        query->format = export_format_from_string(value);
        return (int) query->format < 0 ? -EBADMSG : 0;
}

static int set_raw(ExportQuery *query, const char *value) {
        return parse_boolean(value, &query->raw);
}

static int add_column(ExportQuery *query, const char *value) {
        ExportColumn column;

        if (export_column_find(value, &column) < 0)
                return -EBADMSG;
        return strv_extend(&query->columns, value);
}

static int set_uid(ExportQuery *query, const char *value) {
        return parse_uid(value, &query->filter.uid);
}

static int add_shared(ExportQuery *query, const char *value) {
        return strv_extend(&query->filter.shared, value);
}

static int add_id(ExportQuery *query, const char *value) {
        StoreFilter *filter = &query->filter;
        uint64_t *grown = reallocarray(filter->ids, filter->n_ids + 1, sizeof(uint64_t));
        int r;

        if (!grown)
                return -ENOMEM;
        filter->ids = grown;
        r = parse_uint64(value, &filter->ids[filter->n_ids]);
        if (r >= 0)
                filter->n_ids++;
        return r;
}

static int set_status_mask(ExportQuery *query, const char *value) {
        uint64_t mask;
        int r = parse_uint64(value, &mask);

        if (r < 0 || mask >= 1U << _JOB_STATUS_MAX)
                return -EBADMSG;
        query->filter.status_mask = (unsigned) mask;
        return 0;
}

static int set_text(char **field, const char *value) {
        free(*field);
        *field = strdup(value);
        return *field ? 0 : -ENOMEM;
}

static int set_name(ExportQuery *query, const char *value) {
        return set_text(&query->filter.name, value);
}

static int set_type(ExportQuery *query, const char *value) {
        return set_text(&query->filter.type, value);
}

static int set_user(ExportQuery *query, const char *value) {
        return set_text(&query->filter.user, value);
}

static int set_tasks(ExportQuery *query, const char *value) {
        return parse_boolean(value, &query->filter.tasks);
}

static int set_system_uid_max(ExportQuery *query, const char *value) {
        return parse_uid(value, &query->filter.system_uid_max);
}

static int set_related(ExportQuery *query, const char *value) {
        return set_text(&query->filter.related, value);
}

static int set_since(ExportQuery *query, const char *value) {
        return parse_uint64(value, &query->filter.since_usec);
}

static int set_until(ExportQuery *query, const char *value) {
        return parse_uint64(value, &query->filter.until_usec);
}

static const struct {
        const char *key;
        int (*set)(ExportQuery *query, const char *value);
} keys[] = {
        { "format", set_format },
        { "raw", set_raw },
        { "column", add_column },
        { "uid", set_uid },
        { "shared", add_shared },
        { "id", add_id },
        { "status-mask", set_status_mask },
        { "name", set_name },
        { "type", set_type },
        { "user", set_user },
        { "tasks", set_tasks },
        { "system-uid-max", set_system_uid_max },
        { "related", set_related },
        { "since", set_since },
        { "until", set_until },
};

static int read_line(ExportQuery *query, const char *line) {
        const char *value = strchr(line, '=');

        if (!value)
                return -EBADMSG;
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (strlen(keys[i].key) == (size_t) (value - line) &&
                                strncmp(line, keys[i].key, (size_t) (value - line)) == 0) {
                        int r = keys[i].set(query, value + 1);

                        return r < 0 && r != -ENOMEM ? -EBADMSG : r;
                }
        return -EBADMSG; /* a filter that is not understood would show too much */
}

int export_query_unpack(const void *data, size_t size, ExportQuery *ret) {
        ExportQuery query = { .format = _EXPORT_FORMAT_INVALID, .filter.uid = UID_INVALID };
        _cleanup_strv_free_ char **l = NULL;
        int r;

        r = strv_unpack(data, size, &l);
        for (size_t i = 0; r >= 0 && l[i]; i++)
                r = read_line(&query, l[i]);
        if (r >= 0 && ((int) query.format < 0 || (query.format == EXPORT_CSV && !query.columns)))
                r = -EBADMSG;
        if (r < 0) {
                export_query_done(&query);
                return r;
        }
        *ret = query;
        return 0;
}
