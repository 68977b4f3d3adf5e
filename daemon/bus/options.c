/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "parse.h"
#include "protocol.h"
#include "request.h"
#include "strv.h"

static int known_keys(const Option *table, size_t n, char **ret) {
        _cleanup_free_ char *keys = strdup("");

        for (size_t i = 0; keys && i < n; i++) {
                char *longer;

                if (asprintf(&longer, "%s%s%s", keys, i > 0 ? ", " : "", table[i].key) < 0)
                        return -ENOMEM;
                free(keys);
                keys = longer;
        }
        *ret = TAKE_PTR(keys);
        return *ret ? 0 : -ENOMEM;
}

static int error_unknown_key(const Option *table, size_t n, const char *key, sd_bus_error *e) {
        _cleanup_free_ char *keys = NULL;
        int r = known_keys(table, n, &keys);

        return r < 0 ? r : error_invalid(e, "Unknown key \"" QUOTE "\". Known are: %s.", QUOTED(key), keys);
}

static int read_one(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        const char *contents;
        char type;
        int r;

        r = sd_bus_message_peek_type(m, &type, &contents);
        if (r < 0)
                return r;
        if (strcmp(contents, option->type) != 0)
                return error_invalid(e, "\"%s\" takes a value of type %s, not %s.", option->key,
                                option->type, contents);
        r = sd_bus_message_enter_container(m, 'v', contents);
        if (r >= 0)
                r = option->read(m, option, target, e);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int options_read(sd_bus_message *m, const Option *table, size_t n, void *target, sd_bus_error *e) {
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                const Option *option = NULL;
                const char *key;

                r = sd_bus_message_read(m, "s", &key);
                if (r < 0)
                        return r;
                for (size_t i = 0; !option && i < n; i++)
                        if (strcmp(table[i].key, key) == 0)
                                option = &table[i];
                r = option ? read_one(m, option, target, e) : error_unknown_key(table, n, key, e);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int flags_read_known(sd_bus_message *m, uint64_t known, uint64_t *ret, sd_bus_error *e) {
        int r = sd_bus_message_read(m, "t", ret);
        uint64_t unknown = r >= 0 ? *ret & ~known : 0;

        if (unknown != 0 && known == 0)
                return error_invalid(e, "Unknown flags 0x%" PRIx64 ": none is defined, pass 0.", unknown);
        if (unknown != 0)
                return error_invalid(e, "Unknown flags 0x%" PRIx64 ": known are 0x%" PRIx64 ".", unknown, known);
        return r;
}

int flags_read(sd_bus_message *m, sd_bus_error *e) {
        uint64_t flags;

        return flags_read_known(m, 0, &flags, e);
}

/* ---- readers ---- */

static int set_string(char **field, const char *s) {
        char *copy = strdup(s);

        if (!copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

/* The field of a struct that the option is about. */
static void *field_of(const Option *option, void *target) {
        return (char *) target + option->offset;
}

static int read_number(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        uint64_t v;
        int r = sd_bus_message_read(m, "t", &v);

        if (r < 0)
                return r;
        if (v < option->min || v > option->max)
                return error_invalid(e, "\"%s\" takes %" PRIu64 " to %" PRIu64 ", not %" PRIu64 ".",
                                option->key, option->min, option->max, v);
        *(uint64_t *) field_of(option, target) = v;
        return 0;
}

static int read_bool(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        int v, r = sd_bus_message_read(m, "b", &v);

        if (r >= 0)
                *(bool *) field_of(option, target) = v;
        return r;
}

/* One line of text, with max bytes. */
static int read_line(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        const char *s;
        int r = sd_bus_message_read(m, "s", &s);

        if (r < 0)
                return r;
        if (!s[0])
                return error_invalid(e, "\"%s\" is empty.", option->key);
        if (strlen(s) > option->max)
                return error_invalid(e, "\"%s\" has %zu bytes, at most %" PRIu64 " are allowed.",
                                option->key, strlen(s), option->max);
        if (!text_is_one_line(s))
                return error_invalid(e, "\"%s\" contains a line break or another control character.",
                                option->key);
        return set_string(field_of(option, target), s);
}

/* A job's fields: the target is RunOptions. */

static int read_job_line(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        return read_line(m, option, ((RunOptions *) target)->job, e);
}

static int read_job_number(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        return read_number(m, option, ((RunOptions *) target)->job, e);
}

static int read_related(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        const Job *job = ((RunOptions *) target)->job;
        int r = read_job_line(m, option, target, e);

        if (r >= 0 && !uri_is_valid(job->related))
                return error_invalid(e,
                                "\"related\" takes a URI, as https://example.org/record/12, not \"" QUOTE
                                "\".",
                                QUOTED(job->related));
        return r;
}

static int read_origin(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        JobOrigin origin;
        const char *s;
        int r = sd_bus_message_read(m, "s", &s);

        if (r < 0)
                return r;
        origin = job_origin_from_string(s);
        if ((int) origin < 0)
                return error_invalid(e,
                                "\"origin\" takes command-line, web, bus or gearman, not \"" QUOTE "\".",
                                QUOTED(s));
        ((RunOptions *) target)->job->origin = origin;
        return 0;
}

static int read_directory(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        const char *s;
        int r = sd_bus_message_read(m, "s", &s);

        if (r < 0)
                return r;
        if (strcmp(s, "~") != 0 && !path_is_plain(s))
                return error_invalid(e,
                                "\"working-directory\" takes an absolute path without \".\" and \"..\", or "
                                "\"~\", not \"" QUOTE "\".",
                                QUOTED(s));
        return set_string(&((RunOptions *) target)->job->working_directory, s);
}

static int read_nice(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        int32_t nice;
        int r = sd_bus_message_read(m, "i", &nice);

        if (r < 0)
                return r;
        if (nice < 0 || nice > 19)
                return error_invalid(e, "\"nice\" takes 0 (as others) to 19 (last of all), not %d.", nice);
        ((RunOptions *) target)->job->nice = nice;
        return 0;
}

static int read_results(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        int v, r = sd_bus_message_read(m, "b", &v);

        if (r >= 0)
                ((RunOptions *) target)->job->keep_results = v;
        return r;
}

static int read_here(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        int v, r = sd_bus_message_read(m, "b", &v);

        if (r >= 0)
                ((RunOptions *) target)->here = v;
        return r;
}

static int read_umask(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        uint32_t umask;
        int r = sd_bus_message_read(m, "u", &umask);

        if (r < 0)
                return r;
        if (umask > JOB_UMASK_MAX)
                return error_invalid(e, "\"umask\" takes octal 0 to 0777, not %#o.", umask);
        ((RunOptions *) target)->job->umask = umask;
        return 0;
}

static int read_environment(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        Job *job = ((RunOptions *) target)->job;
        _cleanup_strv_free_ char **l = NULL;
        int r = sd_bus_message_read_strv(m, &l);

        if (r < 0)
                return r;
        for (char **s = l; s && *s; s++)
                if (!env_assignment_is_valid(*s))
                        return error_invalid(e,
                                        "\"environment\" takes NAME=VALUE, not "
                                        "\"" QUOTE "\".",
                                        QUOTED(*s));
        if (!job_environment_is_within_limits(l))
                return error_invalid(e,
                                "\"environment\" has %zu variables and %zu bytes, at most %u and %zu are "
                                "allowed.",
                                strv_length(l), strv_size(l), JOBSD_ENV_MAX, JOBSD_ENV_BYTES_MAX);
        strv_free(job->environment);
        job->environment = TAKE_PTR(l);
        return 0;
}

int options_check_command(char **command, sd_bus_error *e) {
        if (!command || !command[0])
                return error_invalid(e, "The command is empty.");
        if (command[0][0] != '/')
                return error_invalid(
                                e, "The command's path is not absolute: \"" QUOTE "\".", QUOTED(command[0]));
        if (!text_is_one_line(command[0])) /* PID 1 takes some of them, and which depends on its version */
                return error_invalid(e,
                                "The command's path contains a line break or another control character.");
        if (strlen(command[0]) >= PATH_MAX)
                return error_invalid(e, "The command's path is longer than %d bytes.", PATH_MAX - 1);
        if (strv_length(command) > JOBSD_ARGV_MAX)
                return error_invalid(e, "The command has %zu arguments, at most %u are allowed.",
                                strv_length(command), JOBSD_ARGV_MAX);
        for (size_t i = 0; command[i]; i++)
                if (strlen(command[i]) > JOBSD_ARG_BYTES_MAX)
                        return error_invalid(e, "Argument %zu has %zu bytes, at most %zu are allowed.", i,
                                        strlen(command[i]), JOBSD_ARG_BYTES_MAX);
        if (strv_size(command) > JOBSD_ARGV_BYTES_MAX)
                return error_invalid(e,
                                "The arguments have %zu bytes, at most %zu are allowed. Pass a file "
                                "instead.",
                                strv_size(command), JOBSD_ARGV_BYTES_MAX);
        return 0;
}

/* Without a name a job is called as its program. */
static int name_after_program(Job *job) {
        const char *slash = strrchr(job->command[0], '/');
        const char *program = slash[1] ? slash + 1 : slash;

        job->name = strndup(program, (size_t) utf8_cut(program, JOBSD_NAME_BYTES_MAX));
        return job->name ? 0 : -ENOMEM;
}

int run_options_read(sd_bus_message *m, RunOptions *options, sd_bus_error *e) {
        static const Option table[] = {
                { "name", "s", read_job_line, offsetof(Job, name), 0, JOBSD_NAME_BYTES_MAX },
                { "related", "s", read_related, offsetof(Job, related), 0, JOBSD_RELATED_BYTES_MAX },
                { "origin", "s", read_origin, 0, 0, 0 },
                { "environment", "as", read_environment, 0, 0, 0 },
                { "working-directory", "s", read_directory, 0, 0, 0 },
                { "timeout", "t", read_job_number, offsetof(Job, timeout_usec), 0, INT64_MAX },
                { "memory-max", "t", read_job_number, offsetof(Job, memory_max), 1, INT64_MAX },
                { "cpu-quota", "t", read_job_number, offsetof(Job, cpu_quota_usec), 1000, INT64_MAX },
                { "tasks-max", "t", read_job_number, offsetof(Job, tasks_max), 1, INT64_MAX },
                { "output-max", "t", read_job_number, offsetof(Job, output_max), 1, INT64_MAX },
                { "output-grace", "t", read_job_number, offsetof(Job, output_grace_usec),
                                JOBSD_OUTPUT_GRACE_USEC_MIN, JOBSD_OUTPUT_GRACE_USEC_MAX },
                { "nice", "i", read_nice, 0, 0, 0 },
                { "umask", "u", read_umask, 0, 0, 0 },
                { "key", "s", read_job_line, offsetof(Job, key), 0, JOBSD_KEY_BYTES_MAX },
                { "results", "b", read_results, 0, 0, 0 },
                { "user", "s", read_line, offsetof(RunOptions, user), 0, 255 },
        };
        int r;

        r = sd_bus_message_read_strv(m, &options->job->command);
        if (r >= 0)
                r = options_check_command(options->job->command, e);
        if (r >= 0)
                r = options_read(m, table, ELEMENTSOF(table), options, e);
        if (r >= 0)
                r = flags_read(m, e);
        if (r >= 0 && !options->job->name)
                r = name_after_program(options->job);
        return r;
}

const HandedFile *handed_file_find(const RunOptions *options, const char *name) {
        for (size_t i = 0; i < options->n_files; i++)
                if (strcmp(options->files[i].name, name) == 0)
                        return &options->files[i];
        return NULL;
}

static int read_files(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        RunOptions *options = target;
        HandedFile file;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{sh}");
        while (r >= 0 && (r = sd_bus_message_read(m, "{sh}", &file.name, &file.fd)) > 0) {
                if (options->n_files >= ELEMENTSOF(options->files))
                        return error_invalid(e, "\"files\" has more than %zu.", ELEMENTSOF(options->files));
                if (handed_file_find(options, file.name))
                        return error_invalid(e, "\"files\" has \"" QUOTE "\" twice.", QUOTED(file.name));
                options->files[options->n_files++] = file;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int type_options_read(sd_bus_message *m, RunOptions *options, sd_bus_error *e) {
        static const Option table[] = {
                { "related", "s", read_related, offsetof(Job, related), 0, JOBSD_RELATED_BYTES_MAX },
                { "origin", "s", read_origin, 0, 0, 0 },
                { "files", "a{sh}", read_files, 0, 0, 0 },
                { "key", "s", read_job_line, offsetof(Job, key), 0, JOBSD_KEY_BYTES_MAX },
                { "here", "b", read_here, 0, 0, 0 },
        };

        return options_read(m, table, ELEMENTSOF(table), options, e);
}

/* ---- filters ---- */

static int read_ids(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        StoreFilter *filter = field_of(option, target);
        const void *ids;
        size_t size;
        int r = sd_bus_message_read_array(m, 't', &ids, &size);

        if (r < 0)
                return r;
        if (size == 0 || size / sizeof(uint64_t) > JOBSD_LIST_IDS_MAX)
                return error_invalid(e, "\"ids\" takes 1 to %u ids, not %zu.", JOBSD_LIST_IDS_MAX,
                                size / sizeof(uint64_t));
        free(filter->ids);
        filter->n_ids = 0;
        filter->ids = malloc(size);
        if (!filter->ids)
                return -ENOMEM;
        memcpy(filter->ids, ids, size);
        filter->n_ids = size / sizeof(uint64_t);
        return 0;
}

static int read_status(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        StoreFilter *filter = field_of(option, target);
        const char *s;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &s)) > 0) {
                JobStatus status = job_status_from_string(s);

                if ((int) status < 0)
                        return error_invalid(e,
                                        "\"status\" takes queued, running, completed, error and cancelled, "
                                        "not \"" QUOTE "\".",
                                        QUOTED(s));
                filter->status_mask |= 1U << status;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* What both filters have, for a struct whose StoreFilter begins at an offset. */
#define FILTER_OPTIONS(o)                                                                        \
        { "ids", "at", read_ids, (o), 0, 0 }, { "status", "as", read_status, (o), 0, 0 },        \
                        { "name", "s", read_line, (o) + offsetof(StoreFilter, name), 0,          \
                                JOBSD_NAME_BYTES_MAX },                                          \
                        { "type", "s", read_line, (o) + offsetof(StoreFilter, type), 0,          \
                                JOBSD_NAME_BYTES_MAX },                                          \
                        { "user", "s", read_line, (o) + offsetof(StoreFilter, user), 0, 255 },   \
                        { "tasks", "b", read_bool, (o) + offsetof(StoreFilter, tasks), 0, 0 },   \
                        { "related", "s", read_line, (o) + offsetof(StoreFilter, related), 0,    \
                                JOBSD_RELATED_BYTES_MAX },                                       \
                        { "since", "t", read_number, (o) + offsetof(StoreFilter, since_usec), 0, \
                                INT64_MAX },                                                     \
        {                                                                                        \
                "until", "t", read_number, (o) + offsetof(StoreFilter, until_usec), 1, INT64_MAX \
        }

int list_options_read(sd_bus_message *m, ListOptions *options, sd_bus_error *e) {
        static const Option table[] = {
                { "all", "b", read_bool, offsetof(ListOptions, all), 0, 0 },
                FILTER_OPTIONS(offsetof(ListOptions, filter)),
        };

        return options_read(m, table, ELEMENTSOF(table), options, e);
}

/* Empty is the begin. */
static int parse_place(const char *s, bool descending, StorePlace *ret) {
        _cleanup_free_ char *usec = NULL;
        const char *id = strchr(s, ':');
        int r;

        if (!*s) {
                *ret = store_sorted_begin(descending);
                return 0;
        }
        if (!id)
                return -EINVAL;
        usec = strndup(s, (size_t) (id - s));
        if (!usec)
                return -ENOMEM;
        r = parse_uint64(usec, &ret->usec);
        if (r >= 0)
                r = parse_uint64(id + 1, &ret->id);
        return r >= 0 && (ret->usec > INT64_MAX || ret->id > INT64_MAX) ? -ERANGE : r;
}

void sort_place_to_string(const StorePlace *place, char ret[static SORT_PLACE_BYTES]) {
        (void) snprintf(ret, SORT_PLACE_BYTES, "%" PRIu64 ":%" PRIu64, place->usec, place->id);
}

int sort_options_read(sd_bus_message *m, SortOptions *options, sd_bus_error *e) {
        const char *key, *after;
        int descending, r;

        r = sd_bus_message_read(m, "sbs", &key, &descending, &after);
        if (r < 0)
                return r;
        *options = (SortOptions){ .key = store_sort_from_string(key), .descending = descending };
        if ((int) options->key < 0)
                return error_invalid(e, "Jobs are sorted by submitted or finished, not by \"" QUOTE "\".",
                                QUOTED(key));
        r = parse_place(after, options->descending, &options->place);
        if (r < 0 && r != -ENOMEM)
                return error_invalid(e,
                                "\"" QUOTE
                                "\" is no place in a sorted history: pass what the page before gave "
                                "as next, or nothing.",
                                QUOTED(after));
        return r;
}

static int read_columns(sd_bus_message *m, const Option *option, void *target, sd_bus_error *e) {
        ExportQuery *query = field_of(option, target);
        ExportColumn column;
        int r;

        query->columns = strv_free(query->columns); /* one that was given twice */
        r = sd_bus_message_read_strv(m, &query->columns);
        if (r < 0)
                return r;
        if (strv_length(query->columns) == 0 || strv_length(query->columns) > EXPORT_COLUMNS_MAX)
                return error_invalid(e, "\"columns\" takes 1 to %u names, not %zu.", EXPORT_COLUMNS_MAX,
                                strv_length(query->columns));
        for (char **name = query->columns; *name; name++)
                if (export_column_find(*name, &column) < 0)
                        return error_invalid(e,
                                        "There is no column \"" QUOTE "\". Columns are startDate, endDate,"
                                        " jobName, jobStatus, jobInfo, jobUser, and a job's properties as "
                                        "id or"
                                        " exit_status.",
                                        QUOTED(*name));
        return 0;
}

int export_options_read(sd_bus_message *m, ExportOptions *options, sd_bus_error *e) {
        static const Option table[] = {
                { "all", "b", read_bool, offsetof(ExportOptions, all), 0, 0 },
                { "columns", "as", read_columns, offsetof(ExportOptions, query), 0, 0 },
                { "raw", "b", read_bool, offsetof(ExportOptions, query.raw), 0, 0 },
                FILTER_OPTIONS(offsetof(ExportOptions, query.filter)),
        };

        return options_read(m, table, ELEMENTSOF(table), options, e);
}

int clear_options_read(sd_bus_message *m, StoreFilter *filter, sd_bus_error *e) {
        static const Option table[] = {
                FILTER_OPTIONS(0),
                { "before", "t", read_number, offsetof(StoreFilter, ended_before_usec), 1, INT64_MAX },
        };

        return options_read(m, table, ELEMENTSOF(table), filter, e);
}

int log_options_read(sd_bus_message *m, LogOptions *options, sd_bus_error *e) {
        static const Option table[] = {
                { "all", "b", read_bool, offsetof(LogOptions, all), 0, 0 },
                { "since", "t", read_number, offsetof(LogOptions, query.since_usec), 1, INT64_MAX },
                { "until", "t", read_number, offsetof(LogOptions, query.until_usec), 1, INT64_MAX },
                { "lines", "t", read_number, offsetof(LogOptions, query.lines), 0, INT64_MAX },
        };

        options->query.lines = UINT64_MAX;
        return options_read(m, table, ELEMENTSOF(table), options, e);
}

int output_options_read(sd_bus_message *m, OutputOptions *options, sd_bus_error *e) {
        static const Option table[] = {
                { "follow", "b", read_bool, offsetof(OutputOptions, follow), 0, 0 },
                { "lines", "t", read_number, offsetof(OutputOptions, lines), 0, INT64_MAX },
                { "since-byte", "t", read_number, offsetof(OutputOptions, since), 0, INT64_MAX },
        };
        int r;

        options->lines = UINT64_MAX;
        r = options_read(m, table, ELEMENTSOF(table), options, e);
        if (r >= 0 && options->lines != UINT64_MAX && options->since > 0)
                return error_invalid(e, "\"lines\" counts from the end, \"since-byte\" from the beginning: use one.");
        return r;
}
