// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A file that a job left, as the bus tells of it. Its name is the job's choice, and text of one line: jobsd writes other
// bytes as \xNN, and so what turns letters around.

export interface ResultFile {
    name: string;               // with its folders: "report/index.html"
    size: number;
    modified: number;           // µs since 1970
}

export function resultFiles(rows: readonly (readonly [string, number, number])[]): ResultFile[] {
    return rows.map(([name, size, modified]) => ({ name, size, modified }));
}

// As it is saved: without the folders, which a browser does not make.
export function savedAs(name: string): string {
    return name.slice(name.lastIndexOf('/') + 1);
}
