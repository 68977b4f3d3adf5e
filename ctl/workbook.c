/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "interrupt.h"
#include "json-stream.h"
#include "spreadsheet.h"
#include "workbook.h"

static int add_row(struct json_object *row, void *userdata) {
        return spreadsheet_add(userdata, row);
}

int workbook_write(char *const *titles, int from_fd, int interrupt_fd, int to_fd, const char *folder,
                uint64_t *ret_cut) {
        _cleanup_(spreadsheet_freep) Spreadsheet *spreadsheet = NULL;
        char path[32];
        int r;

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", to_fd); /* libxlsxwriter takes a name only */
        r = spreadsheet_new(path, folder, titles, SHEET_ROWS_MAX, &spreadsheet);
        if (r >= 0)
                r = json_stream_read(from_fd, interrupt_fd, add_row, spreadsheet);
        if (r >= 0)
                r = spreadsheet_close(spreadsheet);
        if (r >= 0) /* that took its time, and did not look */
                r = interrupt_wait_sync(interrupt_fd, -1, 0, 0);
        if (r >= 0)
                *ret_cut = spreadsheet_n_cut(spreadsheet);
        return r;
}
