// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The order of the table, as it is in the address: "end" is the earliest end first, "-end" the latest. Empty is the
// order in which jobs came into the history, the newest first.

export type SortKey = 'start' | 'end';
export type Sort = '' | SortKey | `-${SortKey}`;

// As jobsd calls it.
const BUS_KEYS: Record<SortKey, string> = { start: 'submitted', end: 'finished' };

export const SORTS: readonly Sort[] = ['', '-start', 'start', '-end', 'end'];

export function parseSort(text: string): Sort {
    return SORTS.find(known => known === text) ?? '';
}

export function isDescending(sort: Sort): boolean {
    return sort.startsWith('-');
}

// undefined: it is none of jobsd's keys.
export function sortKey(sort: Sort): SortKey | undefined {
    return sort === '' ? undefined : sort.replace('-', '') as SortKey;
}

export function busKey(key: SortKey): string {
    return BUS_KEYS[key];
}

// What a click on a column's title makes of the order: the latest first, then the earliest, then as usual.
export function nextSort(sort: Sort, key: SortKey): Sort {
    if (sortKey(sort) !== key)
        return `-${key}`;
    return isDescending(sort) ? key : '';
}
