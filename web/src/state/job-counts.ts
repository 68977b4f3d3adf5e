// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How many jobs each view has, under the filters that are set. Counted anew when jobs come, end or go; while many do,
// one count follows the other and no more.

import { variant } from '../bus/bus';
import type { News } from '../bus/bus';
import { NO_FILTERS } from '../model/address';
import type { Filters, View } from '../model/address';
import { busFilter } from '../model/query';
import type { Connection } from './connection';
import { Observable } from './observable';
import { Renewal } from './renewal';

export interface Count { n: number; isMore: boolean }   // more: that many, and perhaps others

export type JobCountsState = Partial<Record<View, Count>>;

const VIEWS: readonly View[] = ['all', 'active', 'failed'];

export class JobCounts extends Observable<JobCountsState> {
    private filters = NO_FILTERS;
    // A count that fails is none; the list says why.
    private readonly renewal = new Renewal(async () => {
        await Promise.all(VIEWS.map(view => this.countView(view).catch(() => this.update({ [view]: undefined }))));
    });

    constructor(private readonly connection: Connection) {
        super({});
    }

    show(filters: Filters) {
        if (JSON.stringify(filters) === JSON.stringify(this.filters))
            return;
        this.filters = filters;
        this.count();
    }

    handle(signal: News) {
        if (signal.name !== 'PropertiesChanged' || 'Status' in signal.changed)
            this.count();
    }

    count() {
        if (this.connection.reader)
            this.renewal.request();
    }

    private async countView(view: View) {
        const { filters } = this;
        const statuses = view === filters.view ? filters.statuses : [];
        const filter = busFilter({ ...filters, view, statuses }, variant);
        const [n, next] = await this.connection.reader!.call('CountJobs', filter, 0, 0);
        if (filters === this.filters)
            this.update({ [view]: { n, isMore: next !== 0 } });
    }
}
