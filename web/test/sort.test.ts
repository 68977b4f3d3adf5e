// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { nextSort, parseSort, sortKey } from '../src/model/sort';
import type { Sort } from '../src/model/sort';

it('turns round with each click on a title, and is as usual after the second', () => {
    let sort: Sort = '';
    const seen = Array.from({ length: 4 }, () => sort = nextSort(sort, 'end'));
    expect(seen).toEqual(['-end', 'end', '', '-end']);
    expect(nextSort('-end', 'start')).toBe('-start');
});

it.each([['-start', '-start', 'start'], ['end', 'end', 'end'], ['', '', undefined], ['name', '', undefined],
    ['--end', '', undefined]] as const)('reads %j from an address', (text, sort, key) => {
    expect(parseSort(text)).toBe(sort);
    expect(sortKey(parseSort(text))).toBe(key);
});
