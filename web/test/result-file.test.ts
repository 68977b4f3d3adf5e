// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { formatBytes } from '../src/model/amount';
import { resultFiles, savedAs } from '../src/model/result-file';

it('knows a file by its name, its size and when it was written', () => {
    expect(resultFiles([['a/b.txt', 6, 1_764_547_200_000_000]])).toEqual(
        [{ name: 'a/b.txt', size: 6, modified: 1_764_547_200_000_000 }]);
});

it.each([
    ['report.csv', 'report.csv'], ['report/2026/index.html', 'index.html'], ['<i>n.txt', '<i>n.txt'],
    ['a/caf\\xe9.txt', 'caf\\xe9.txt'], ['-rf', '-rf'],
])('saves %j as %j', (name, saved) => {
    expect(savedAs(name)).toBe(saved);
});

it('has a size for a file that is empty', () => {
    expect(formatBytes(0)).toBe('0 B');
});
