// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What can be done to a job, and to which.

import { isActive, isSystemAccount } from './job';
import type { Job } from './job';

export type Deed = 'cancel' | 'retry' | 'clear';

export const DEEDS: readonly Deed[] = ['cancel', 'retry', 'clear'];

export function isPossible(deed: Deed, job: Job): boolean {
    switch (deed) {
    case 'cancel': return isActive(job);
    case 'retry': return !isActive(job) && job.Imported === 0;      // an import has no commands
    case 'clear': return !isActive(job);
    }
}

export interface Owners {
    own: number;
    tasks: number;                  // of root and of system accounts
    others: [user: string, n: number][];
}

// Whose these jobs are, as seen by this user.
export function ownersOf(jobs: readonly Job[], user: string, systemUidMax: number): Owners {
    const isOwn = (job: Job) => job.User === user;
    const isTask = (job: Job) => isSystemAccount(job.UID, systemUidMax);
    const foreign = jobs.filter(job => !isOwn(job));
    const others = new Map<string, number>();
    for (const { User } of foreign.filter(job => !isTask(job)))
        others.set(User, (others.get(User) ?? 0) + 1);
    return {
        own: jobs.filter(isOwn).length,
        tasks: foreign.filter(isTask).length,
        others: [...others].sort(([a], [b]) => a.localeCompare(b)),
    };
}
