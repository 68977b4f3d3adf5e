// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What Cockpit's navigation says beside "Jobs": how many of today's jobs have failed. (The list of health on its overview
// is Cockpit's own pages' alone.) The manifest has the page loaded with each log-in, for this.

import { variant } from '../bus/bus';
import type { News } from '../bus/bus';
import { cockpit } from '../cockpit';
import type { PageStatus } from '../cockpit';
import { plural } from '../i18n';
import { NO_FILTERS } from '../model/address';
import { busFilter } from '../model/query';
import { dayOf, endOfDay } from '../model/time';
import type { Connection } from './connection';

// Many may fail in a moment.
const REST_MSEC = 1000;

export class FailedToday {
    private mustCount = false;
    private isBusy = false;
    private told = 'null';
    private midnight: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly connection: Connection) {}

    // A job has failed, or one that may have is cleared.
    handle(signal: News) {
        if (signal.name === 'PropertiesChanged' && signal.changed.Status === 'error')
            this.count();
        if (signal.name === 'JobRemoved' && signal.args[2] === 'cleared')
            this.count();
    }

    async count() {
        this.mustCount = true;
        if (this.isBusy || !this.connection.reader)
            return;
        this.isBusy = true;
        while (this.mustCount) {
            this.mustCount = false;
            await this.countOnce().catch(() => this.tell(null));       // the page says why, if somebody looks
            if (this.mustCount)
                await new Promise(resolve => setTimeout(resolve, REST_MSEC));
        }
        this.isBusy = false;
    }

    private async countOnce() {
        const today = dayOf(new Date());
        clearTimeout(this.midnight);
        this.midnight = setTimeout(() => this.count(), endOfDay(today)! / 1000 - Date.now());
        const filter = busFilter({ ...NO_FILTERS, view: 'failed', since: today }, variant);
        const [n, next] = await this.connection.reader!.call('CountJobs', filter, 0, 0);
        this.tell(n === 0 ? null : { type: 'warning', title: title(n, next !== 0) });
    }

    private tell(status: PageStatus | null) {
        const told = JSON.stringify(status);
        if (told === this.told)
            return;
        this.told = told;
        cockpit.transport.control('notify', { page_status: status });
    }
}

function title(n: number, isMore: boolean): string {
    return isMore
        ? plural("More than $0 job of today has failed", "More than $0 jobs of today have failed", n)
        : plural("$0 job of today has failed", "$0 jobs of today have failed", n);
}
