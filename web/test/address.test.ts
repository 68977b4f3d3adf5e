// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';

import { NO_FILTERS, addressOf, isFiltered, isStart, parseAddress, startOfType } from '../src/model/address';
import type { Filters } from '../src/model/address';

const EVERYTHING: Filters = {
    view: 'active', statuses: ['running'], name: 'back up', type: 'import-records', user: 'alice',
    related: 'https://example.org/a?b=1&c', since: '2026-11-01', until: '2026-11-24',
};

describe('the address of a list', () => {
    it('has nothing in it that is as usual', () => {
        expect(addressOf({ filters: NO_FILTERS, sort: '', from: '' })).toEqual({});
        expect(parseAddress([], {})).toEqual({ kind: 'list', filters: NO_FILTERS, sort: '', from: '' });
    });

    it.each([['', '4711'], ['-end', '1795516215000000:12'], ['start', '0:1']] as const)('says all that was chosen, and is read back as it was: %s', (sort, from) => {
        const page = { filters: EVERYTHING, sort, from };
        expect(parseAddress([], addressOf(page))).toEqual({ kind: 'list', ...page });
        expect(isFiltered(EVERYTHING)).toBe(true);
    });

    it.each([
        [{ view: 'everything' }],
        [{ status: 'done,,' }],
        [{ since: '2026-13-01', until: 'yesterday' }],
        [{ from: '-1' }],
        [{ from: '1e99' }],
        [{ from: '99999999999999999999' }],
        [{ from: '1:2' }],
        [{ sort: 'name' }],
    ])('leaves out what makes no sense: %j', options => {
        expect(parseAddress([], options)).toEqual({ kind: 'list', filters: NO_FILTERS, sort: '', from: '' });
    });

    it('has no place that is none in its order', () => {
        expect(parseAddress([], { sort: 'end', from: '12' })).toMatchObject({ sort: 'end', from: '' });
    });

    it('has no status that the view is without', () => {
        const place = parseAddress([], { view: 'active', status: 'running,error' });
        expect(place).toMatchObject({ filters: { view: 'active', statuses: ['running'] } });
    });

    it('takes the first of what is given twice', () => {
        expect(parseAddress([], { user: ['alice', 'bob'] })).toMatchObject({ filters: { user: 'alice' } });
    });
});

describe('the address of a job', () => {
    it('is its number', () => {
        expect(parseAddress(['12'], {})).toEqual({ kind: 'job', id: 12 });
    });

    it.each([['0'], ['x'], ['1.5'], ['12', 'more'], ['<b>']])('is not %j', (...path) => {
        expect(parseAddress(path, {}).kind).toBe('list');
    });
});

describe('the address where a job is started', () => {
    it.each([
        [['start'], {}, { kind: 'start' }],
        [['start'], { type: 'import' }, { kind: 'type', name: 'import' }],
        [['start'], { type: ['import', 'other'] }, { kind: 'type', name: 'import' }],
        [['start', 'command'], { type: 'import' }, { kind: 'command' }],
    ])('%j %j', (path, options, place) => {
        expect(parseAddress(path, options)).toEqual(place);
        expect(isStart(parseAddress(path, options))).toBe(true);
    });

    it.each([['start', 'more'], ['start', 'command', 'more'], ['Start'], ['command']])('is not %j', (...path) => {
        expect(parseAddress(path, {}).kind).toBe('list');
    });

    it('has the type in it, whatever it is called', () => {
        expect(startOfType('a b&c')).toBe('#/start?type=a%20b%26c');
    });
});
