// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the page shows is in its address, so that back, forward, reload and a shared link work:
// #/?view=failed&user=alice is the list, #/12 is a job, #/start is where one is started: #/start?type=import of a type,
// #/start/command of a command. What is wrong in an address counts as absent.

import type { Options } from '../cockpit';
import { STATUSES } from './job';
import type { Status } from './job';
import { parseSort } from './sort';
import type { Sort } from './sort';
import { beginOfDay } from './time';

export type View = 'all' | 'active' | 'failed';

export interface Filters {
    view: View;
    statuses: Status[];     // of those of the view; empty: all of these
    name: string;           // a part of it
    type: string;
    user: string;
    related: string;
    since: string;          // days, 2026-11-24, of the browser's zone; the last one is included
    until: string;
}

// A page of 50, from where the one before it ended: empty for the first one.
export interface Page { filters: Filters; sort: Sort; from: string }

export type Place =
    | { kind: 'list' } & Page
    | { kind: 'job'; id: number }
    | Start;

export type Start =
    | { kind: 'start' }
    | { kind: 'type'; name: string }
    | { kind: 'command' };

export const START = '#/start';
export const START_COMMAND = '#/start/command';

export const NO_FILTERS: Filters = {
    view: 'all', statuses: [], name: '', type: '', user: '', related: '', since: '', until: '',
};

const VIEWS: readonly View[] = ['all', 'active', 'failed'];
const VIEW_STATUSES: Record<View, readonly Status[]> = {
    all: STATUSES, active: ['queued', 'running'], failed: ['error'],
};

// Those that a person can choose from in a view.
export function statusesOf(view: View): readonly Status[] {
    return VIEW_STATUSES[view];
}

export function isFiltered(filters: Filters): boolean {
    const { statuses, name, type, user, related, since, until } = filters;
    return statuses.length > 0 || [name, type, user, related, since, until].some(text => text !== '');
}

function number(text: string): number {
    return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}

// A place as ListJobs gives it, an id, or as ListSorted does, in whose order it makes sense.
function order(sort: Sort, from: string): Pick<Page, 'sort' | 'from'> {
    const place = sort === '' ? /^[1-9]\d{0,14}$/ : /^\d{1,16}:[1-9]\d{0,14}$/;
    return { sort, from: place.test(from) ? from : '' };
}

function day(text: string): string {
    return beginOfDay(text) === undefined ? '' : text;
}

export function startOfType(name: string): string {
    return `${START}?type=${encodeURIComponent(name)}`;
}

export function isStart(place: Place): place is Start {
    return place.kind !== 'list' && place.kind !== 'job';
}

function parseStart(path: string[], type: string): Start | undefined {
    switch (path.join('/')) {
    case 'start': return type === '' ? { kind: 'start' } : { kind: 'type', name: type };
    case 'start/command': return { kind: 'command' };
    default: return undefined;
    }
}

export function parseAddress(path: string[], options: Options): Place {
    const id = path.length === 1 ? number(path[0] ?? '') : 0;
    if (id > 0)
        return { kind: 'job', id };

    // Given twice, an option is a list.
    const text = (name: string) => [options[name] ?? ''].flat()[0] ?? '';
    const start = parseStart(path, text('type'));
    if (start)
        return start;
    const view = VIEWS.find(known => known === text('view')) ?? 'all';
    const statuses = text('status').split(',');
    return {
        kind: 'list',
        ...order(parseSort(text('sort')), text('from')),
        filters: {
            view,
            statuses: statusesOf(view).filter(status => statuses.includes(status)),
            name: text('name'),
            type: text('type'),
            user: text('user'),
            related: text('related'),
            since: day(text('since')),
            until: day(text('until')),
        },
    };
}

export function isSamePage(a: Page, b: Page): boolean {
    return JSON.stringify(addressOf(a)) === JSON.stringify(addressOf(b));
}

export function addressOf({ filters, sort, from }: Page): Options {
    const { view, statuses, ...texts } = filters;
    const options = {
        view: view === 'all' ? '' : view,
        status: statuses.join(','),
        ...texts,
        sort,
        from,
    };
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}
