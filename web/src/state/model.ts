// SPDX-License-Identifier: LGPL-2.1-or-later
//
// All that the page knows, and where it gets it from.

import { cockpit } from '../cockpit';
import { addressOf, isSamePage, parseAddress } from '../model/address';
import type { Filters, Page, Place } from '../model/address';
import { Connection } from './connection';
import { FailedToday } from './failed-today';
import { JobCounts } from './job-counts';
import { JobDetails } from './job-details';
import { JobList } from './job-list';
import { JobTypes } from './job-types';
import { Observable } from './observable';
import { Selection } from './selection';

export class Model extends Observable<{ place: Place }> {
    readonly connection = new Connection();
    readonly list = new JobList(this.connection);
    readonly counts = new JobCounts(this.connection);
    readonly details = new JobDetails(this.connection);
    readonly selection = new Selection(this.connection);
    readonly types = new JobTypes(this.connection);
    private readonly failedToday = new FailedToday(this.connection);

    constructor() {
        super({ place: parseAddress(cockpit.location.path, cockpit.location.options) });
    }

    start() {
        cockpit.addEventListener('locationchanged', () => this.follow());
        this.connection.start({
            news: signal => {
                this.list.handle(signal);
                if (this.list.state.isLive)
                    this.counts.handle(signal);
                this.selection.handle(signal);
                this.details.handle(signal);
                this.failedToday.handle(signal);
            },
            types: () => this.types.renew(this.state.place),
            up: () => {
                this.list.load();
                this.counts.count();
                this.selection.check().catch(() => {});      // the list says why
                this.details.load();
                this.failedToday.count();
                this.types.renew(this.state.place);
            },
        });
        this.follow();
    }

    refresh() {
        this.list.load();
        this.counts.count();
    }

    setLive(isLive: boolean) {
        const isStale = isLive && this.list.state.isStale;
        this.list.setLive(isLive);
        if (isStale)
            this.refresh();
    }

    // Another page of the list is another address, to which one comes back.
    goTo(page: Page) {
        cockpit.location.go([], addressOf(page));
    }

    // What is typed letter by letter is one step for the way back.
    replaceFilters(filters: Filters) {
        cockpit.location.replace([], addressOf({ filters, sort: this.list.state.page.sort, from: '' }));
    }

    private follow() {
        const place = parseAddress(cockpit.location.path, cockpit.location.options);
        this.update({ place });
        if (place.kind === 'list') {
            if (!isSamePage(place, this.list.state.page))
                this.selection.empty();
            this.list.show(place);
            this.counts.show(place.filters);
        }
        this.details.show(place.kind === 'job' ? place.id : 0);
        this.types.show(place);
    }
}
