// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';

import type { Job } from '../src/model/job';
import { PAGE_ROWS, changedRows } from '../src/model/paging';

function rows(...ids: number[]): Job[] {
    return ids.map(Id => ({ Id }) as Job);
}

function ids(jobs: readonly Job[]): number[] {
    return jobs.map(({ Id }) => Id);
}

// The ids from FIRST down to LAST.
function down(first: number, last: number): number[] {
    return Array.from({ length: first - last + 1 }, (_none, i) => first - i);
}

describe('a page', () => {
    it('has a new job above the others', () => {
        const change = changedRows(rows(2, 1), 0, [3], rows(3));
        expect(ids(change.jobs)).toEqual([3, 2, 1]);
        expect(change.next).toBe(0);
    });

    it('has the new row of a job in the old place', () => {
        const [, second] = changedRows(rows(3, 2, 1), 0, [2], [{ Id: 2, Info: 'new' } as Job]).jobs;
        expect(second).toEqual({ Id: 2, Info: 'new' });
    });

    it('loses a job that is no more in the view', () => {
        expect(ids(changedRows(rows(3, 2, 1), 0, [2, 9], []).jobs)).toEqual([3, 1]);
    });

    it('ends where it is full, and the next one begins there', () => {
        const change = changedRows(rows(...down(60, 11)), 11, [61], rows(61));
        expect(ids(change.jobs)).toEqual(down(61, 12));
        expect(change.next).toBe(12);
        expect(change.mustFill).toBe(false);
    });

    it('was the last one, and has a next one when it is full', () => {
        const change = changedRows(rows(...down(PAGE_ROWS, 1)), 0, [51], rows(51));
        expect(ids(change.jobs)).toEqual(down(51, 2));
        expect(change.next).toBe(2);
    });

    it('takes no job of the pages after it', () => {
        expect(ids(changedRows(rows(...down(60, 11)), 11, [5], rows(5)).jobs)).toEqual(down(60, 11));
    });

    it('is to be filled when a row has gone and others could come up', () => {
        expect(changedRows(rows(...down(60, 11)), 11, [30], []).mustFill).toBe(true);
        expect(changedRows(rows(3, 2), 0, [3], []).mustFill).toBe(false);
    });
});
