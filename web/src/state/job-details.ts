// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One job, with all that is known of it, what it prints, and the files that it leaves.

import { BusError } from '../bus/bus';
import type { News } from '../bus/bus';
import type { Job } from '../model/job';
import type { Connection } from './connection';
import { Observable } from './observable';
import { Output } from './output';
import { Renewal } from './renewal';
import { Results } from './results';

export interface JobDetailsState {
    id: number;                 // 0: none is shown
    job: Job | undefined;
    isGone: boolean;            // there is none, or it was cleared
    error: BusError | undefined;
}

export class JobDetails extends Observable<JobDetailsState> {
    readonly output = new Output();
    readonly results: Results;

    private readonly renewal = new Renewal(() => this.loadJob());

    constructor(private readonly connection: Connection) {
        super({ id: 0, job: undefined, isGone: false, error: undefined });
        this.results = new Results(connection);
    }

    show(id: number) {
        if (id === this.state.id)
            return;
        this.output.close();
        this.results.close();
        this.update({ id, job: undefined, isGone: false, error: undefined });
        this.load();
    }

    handle(signal: News) {
        const id = signal.name === 'PropertiesChanged' ? signal.id : signal.args[0];
        if (id !== this.state.id)
            return;
        const { job } = this.state;
        if (signal.name === 'PropertiesChanged' && job && signal.invalidated.length === 0) {
            const changed = { ...job, ...signal.changed } as Job;
            this.update({ job: changed });
            if (changed.Status !== job.Status)
                this.results.load();
        } else {
            this.load();
        }
    }

    load() {
        this.renewal.request();
    }

    private async loadJob() {
        const { id } = this.state;
        const { reader } = this.connection;
        if (id === 0 || !reader)
            return;
        try {
            const job = await reader.job(id) as Job;
            if (id !== this.state.id)
                return;
            this.update({ job, isGone: false, error: undefined });
            this.output.open(id, this.connection.state.isAdministrator);
            this.results.open(id);
        } catch (error) {
            if (id !== this.state.id)
                return;
            if ((error as BusError).isGone)
                this.update({ isGone: true });
            else
                this.update({ error: error as BusError });
        }
    }
}
