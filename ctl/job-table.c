/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "job-table.h"
#include "layout.h"
#include "wide.h"

#define PROGRESS_WIDTH 10U
#define KEYS "q Quit  1 All  2 Active  3 Failed  ↑↓ PgUp PgDn Scroll"
#define KEYS_ASCII "q Quit  1 All  2 Active  3 Failed  j k PgUp PgDn Scroll"

/* Which lines there are, for who is first to go: the footer, then the titles, then the header. */
static bool has_header(const Screen *screen) {
        return screen_lines(screen) >= 2;
}

static bool has_titles(const JobTable *table, const Screen *screen) {
        return !table->is_plain && screen_lines(screen) >= 4;
}

static bool has_footer(const JobTable *table, const Screen *screen) {
        return (table->notice || !table->is_plain) && screen_lines(screen) >= 3;
}

size_t job_table_rows(const JobTable *table, const Screen *screen) {
        return screen_lines(screen) - has_header(screen) - has_titles(table, screen) -
                        has_footer(table, screen);
}

size_t job_table_last_offset(const JobTable *table, size_t n_rows) {
        size_t n = view_count(&table->views[table->current], table->jobs);

        return n > n_rows ? n - n_rows : 0;
}

size_t job_table_offset(const JobTable *table, size_t n_rows) {
        const View *view = &table->views[table->current];
        size_t offset = 0, last = job_table_last_offset(table, n_rows);

        for (size_t i = 0; i < table->jobs->n_jobs && table->top > 0; i++) {
                const Job *job = table->jobs->jobs[i].job;

                offset += job->id > table->top && view_has(view, job);
        }
        return offset < last ? offset : last;
}

uint64_t job_table_top(const JobTable *table, size_t offset) {
        const View *view = &table->views[table->current];

        for (size_t i = 0, n = 0; offset > 0 && i < table->jobs->n_jobs; i++)
                if (view_has(view, table->jobs->jobs[i].job) && n++ == offset)
                        return table->jobs->jobs[i].job->id;
        return 0;
}

/* ---- header and footer ---- */

static int format_count(const JobTable *table, size_t view, char **ret) {
        return format_text(ret, "%zu%s", view_count(&table->views[view], table->jobs),
                        table->views[view].known_from > 0 ? "+" : "");
}

static int format_view(const JobTable *table, size_t view, char **ret) {
        _cleanup_free_ char *count = NULL;

        if (format_count(table, view, &count) < 0)
                return -ENOMEM;
        return format_text(ret, " %s %s ", table->names[view], count);
}

/* "11-20 of 100+" */
static int format_shown(const JobTable *table, size_t n_rows, char **ret) {
        size_t n = view_count(&table->views[table->current], table->jobs);
        size_t offset = job_table_offset(table, n_rows), end = offset + n_rows < n ? offset + n_rows : n;
        _cleanup_free_ char *count = NULL;

        if (format_count(table, table->current, &count) < 0)
                return -ENOMEM;
        if (n == 0)
                return format_text(ret, " none ");
        return format_text(ret, " %zu-%zu of %s ", offset + 1, end, count);
}

/* Puts a text where the header goes on, if there is place for all of it. */
static int put_part(Screen *screen, size_t *column, const char *text, ScreenStyle style) {
        size_t width;
        int r;

        r = text_columns(text, &width);
        if (r < 0 || *column + width > screen_columns(screen))
                return r;
        r = screen_put(screen, 0, (unsigned) *column, width, text, COLOUR_NONE, style);
        *column += width;
        return r;
}

/* Where not all views have place, the current one is enough. */
static int draw_views(const JobTable *table, Screen *screen, size_t *column) {
        size_t total = 0;
        int r = 0;

        for (size_t i = 0; i < table->n_views && r >= 0; i++) {
                _cleanup_free_ char *text = NULL;

                r = format_view(table, i, &text);
                if (r >= 0)
                        total += strlen(text);
        }
        for (size_t i = 0; i < table->n_views && r >= 0; i++) {
                _cleanup_free_ char *text = NULL;
                bool is_current = i == table->current;

                if (total > screen_columns(screen) && !is_current)
                        continue;
                r = format_view(table, i, &text);
                if (r >= 0)
                        r = put_part(screen, column, text,
                                        is_current ? SCREEN_REVERSE | SCREEN_BOLD : SCREEN_PLAIN);
        }
        return r;
}

static int draw_header(const JobTable *table, Screen *screen) {
        _cleanup_free_ char *shown = NULL;
        size_t column = 0;
        int r;

        r = draw_views(table, screen, &column);
        if (r >= 0)
                r = format_shown(table, job_table_rows(table, screen), &shown);
        if (r >= 0)
                r = put_part(screen, &column, shown, SCREEN_PLAIN);
        return r < 0 || !table->remark ? r : put_part(screen, &column, table->remark, SCREEN_BOLD);
}

static int draw_footer(const JobTable *table, Screen *screen) {
        const char *keys = table->terminal->unicode ? KEYS : KEYS_ASCII;

        return screen_put(screen, screen_lines(screen) - 1, 0, screen_columns(screen), table->notice ?: keys,
                        COLOUR_NONE, table->notice ? SCREEN_BOLD | SCREEN_REVERSE : SCREEN_PLAIN);
}

/* ---- rows ---- */

/* The rows that are on the screen. */
typedef struct Rows {
        JobRow *rows;
        const Job **jobs;
        size_t n_rows;
} Rows;

static void rows_done(Rows *rows) {
        for (size_t i = 0; i < rows->n_rows; i++)
                job_row_done(&rows->rows[i]);
        free(rows->rows);
        free(rows->jobs);
}

/* Before its info a running job has a bar, in place of the number that the info may begin with. */
static int add_progress(const JobTable *table, const Job *job, JobRow *row) {
        _cleanup_free_ char *bar = NULL;
        char *text;

        if (job->status != JOB_RUNNING || job->progress < 0)
                return 0;
        if (format_progress(job->progress, PROGRESS_WIDTH, table->terminal->unicode, &bar) < 0 ||
                        format_text(&text, "%s %s", bar, row->texts[JOB_COLUMN_INFO]) < 0)
                return -ENOMEM;
        free(row->texts[JOB_COLUMN_INFO]);
        row->texts[JOB_COLUMN_INFO] = text;
        return 0;
}

static int rows_add(Rows *rows, const JobTable *table, const Terminal *terminal, const Job *job) {
        JobRow *row = &rows->rows[rows->n_rows];

        rows->jobs[rows->n_rows++] = job;
        if (job_row_init(job, table->system_uid_max, terminal, row) < 0)
                return -ENOMEM;
        return add_progress(table, job, row);
}

static int rows_init(Rows *rows, const JobTable *table, const Screen *screen) {
        size_t n_rows = job_table_rows(table, screen), offset = job_table_offset(table, n_rows);
        Terminal terminal = *table->terminal;
        int r = 0;

        terminal.columns = screen_columns(screen);
        rows->rows = calloc(n_rows, sizeof(JobRow));
        rows->jobs = calloc(n_rows, sizeof(Job *));
        if (!rows->rows || !rows->jobs)
                return -ENOMEM;
        for (size_t i = 0, n = 0; i < table->jobs->n_jobs && rows->n_rows < n_rows && r >= 0; i++) {
                const Job *job = table->jobs->jobs[i].job;

                if (view_has(&table->views[table->current], job) && n++ >= offset)
                        r = rows_add(rows, table, &terminal, job);
        }
        return r;
}

static int widen(Layout *layout, size_t column, const char *text) {
        size_t width;
        int r = text_columns(text, &width);

        if (r >= 0 && width > layout->widths[column])
                layout->widths[column] = width;
        return r;
}

static int layout_rows(Layout *layout, const Rows *rows, bool titles, size_t n_columns) {
        int r = 0;

        *layout = (Layout){};
        for (size_t column = 0; column < _JOB_COLUMN_MAX && r >= 0; column++) {
                if (titles)
                        r = widen(layout, column, job_columns[column].title);
                for (size_t i = 0; i < rows->n_rows && r >= 0; i++)
                        r = widen(layout, column, rows->rows[i].texts[column]);
        }
        layout_fit(layout, n_columns);
        return r;
}

static int draw_cell(Screen *screen, unsigned line, size_t x, size_t width, size_t column, const char *text,
                Colour colour, ScreenStyle style) {
        size_t n_columns;
        int r;

        if (job_columns[column].flags & COLUMN_RIGHT) {
                r = text_columns(text, &n_columns);
                if (r < 0)
                        return r;
                if (n_columns < width) {
                        x += width - n_columns;
                        width = n_columns;
                }
        }
        return screen_put(screen, line, (unsigned) x, width, text, colour, style);
}

static int draw_line(Screen *screen, const Layout *layout, unsigned line, const char *const *texts,
                Colour colour, ScreenStyle style) {
        size_t x = 0;
        int r = 0;

        for (size_t i = 0; i < _JOB_COLUMN_MAX && r >= 0; i++) {
                if (layout->widths[i] == 0)
                        continue;
                r = draw_cell(screen, line, x, layout->widths[i], i, texts[i],
                                i == JOB_COLUMN_STATUS ? colour : COLOUR_NONE, style);
                x += layout->widths[i] + LAYOUT_GAP;
        }
        return r;
}

static int draw_titles(Screen *screen, const Layout *layout, unsigned line) {
        const char *titles[_JOB_COLUMN_MAX];

        for (size_t i = 0; i < _JOB_COLUMN_MAX; i++)
                titles[i] = job_columns[i].title;
        return draw_line(screen, layout, line, titles, COLOUR_NONE, SCREEN_BOLD);
}

static int draw_rows(const JobTable *table, Screen *screen) {
        _cleanup_(rows_done) Rows rows = {};
        bool titles = has_titles(table, screen);
        unsigned line = has_header(screen);
        Layout layout;
        int r;

        r = rows_init(&rows, table, screen);
        if (r >= 0)
                r = layout_rows(&layout, &rows, titles, screen_columns(screen));
        if (r >= 0 && titles)
                r = draw_titles(screen, &layout, line++);
        for (size_t i = 0; i < rows.n_rows && r >= 0; i++)
                r = draw_line(screen, &layout, line++, (const char *const *) rows.rows[i].texts,
                                status_colour(rows.jobs[i]->status), SCREEN_PLAIN);
        return r;
}

int job_table_draw(const JobTable *table, Screen *screen) {
        int r = 0;

        screen_clear(screen);
        if (has_header(screen))
                r = draw_header(table, screen);
        if (r >= 0)
                r = draw_rows(table, screen);
        if (r >= 0 && has_footer(table, screen))
                r = draw_footer(table, screen);
        if (r >= 0)
                screen_show(screen);
        return r;
}
