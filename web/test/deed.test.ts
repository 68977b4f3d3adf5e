// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { isPossible, ownersOf } from '../src/model/deed';
import { inTurns } from '../src/model/in-turns';
import type { Job } from '../src/model/job';

it.each<[string, object, string[]]>([
    ['queued', { Status: 'queued', Imported: 0 }, ['cancel']],
    ['running', { Status: 'running', Imported: 0 }, ['cancel']],
    ['failed', { Status: 'error', Imported: 0 }, ['retry', 'clear']],
    ['imported', { Status: 'completed', Imported: 1 }, ['clear']],
])('what can be done to a job that is %s', (_what, job, deeds) => {
    expect((['cancel', 'retry', 'clear'] as const).filter(deed => isPossible(deed, job as Job))).toEqual(deeds);
});

it('names own jobs, tasks and persons apart', () => {
    const jobs = [['alice', 1000], ['root', 0], ['zoe', 1002], ['bob', 1001], ['daemon', 1], ['bob', 1001]]
        .map(([User, UID]) => ({ User, UID }) as Job);
    expect(ownersOf(jobs, 'alice', 999)).toEqual({ own: 1, tasks: 2, others: [['bob', 2], ['zoe', 1]] });
    expect(ownersOf(jobs, 'root', 999)).toEqual({ own: 1, tasks: 1, others: [['alice', 1], ['bob', 2], ['zoe', 1]] });
    expect(ownersOf(jobs, 'alice', 1001)).toEqual({ own: 1, tasks: 4, others: [['zoe', 1]] });
});

it('works on so many at once, and on each one time', async () => {
    let now = 0;
    let most = 0;
    const seen: number[] = [];
    await inTurns([1, 2, 3, 4, 5, 6, 7], 3, async n => {
        now += 1;
        most = Math.max(most, now);
        seen.push(n);
        await Promise.resolve();
        now -= 1;
    });
    expect(most).toBe(3);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
