// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is done to a job: to an own one as oneself, to somebody else's with the rights that one has.

import { variant } from '../bus/bus';
import type { Deed } from '../model/deed';
import type { Job } from '../model/job';
import type { Connection } from './connection';

export async function cancel(connection: Connection, job: Job) {
    await connection.busFor(job.User)!.call('CancelJob', job.Id, 0);
}

// Returns the new job's id.
export async function retry(connection: Connection, job: Job): Promise<number> {
    const [id] = await connection.busFor(job.User)!.call('RetryJob', job.Id, 0);
    return id;
}

// The owner is named, by number: else jobsd would not clear another person's.
export async function clear(connection: Connection, job: Job) {
    const filter = { ids: variant('at', [job.Id]), user: variant('s', String(job.UID)) };
    await connection.busFor(job.User)!.call('ClearJobs', filter, 0);
}

export const doers: Record<Deed, (connection: Connection, job: Job) => Promise<unknown>> = { cancel, retry, clear };
