// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whose ended jobs are cleared together: one's own, those of the system's accounts, or another person's, who has to be
// named.

import type { Variants } from '../bus/interfaces';
import { isSystemAccount } from './job';

export type ClearGroup = { kind: 'own' | 'person'; user: string } | { kind: 'tasks' };

export interface Viewer { user: string; uid: number; systemUidMax: number; seesAll: boolean }

// NAMED is the user that the page is about, or empty.
export function groupsToClear({ user, uid, systemUidMax, seesAll }: Viewer, named: string): ClearGroup[] {
    if (named !== '' && named !== user && named !== String(uid))
        return [{ kind: 'person', user: named }];
    const own: ClearGroup = { kind: 'own', user };
    if (!seesAll || named !== '')
        return [own];
    return isSystemAccount(uid, systemUidMax) ? [{ kind: 'tasks' }] : [own, { kind: 'tasks' }];
}

type Make = (type: string, value: unknown) => Variants[string];

export function groupFilter(group: ClearGroup, make: Make): Variants {
    return group.kind === 'tasks' ? { tasks: make('b', true) } : { user: make('s', group.user) };
}
