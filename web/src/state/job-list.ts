// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The page of jobs that is shown. It is asked for once, and then follows what jobsd tells: of a job that is known, the
// change is in the signal; all others are looked up, as many at once as were told of while the last answer was
// awaited. Nothing is asked for again and again.

import { BusError, plain, variant } from '../bus/bus';
import type { News } from '../bus/bus';
import type { Variants } from '../bus/interfaces';
import type { Page } from '../model/address';
import { NO_FILTERS, isSamePage } from '../model/address';
import type { Job } from '../model/job';
import { PAGE_ROWS, changedRows } from '../model/paging';
import { busFilter } from '../model/query';
import { busKey, isDescending, sortKey } from '../model/sort';
import type { Connection } from './connection';
import { Observable } from './observable';

export interface JobListState {
    page: Page;
    jobs: readonly Job[];
    next: string;               // where the next page begins; empty: there is none
    isLoaded: boolean;          // all of this page has come
    isLive: boolean;
    isStale: boolean;           // something has changed since the table was frozen
    scope: 'own' | 'shared' | 'all' | '';
    error: BusError | undefined;
}

// Of so many jobs that have changed it is cheaper to ask for the page.
const LOOK_UP_MAX = 500;

export class JobList extends Observable<JobListState> {
    private mustLoad = false;
    private readonly dirty = new Set<number>();
    private isBusy = false;
    // Answers to what was asked before this changed are too late.
    private generation = 0;

    constructor(private readonly connection: Connection) {
        super({
            page: { filters: NO_FILTERS, sort: '', from: '' }, jobs: [], next: '', isLoaded: false, isLive: true,
            isStale: false, scope: '', error: undefined,
        });
    }

    show(page: Page) {
        if (isSamePage(page, this.state.page) && this.state.isLoaded)
            return;
        this.update({ page, jobs: [], next: '', isLoaded: false, error: undefined });
        this.load();
    }

    setLive(isLive: boolean) {
        this.update({ isLive });
    }

    load() {
        this.generation += 1;
        this.mustLoad = true;
        this.work();
    }

    handle(signal: News) {
        if (!this.state.isLive) {
            if (!this.state.isStale)
                this.update({ isStale: true });
            return;
        }
        switch (signal.name) {
        case 'HistoryChanged':
            this.load();
            break;
        case 'PropertiesChanged':
            if (!this.patch(signal) && this.mayMove(signal))
                this.find(signal.id);
            break;
        default:
            this.find(signal.args[0]);
        }
    }

    // Whether the place of a job in the page may be another now, or it come or go.
    private mayMove({ changed }: Extract<News, { name: 'PropertiesChanged' }>): boolean {
        return this.state.page.sort === '' || 'Status' in changed;
    }

    // Where a job is in a page by ids, is known. In another order only jobsd knows, and is asked for the page: not
    // before it has answered the last time, or with many changes no answer would ever count.
    private find(id: number) {
        if (this.state.page.sort === '')
            this.lookUp(id);
        else
            this.mustLoad = true;
        this.work();
    }

    // A change that leaves a job in its view, in the row itself. Everything else is for ListJobs to say.
    private patch({ id, changed, invalidated }: Extract<News, { name: 'PropertiesChanged' }>): boolean {
        const job = this.state.jobs.find(({ Id }) => Id === id);
        if (!job || invalidated.length > 0 || ('Status' in changed && changed.Status !== job.Status))
            return false;
        const patched = { ...job, ...changed } as Job;
        this.update({ jobs: this.state.jobs.map(known => known === job ? patched : known) });
        return true;
    }

    private lookUp(id: number) {
        this.dirty.add(id);
        if (this.dirty.size > LOOK_UP_MAX)
            this.load();
    }

    // One call at a time, so that answers and signals stay in their order.
    private async work() {
        if (this.isBusy || !this.connection.reader)
            return;
        this.isBusy = true;
        try {
            while (this.mustLoad || this.dirty.size > 0)
                await (this.mustLoad ? this.loadPage() : this.updateRows());
        } catch (error) {
            this.mustLoad = false;
            this.dirty.clear();
            this.update({ error: error as BusError });
        } finally {
            this.isBusy = false;
        }
    }

    private async loadPage() {
        const generation = this.generation;
        const { page } = this.state;
        this.mustLoad = false;
        this.dirty.clear();

        // jobsd looks at a bounded number of rows a call: a page may take several.
        const jobs: Job[] = [];
        let next = page.from;
        do {
            const [rows, end, scope] = await this.ask({ ...page, from: next }, PAGE_ROWS - jobs.length);
            if (generation !== this.generation)
                return;
            jobs.push(...rows.map(row => plain(row) as Job));
            next = end;
            this.update({
                jobs: [...jobs], next, scope: scope as 'own' | 'shared' | 'all', isStale: false, error: undefined,
                isLoaded: next === '' || jobs.length >= PAGE_ROWS,
            });
        } while (next !== '' && jobs.length < PAGE_ROWS);
    }

    private async ask({ filters, sort, from }: Page, limit: number): Promise<[Variants[], string, string]> {
        const bus = this.connection.reader!;
        const filter = busFilter(filters, variant);
        const key = sortKey(sort);
        if (key)
            return bus.call('ListSorted', filter, busKey(key), isDescending(sort), from, limit, 0);
        const [rows, next, scope] = await bus.call('ListJobs', filter, Number(from), limit, 0);
        return [rows, next === 0 ? '' : String(next), scope];
    }

    private async updateRows() {
        const generation = this.generation;
        const { page } = this.state;
        const ids = [...this.dirty];
        this.dirty.clear();

        const filter = { ...busFilter(page.filters, variant), ids: variant('at', ids) };
        const [rows] = await this.connection.reader!.call('ListJobs', filter, Number(page.from), ids.length, 0);
        if (generation !== this.generation)
            return;
        const before = this.state;
        const change = changedRows(before.jobs, Number(before.next), ids, rows.map(row => plain(row) as Job));
        this.update({ jobs: change.jobs, next: change.next === 0 ? '' : String(change.next) });
        if (change.mustFill)
            this.load();
    }
}
