/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <xlsxwriter.h>

#include "sheet-cell.h"
#include "spreadsheet.h"
#include "strv.h"

/* A member of a zip file without its 64-bit extensions, which not every reader knows, has up to 4 GiB. */
#define SHEET_BYTES_MAX (INT64_C(2) * 1024 * 1024 * 1024)

struct Spreadsheet {
        lxw_workbook *workbook;
        lxw_worksheet *sheet;                    /* the last one */
        lxw_format *title, *text, *whole, *date; /* all are the workbook's */
        SheetColumn *columns;
        size_t n_columns;
        uint32_t n_rows, n_rows_max; /* of that sheet, with the title */
        unsigned n_sheets;
        int *held; /* the rows of each sheet that has ended */
        size_t n_held;
        uint64_t n_cut;
};

Spreadsheet *spreadsheet_free(Spreadsheet *spreadsheet) {
        if (!spreadsheet)
                return NULL;
        lxw_workbook_free(spreadsheet->workbook);
        for (size_t i = 0; i < spreadsheet->n_held; i++)
                close_fd(spreadsheet->held[i]);
        free(spreadsheet->held);
        free(spreadsheet->columns);
        free(spreadsheet);
        return NULL;
}

uint64_t spreadsheet_n_cut(const Spreadsheet *spreadsheet) {
        return spreadsheet->n_cut;
}

/* libxlsxwriter knows better what went wrong than what that is. */
static int negative_errno(lxw_error error) {
        if (error == LXW_NO_ERROR)
                return 0;
        return error == LXW_ERROR_MEMORY_MALLOC_FAILED ? -ENOMEM : -(errno ?: EIO);
}

/* Rows are written to a file of the library's, which does not look whether that succeeds. By the time that we do, errno
 * may be of something else: so what does not work is tried once more. */
static int check_rows(const Spreadsheet *spreadsheet) {
        FILE *rows = spreadsheet->sheet->optimize_tmpfile;

        if (!ferror(rows))
                return 0;
        return write(fileno(rows), " ", 1) < 0 ? -errno : -EIO;
}

static int add_formats(Spreadsheet *spreadsheet) {
        spreadsheet->title = workbook_add_format(spreadsheet->workbook);
        spreadsheet->text = workbook_add_format(spreadsheet->workbook);
        spreadsheet->whole = workbook_add_format(spreadsheet->workbook);
        spreadsheet->date = workbook_add_format(spreadsheet->workbook);
        if (!spreadsheet->title || !spreadsheet->text || !spreadsheet->whole || !spreadsheet->date)
                return -ENOMEM;
        format_set_bold(spreadsheet->title);
        format_set_num_format(spreadsheet->text, "@"); /* it stays a text, also for who edits it */
        format_set_num_format(spreadsheet->whole, "0");
        format_set_num_format(spreadsheet->date, "yyyy-mm-dd hh:mm:ss");
        return 0;
}

static int write_title(Spreadsheet *spreadsheet, lxw_col_t column) {
        const SheetColumn *c = &spreadsheet->columns[column];
        lxw_error error;

        error = worksheet_set_column(spreadsheet->sheet, column, column, c->width, NULL);
        if (error == LXW_NO_ERROR)
                error = worksheet_write_string(spreadsheet->sheet, 0, column, c->title, spreadsheet->title);
        return negative_errno(error);
}

static int begin_sheet(Spreadsheet *spreadsheet) {
        char name[32] = "Jobs";
        int r = 0;

        if (spreadsheet->n_sheets++ > 0)
                (void) snprintf(name, sizeof(name), "Jobs %u", spreadsheet->n_sheets);
        errno = 0;
        spreadsheet->sheet = workbook_add_worksheet(spreadsheet->workbook, name);
        if (!spreadsheet->sheet)
                return -(errno ?: ENOMEM);
        for (size_t i = 0; r >= 0 && i < spreadsheet->n_columns; i++)
                r = write_title(spreadsheet, (lxw_col_t) i);
        worksheet_freeze_panes(spreadsheet->sheet, 1, 0);
        spreadsheet->n_rows = 1;
        return r;
}

/* The library copies the rows into the sheet, closes their file, and does not look whether the sheet took
 * all. As long as they keep their place, a disk that was full for the sheet is full for the workbook: at
 * that it looks. */
static int hold_rows(Spreadsheet *spreadsheet) {
        int *grown = reallocarray(spreadsheet->held, spreadsheet->n_held + 1, sizeof(int));
        int fd;

        if (!grown)
                return -ENOMEM;
        spreadsheet->held = grown;
        fd = fcntl(fileno(spreadsheet->sheet->optimize_tmpfile), F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
                return -errno;
        spreadsheet->held[spreadsheet->n_held++] = fd;
        return 0;
}

static int end_sheet(Spreadsheet *spreadsheet) {
        lxw_error error;
        int r;

        errno = 0;
        error = worksheet_autofilter(spreadsheet->sheet, 0, 0, spreadsheet->n_rows - 1,
                        (lxw_col_t) (spreadsheet->n_columns - 1));
        if (error != LXW_NO_ERROR)
                return negative_errno(error);
        (void) fflush(spreadsheet->sheet->optimize_tmpfile);
        r = check_rows(spreadsheet);
        return r < 0 ? r : hold_rows(spreadsheet);
}

static bool is_full(const Spreadsheet *spreadsheet) {
        return spreadsheet->n_rows >= spreadsheet->n_rows_max ||
                        ftello(spreadsheet->sheet->optimize_tmpfile) >= SHEET_BYTES_MAX;
}

int spreadsheet_new(const char *path, const char *folder, char *const *titles, uint32_t n_rows_max,
                Spreadsheet **ret) {
        _cleanup_(spreadsheet_freep) Spreadsheet *spreadsheet = calloc(1, sizeof(Spreadsheet));
        lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = (char *) folder };
        int r;

        if (!spreadsheet)
                return -ENOMEM;
        spreadsheet->n_rows_max = n_rows_max;
        spreadsheet->n_columns = strv_length(titles);
        spreadsheet->columns = calloc(spreadsheet->n_columns, sizeof(SheetColumn));
        spreadsheet->workbook = workbook_new_opt(path, &options);
        if (!spreadsheet->columns || !spreadsheet->workbook)
                return -ENOMEM;
        for (size_t i = 0; i < spreadsheet->n_columns; i++)
                spreadsheet->columns[i] = sheet_column(titles[i]);
        r = add_formats(spreadsheet);
        if (r >= 0)
                r = begin_sheet(spreadsheet);
        if (r >= 0)
                *ret = TAKE_PTR(spreadsheet);
        return r;
}

static lxw_error write_cell(const Spreadsheet *spreadsheet, lxw_col_t column, const SheetCell *cell) {
        lxw_worksheet *sheet = spreadsheet->sheet;

        switch (cell->kind) {
        case SHEET_TEXT:
                return worksheet_write_string(
                                sheet, spreadsheet->n_rows, column, cell->text, spreadsheet->text);
        case SHEET_WHOLE_NUMBER:
                return worksheet_write_number(
                                sheet, spreadsheet->n_rows, column, cell->number, spreadsheet->whole);
        case SHEET_FRACTION:
                return worksheet_write_number(sheet, spreadsheet->n_rows, column, cell->number, NULL);
        case SHEET_DATE:
                return worksheet_write_number(
                                sheet, spreadsheet->n_rows, column, cell->number, spreadsheet->date);
        default:
                return LXW_NO_ERROR;
        }
}

static int add_cell(Spreadsheet *spreadsheet, lxw_col_t column, struct json_object *row) {
        const SheetColumn *c = &spreadsheet->columns[column];
        _cleanup_(sheet_cell_done) SheetCell cell = {};
        int r;

        r = sheet_cell_read(c, json_object_object_get(row, c->key), &cell);
        if (r < 0)
                return r;
        spreadsheet->n_cut += cell.is_cut;
        return negative_errno(write_cell(spreadsheet, column, &cell));
}

int spreadsheet_add(Spreadsheet *spreadsheet, struct json_object *row) {
        int r = 0;

        if (is_full(spreadsheet)) {
                r = end_sheet(spreadsheet);
                if (r >= 0)
                        r = begin_sheet(spreadsheet);
        }
        errno = 0;
        for (size_t i = 0; r >= 0 && i < spreadsheet->n_columns; i++)
                r = add_cell(spreadsheet, (lxw_col_t) i, row);
        spreadsheet->n_rows++;
        return r < 0 ? r : check_rows(spreadsheet);
}

/* What it returns, the library also tells on standard error, in words about its own files. */
static lxw_error close_quietly(lxw_workbook *workbook) {
        FILE *own = stderr, *nowhere = fopen("/dev/null", "we");
        lxw_error error;

        if (nowhere)
                stderr = nowhere;
        errno = 0;
        error = workbook_close(workbook);
        stderr = own;
        if (nowhere)
                (void) fclose(nowhere);
        return error;
}

int spreadsheet_close(Spreadsheet *spreadsheet) {
        int r = end_sheet(spreadsheet);

        return r < 0 ? r : negative_errno(close_quietly(TAKE_PTR(spreadsheet->workbook)));
}
