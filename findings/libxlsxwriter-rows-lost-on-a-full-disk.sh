#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# libxlsxwriter with .constant_memory, when its temporary files cannot grow: each worksheet_write_string() and the
# workbook_close() return LXW_NO_ERROR, and the workbook is a whole zip file whose sheet breaks off within a row.
#
# In that mode rows go to a tmpfile() at once, by fprintf() whose result nobody looks at; at the end they are copied
# into the sheet, and that into the zip file, which is checked: but it is compressed, and may well find the room that
# the other two did not. Who writes many rows has to look at ferror() of the worksheet's own optimize_tmpfile before
# workbook_close(), and cannot look at the sheet's.
#
# Seen with libxlsxwriter 1.1.4-2+b1 (Debian 12): "written 100000 rows, closed with 0", and a sheet of which python's
# XML parser says that it is not well-formed. A limit of the size of files stands for the full disk.
#
# Needs gcc, python3 and apt-get; no root. Fails if the library says so one day.

set -euo pipefail

folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT
cd "$folder"

apt-get download --quiet=2 libxlsxwriter4=1.1.4-2+b1 libxlsxwriter-dev=1.1.4-2+b1 libminizip1 zlib1g libssl3
for package in *.deb; do
    dpkg-deb --extract "$package" root
done
libraries=$(dirname "$(find root -name 'libxlsxwriter.so.4')")

cat >write.c <<'END'
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include <xlsxwriter.h>

enum { ROWS = 100000 };

int main(int argc, char *argv[]) {
        lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = "." };
        lxw_workbook *workbook = workbook_new_opt("rows.xlsx", &options);
        lxw_worksheet *sheet = workbook_add_worksheet(workbook, NULL);
        int errors = 0;

        if (argc > 1) { /* what a file may have from now on */
                signal(SIGXFSZ, SIG_IGN);
                setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1 << 20, 1 << 20 });
        }
        for (lxw_row_t row = 0; row < ROWS; row++)
                errors += worksheet_write_string(sheet, row, 0, "a text", NULL) != LXW_NO_ERROR;
        if (errors)
                return 1;
        printf("written %d rows, closed with %d\n", ROWS, workbook_close(workbook));
        return 0;
}
END
gcc -o write write.c -I"$(dirname "$(find root -name xlsxwriter.h)")" "$libraries/libxlsxwriter.so.4" -Wl,-rpath-link,"$libraries"
export LD_LIBRARY_PATH=$libraries:$(dirname "$(find root -name 'libcrypto.so.3')"):$(dirname "$(find root -name 'libz.so.1')")

# How many rows the sheet has; -1: it is no XML.
count() {
    python3 - <<'END'
import xml.etree.ElementTree as tree, zipfile
with zipfile.ZipFile("rows.xlsx") as file:
    assert file.testzip() is None
    sheet = file.read("xl/worksheets/sheet1.xml")
try:
    print(sum(element.tag.endswith("}row") for element in tree.fromstring(sheet).iter()))
except tree.ParseError:
    print(-1)
END
}

said=$(./write)
[[ $said == "written 100000 rows, closed with 0" && $(count) == 100000 ]]
rm rows.xlsx
said=$(./write full 2>errors)
echo "with a full disk: $said, rows that can be read: $(count), on standard error: $(<errors)"
[[ $said == "written 100000 rows, closed with 0" && $(count) == -1 ]]
