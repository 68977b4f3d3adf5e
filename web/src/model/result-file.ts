// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A file that a job left, as the bus tells of it. Its name is the job's choice.

export interface ResultFile {
    name: string;               // with its folders: "report/index.html"
    size: number;
    modified: number;           // µs since 1970
}

// What turns the letters beside it around, and ends a name as if it were of another kind.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function resultFiles(rows: readonly (readonly [string, number, number])[]): ResultFile[] {
    return rows.map(([name, size, modified]) => ({ name, size, modified }));
}

// As it is shown: jobsd writes a byte that it does not show as \xNN, and every backslash.
export function shownAs(name: string): string {
    return name.replace(TURNS, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// As it is saved: without the folders, which a browser does not make.
export function savedAs(name: string): string {
    return name.slice(name.lastIndexOf('/') + 1).replace(TURNS, '_');
}
