// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { beginOfDay, endOfDay, formatDuration, formatTime } from '../src/model/time';

const HOUR = 3600e6;

it('knows no time that is 0', () => {
    expect(formatTime(0)).toBeUndefined();
});

it('shows times in the zone of the browser', () => {
    expect(formatTime(Date.UTC(2026, 0, 1, 12, 30, 5) * 1000)).toMatch(/Jan 1, 2026, 1:30:05\sPM/);
    expect(formatTime(Date.UTC(2026, 6, 1, 12, 30, 5) * 1000)).toMatch(/Jul 1, 2026, 2:30:05\sPM/);
});

it.each([
    [0, '0 s'],
    [40_000, '0 s'],
    [550_000, '0.6 s'],
    [59e6, '59 s'],
    [61e6, '1 min 1 s'],
    [HOUR, '1 h'],
    [HOUR + 5e6, '1 h'],
    [25 * HOUR, '1 d 1 h'],
])('shows %d µs as "%s"', (usec, text) => {
    expect(formatDuration(usec)).toBe(text);
});

it.each([
    ['2026-11-24', 24],
    ['2026-03-29', 23],
    ['2026-10-25', 25],
])('gives %s its %d hours', (day, hours) => {
    expect((endOfDay(day)! - beginOfDay(day)!) / HOUR).toBe(hours);
});

it.each(['', 'today', '2026-02-30', '2026-00-10', '2026-1-1', '0001-01-01'])('takes "%s" for no day', text => {
    expect(beginOfDay(text)).toBeUndefined();
    expect(endOfDay(text)).toBeUndefined();
});
