// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What Cockpit's navigation says beside "Jobs": how many of today's jobs have failed. (The list of health on its overview
// is Cockpit's own pages' alone.) The manifest has the page loaded with each log-in, for this.

import { variant } from '../bus/bus';
import type { Bus, News } from '../bus/bus';
import type { Variants } from '../bus/interfaces';
import { cockpit } from '../cockpit';
import type { PageStatus } from '../cockpit';
import { plural } from '../i18n';
import { NO_FILTERS } from '../model/address';
import { busFilter } from '../model/query';
import { dayOf, endOfDay } from '../model/time';
import type { Connection } from './connection';
import { Renewal } from './renewal';

// Many may fail in a moment.
const REST_MSEC = 1000;

// Each looks at a bounded number of jobs.
const CALLS_MAX = 10;

export class FailedToday {
    // A count that fails is none; the page says why, if somebody looks.
    private readonly renewal = new Renewal(() => this.countOnce().catch(() => this.tell(null)), REST_MSEC);
    private told: string | undefined;
    private midnight: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly connection: Connection) {}

    // A job has failed, or one that may have is cleared.
    handle(signal: News) {
        if (signal.name === 'PropertiesChanged' && signal.changed.Status === 'error')
            this.count();
        if (signal.name === 'JobRemoved' && signal.args[2] === 'cleared')
            this.count();
        if (signal.name === 'HistoryChanged')
            this.count();
    }

    async count() {
        if (this.connection.reader)
            await this.renewal.request();
    }

    private async countOnce() {
        const today = dayOf(new Date());
        clearTimeout(this.midnight);
        this.midnight = setTimeout(() => this.count(), endOfDay(today)! / 1000 - Date.now());
        const filter = busFilter({ ...NO_FILTERS, view: 'failed', since: today }, variant);
        const { n, isMore } = await countWhole(this.connection.reader!, filter);
        this.tell(n === 0 ? null : { type: 'warning', title: title(n, isMore) });
    }

    private tell(status: PageStatus | null) {
        const told = JSON.stringify(status);
        if (told === this.told)
            return;
        this.told = told;
        cockpit.transport.control('notify', { page_status: status });
    }
}

// Newest first: behind those of today come older ones, which are looked through in vain. An import may lie between.
async function countWhole(reader: Bus, filter: Variants) {
    let n = 0;
    let before = 0;
    for (let i = 0; i < CALLS_MAX; i++) {
        const [nMore, next] = await reader.call('CountJobs', filter, before, 0);
        n += nMore;
        before = next;
        if (next === 0 || (nMore === 0 && n > 0))
            return { n, isMore: false };
    }
    return { n, isMore: true };
}

function title(n: number, isMore: boolean): string {
    return isMore
        ? plural("At least $0 job of today has failed", "At least $0 jobs of today have failed", n)
        : plural("$0 job of today has failed", "$0 jobs of today have failed", n);
}
