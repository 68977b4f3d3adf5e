// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The jobs that are selected, to do the same to all of them. They stay selected when they change or leave the page that
// is shown, as new ones push them out; who is cleared, here or elsewhere, is selected no more.

import { plain, variant } from '../bus/bus';
import type { BusError, News } from '../bus/bus';
import { isPossible } from '../model/deed';
import type { Deed } from '../model/deed';
import { inTurns } from '../model/in-turns';
import type { Job, Status } from '../model/job';
import type { Connection } from './connection';
import { doers } from './deeds';
import { Observable } from './observable';

export interface Failure { job: Job; error: BusError }

export interface Report {
    deed: Deed;
    n: number;                  // how many it was done to
    failures: readonly Failure[];
}

export interface SelectionState {
    jobs: ReadonlyMap<number, Job>;
    work: { n: number; of: number } | undefined;
    report: Report | undefined;
}

// Far below the 256 calls that jobsd lets a user have waiting, MaxRequestsPerUser=.
const AT_ONCE = 8;
const LOOK_UP_MAX = 500;

export class Selection extends Observable<SelectionState> {
    constructor(private readonly connection: Connection) {
        super({ jobs: new Map(), work: undefined, report: undefined });
    }

    // Another choice of these jobs. Of what was done before there is no more to tell.
    readonly set = (jobs: readonly Job[], isSelected: boolean) => {
        const chosen = new Map(this.state.jobs);
        jobs.forEach(job => isSelected ? chosen.set(job.Id, job) : chosen.delete(job.Id));
        this.update({ jobs: chosen, report: undefined });
    };

    empty() {
        this.update({ jobs: new Map(), report: undefined });
    }

    forgetReport() {
        this.update({ report: undefined });
    }

    possible(deed: Deed): Job[] {
        return [...this.state.jobs.values()].filter(job => isPossible(deed, job));
    }

    handle(signal: News) {
        if (signal.name === 'JobRemoved' && signal.args[2] === 'cleared')
            this.drop(signal.args[0]);
        else if (signal.name === 'PropertiesChanged' && signal.changed.Status)
            this.patch(signal.id, signal.changed.Status as Status);
    }

    // After a time without signals: which of them are still there, and what they are now.
    async check() {
        const ids = [...this.state.jobs.keys()];
        for (let i = 0; i < ids.length; i += LOOK_UP_MAX) {
            const asked = ids.slice(i, i + LOOK_UP_MAX);
            const filter = { all: variant('b', true), ids: variant('at', asked) };
            const [rows] = await this.connection.reader!.call('ListJobs', filter, 0, asked.length, 0);
            const found = new Map(rows.map(row => plain(row) as Job).map(job => [job.Id, job]));
            const jobs = [...this.state.jobs].filter(([id]) => !asked.includes(id) || found.has(id));
            this.update({ jobs: new Map(jobs.map(([id, job]) => [id, found.get(id) ?? job])) });
        }
    }

    // To those for which it makes sense. Whom it was done to is selected no more.
    async run(deed: Deed) {
        const jobs = this.possible(deed);
        const failures: Failure[] = [];
        let n = 0;
        this.update({ work: { n: 0, of: jobs.length }, report: undefined });
        await inTurns(jobs, AT_ONCE, async job => {
            try {
                await doers[deed](this.connection, job);
                n += 1;
                this.drop(job.Id);
            } catch (error) {
                failures.push({ job, error: error as BusError });
            }
            this.update({ work: { n: n + failures.length, of: jobs.length } });
        });
        this.update({ work: undefined, report: { deed, n, failures } });
    }

    private drop(id: number) {
        if (!this.state.jobs.has(id))
            return;
        const jobs = new Map(this.state.jobs);
        jobs.delete(id);
        this.update({ jobs });
    }

    private patch(id: number, status: Status) {
        const job = this.state.jobs.get(id);
        if (job)
            this.update({ jobs: new Map(this.state.jobs).set(id, { ...job, Status: status }) });
    }
}
