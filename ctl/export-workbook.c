/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>

#include "export-workbook.h"
#include "report.h"
#include "sheet-cell.h"
#include "strv.h"
#include "workbook.h"

static workbook_write_fn write_workbook;

static char *const *titles(const Arguments *arguments) {
        return arguments->properties ?: sheet_default_titles;
}

int export_workbook_columns(const Arguments *arguments, char ***ret) {
        _cleanup_strv_free_ char **columns = NULL;
        int r = 0;

        for (char *const *title = titles(arguments); r >= 0 && *title; title++)
                r = strv_extend(&columns, sheet_column(*title).key);
        if (r >= 0)
                *ret = TAKE_PTR(columns);
        return r;
}

static void tell_cut(const Arguments *arguments, uint64_t n_cut) {
        if (n_cut > 0)
                note(arguments, "Cut to the %u characters that a cell takes: %" PRIu64 " text%s.",
                                SHEET_CELL_CHARACTERS_MAX, n_cut, n_cut == 1 ? "" : "s");
}

int export_workbook_load(void) {
        void *module = dlopen(PKGLIBDIR "/jobsctl-workbook.so", RTLD_NOW | RTLD_LOCAL); /* it stays */

        write_workbook = module ? (workbook_write_fn) dlsym(module, WORKBOOK_WRITE) : NULL;
        return write_workbook ? 0
                              : fail_plain(-EOPNOTSUPP, "What writes workbooks is not installed: %s", dlerror());
}

int export_workbook(
                const Arguments *arguments, int from_fd, int interrupt_fd, int to_fd, const char *folder) {
        uint64_t n_cut;
        int r = write_workbook(titles(arguments), from_fd, interrupt_fd, to_fd, folder, &n_cut);

        if (r >= 0)
                tell_cut(arguments, n_cut);
        return r;
}
