// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { groupFilter, groupsToClear } from '../src/model/clear-group';
import type { ClearGroup, Viewer } from '../src/model/clear-group';

const make = (t: string, v: unknown) => ({ t, v });
const alice: Viewer = { user: 'alice', uid: 1001, systemUidMax: 999, seesAll: false };
const administrator: Viewer = { user: 'carol', uid: 1003, systemUidMax: 999, seesAll: true };
const root: Viewer = { user: 'root', uid: 0, systemUidMax: 999, seesAll: true };

const OWN: ClearGroup = { kind: 'own', user: 'carol' };
const TASKS: ClearGroup = { kind: 'tasks' };

it.each<[string, Viewer, string, ClearGroup[]]>([
    ['a user', alice, '', [{ kind: 'own', user: 'alice' }]],
    ['a user who looks at another', alice, 'bob', [{ kind: 'person', user: 'bob' }]],
    ['an administrator', administrator, '', [OWN, TASKS]],
    ['an administrator who looks at own jobs', administrator, 'carol', [OWN]],
    ['an administrator who looks at own jobs by number', administrator, '1003', [OWN]],
    ['an administrator who looks at somebody', administrator, 'alice', [{ kind: 'person', user: 'alice' }]],
    ['root, whose own jobs are command-line tasks', root, '', [TASKS]],
    ['a system account', { ...administrator, systemUidMax: 1003 }, '', [TASKS]],
    ['root who looks at somebody', root, 'alice', [{ kind: 'person', user: 'alice' }]],
])('what %s clears', (_who, viewer, named, groups) => {
    expect(groupsToClear(viewer, named)).toEqual(groups);
});

it('names the user, or command-line tasks', () => {
    expect(groupFilter(OWN, make)).toEqual({ user: { t: 's', v: 'carol' } });
    expect(groupFilter(TASKS, make)).toEqual({ tasks: { t: 'b', v: true } });
});
