// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A page of the history, newest first, and how it changes when jobs do.

import type { Job } from './job';

export const PAGE_ROWS = 50;

interface Change {
    jobs: Job[];
    next: number;
    mustFill: boolean;      // rows have gone, and others below could come up
}

// A page after these IDS were looked up and ROWS came of them: the others are gone, or no more in the view. Rows that
// come are never below a page's end, which is where NEXT begins; what the page has too many goes behind that.
export function changedRows(jobs: readonly Job[], next: number, ids: readonly number[], rows: readonly Job[]): Change {
    const asked = new Set(ids);
    const known = new Set(jobs.map(({ Id }) => Id));
    const unchanged = jobs.filter(({ Id }) => !asked.has(Id));
    const above = rows.filter(({ Id }) => known.has(Id) || next === 0 || Id >= next);
    const all = [...unchanged, ...above].sort((a, b) => b.Id - a.Id);
    const shown = all.slice(0, PAGE_ROWS);
    const isCut = all.length > shown.length;
    return {
        jobs: shown,
        next: isCut ? shown.at(-1)!.Id : next,
        mustFill: next !== 0 && shown.length < PAGE_ROWS,
    };
}
