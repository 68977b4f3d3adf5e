// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Filters of the page as jobsd wants them: on the bus, and on the command line for exports.

import type { Variants } from '../bus/interfaces';
import { statusesOf } from './address';
import type { Filters } from './address';
import { beginOfDay, endOfDay } from './time';

type Make = (type: string, value: unknown) => Variants[string];

function statuses({ view, statuses: chosen }: Filters): readonly string[] {
    if (chosen.length > 0)
        return chosen;
    return view === 'all' ? [] : statusesOf(view);
}

// The filter of ListJobs. Asked for is always everybody's: whoever may see only his own gets these.
export function busFilter(filters: Filters, make: Make): Variants {
    const wanted: [string, string, unknown][] = [
        ['status', 'as', statuses(filters)],
        ['name', 's', filters.name],
        ['type', 's', filters.type],
        ['user', 's', filters.user],
        ['related', 's', filters.related],
        ['since', 't', beginOfDay(filters.since)],
        ['until', 't', endOfDay(filters.until)],
    ];
    const isSet = (value: unknown) => Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
    const set = wanted.filter(([, , value]) => isSet(value));
    return {
        all: make('b', true),
        ...Object.fromEntries(set.map(([key, type, value]) => [key, make(type, value)])),
    };
}

// Seconds since 1970, as jobsctl reads times exactly.
function at(usec: number | undefined): string {
    return usec === undefined ? '' : `@${Math.floor(usec / 1e6)}`;
}

// The same filter as options of "jobsctl export".
export function exportOptions(filters: Filters): string[] {
    const options: [string, string][] = [
        ['status', statuses(filters).join(',')],
        ['name', filters.name],
        ['type', filters.type],
        ['user', filters.user],
        ['related', filters.related],
        ['since', at(beginOfDay(filters.since))],
        ['until', at(endOfDay(filters.until))],
    ];
    return ['--all', ...options.filter(([, value]) => value !== '').map(([name, value]) => `--${name}=${value}`)];
}
