/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "import-file.h"
#include "parse.h"

void import_file_done(ImportFile *file) {
        for (size_t i = 0; i < file->n_rows; i++)
                job_free(file->rows[i].job);
        free(file->rows);
        free(file->mistake);
        job_free(file->job);
        free(file->why);
}

/* The file's own text may be in it. */
_printf_(2, 0) static int format_line(char **ret, const char *format, va_list ap) {
        free(*ret);
        if (vasprintf(ret, format, ap) < 0) {
                *ret = NULL;
                return -ENOMEM;
        }
        text_make_one_line(*ret, '?');
        return 0;
}

int import_file_fail(ImportFile *file, uint64_t line, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int r;

        va_start(ap, format);
        r = format_line(&text, format, ap);
        va_end(ap);
        if (r < 0)
                return r;
        free(file->mistake);
        if (asprintf(&file->mistake, "Line %" PRIu64 ": %s.", line, text) < 0) {
                file->mistake = NULL;
                return -ENOMEM;
        }
        return -EINVAL;
}

/* ---- rows ---- */

int import_row_begin(ImportFile *file, uint64_t line) {
        file->line = line;
        if (++file->n_read > IMPORT_ROWS_MAX)
                return import_file_fail(file, line, "a file has at most %u rows", IMPORT_ROWS_MAX);
        return job_new(&file->job);
}

int import_row_set(ImportFile *file, const ImportColumn *column, const char *text) {
        int r = file->why ? 0 : import_column_set(column, file->job, text, &file->why);

        return r == -ENOMEM ? r : 0;
}

int import_row_refuse(ImportFile *file, const char *format, ...) {
        va_list ap;
        int r;

        va_start(ap, format);
        r = format_line(&file->why, format, ap);
        va_end(ap);
        return r;
}

static int add_row(ImportFile *file) {
        if (file->n_rows == file->n_allocated) {
                size_t n = file->n_allocated ? 2 * file->n_allocated : 1024;
                ImportRow *grown = reallocarray(file->rows, n, sizeof(ImportRow));

                if (!grown)
                        return -ENOMEM;
                file->rows = grown;
                file->n_allocated = n;
        }
        file->rows[file->n_rows++] = (ImportRow){ .job = TAKE_PTR(file->job), .line = file->line };
        return 0;
}

static int report_row(ImportFile *file) {
        _cleanup_free_ char *why = TAKE_PTR(file->why);

        text_make_one_line(why, '?');
        file->job = job_free(file->job);
        file->n_refused++;
        return fprintf(file->report, "%" PRIu64 ": %s\n", file->line, why) < 0 ? -errno : 0;
}

int import_row_end(ImportFile *file) {
        if (!file->why) {
                int r = import_row_check(file->job, file->now_usec, &file->why);

                if (r < 0 && r != -EINVAL)
                        return r;
        }
        return file->why ? report_row(file) : add_row(file);
}
