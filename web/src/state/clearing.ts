// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Clearing jobs that have ended: how many would go and which stay, before it is done. One's own are cleared as oneself.

import { variant } from '../bus/bus';
import type { Bus } from '../bus/bus';
import type { Variants } from '../bus/interfaces';
import { groupFilter } from '../model/clear-group';
import type { ClearGroup } from '../model/clear-group';
import type { Status } from '../model/job';
import type { Connection } from './connection';

export interface Forecast {
    ended: number;
    active: number;     // which stay
}

const ENDED: Status[] = ['completed', 'error', 'cancelled'];
const ACTIVE: Status[] = ['queued', 'running'];

function busOf(group: ClearGroup, connection: Connection): Bus {
    return group.kind === 'own' ? connection.own! : connection.reader!;
}

// As many calls as it takes, until nobody wants to know any more.
async function count(bus: Bus, filter: Variants, signal: AbortSignal): Promise<number> {
    let sum = 0;
    let next = 0;
    do {
        const [n, end] = await bus.call('CountJobs', filter, next, 0);
        sum += n;
        next = end;
    } while (next !== 0 && !signal.aborted);
    return sum;
}

export async function forecast(connection: Connection, group: ClearGroup, signal: AbortSignal): Promise<Forecast> {
    const those = { all: variant('b', group.kind !== 'own'), ...groupFilter(group, variant) };
    const [ended, active] = await Promise.all([ENDED, ACTIVE].map(statuses =>
        count(busOf(group, connection), { ...those, status: variant('as', statuses) }, signal)));
    return { ended: ended!, active: active! };
}

export async function clear(connection: Connection, group: ClearGroup) {
    await busOf(group, connection).call('ClearJobs', groupFilter(group, variant), 0);
}
