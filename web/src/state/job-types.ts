// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The job types that there are for whoever has logged in: asked for when a job is about to be started, and when they
// change then.

import type { BusError } from '../bus/bus';
import { isStart } from '../model/address';
import type { Place } from '../model/address';
import { jobType, offeredTypes } from '../model/job-type';
import type { JobType } from '../model/job-type';
import type { Connection } from './connection';
import { mayRunCommands } from './may-run-commands';
import { Observable } from './observable';
import { Renewal } from './renewal';

export interface JobTypesState {
    types: readonly JobType[];
    hasCommands: boolean;       // one may run commands, too
    isLoaded: boolean;
    error: BusError | undefined;
}

export class JobTypes extends Observable<JobTypesState> {
    private isShown = false;
    private readonly renewal = new Renewal(() => this.loadTypes());

    constructor(private readonly connection: Connection) {
        super({ types: [], hasCommands: false, isLoaded: false, error: undefined });
    }

    show(place: Place) {
        this.isShown = isStart(place);
        this.renewal.request();
    }

    // With each jobsd that comes, and when types were read anew. A form that somebody fills in stays, also when its type is gone: jobsd says so.
    renew(place: Place) {
        if (place.kind === 'start' || !this.state.isLoaded || this.state.error)
            this.renewal.request();
    }

    private async loadTypes() {
        const { own } = this.connection;
        if (!this.isShown || !own)
            return;
        try {
            const [[rows], hasCommands] = await Promise.all([
                own.call('ListTypes', 0), mayRunCommands(),
            ]);
            this.update({ types: offeredTypes(rows.map(jobType)), hasCommands, isLoaded: true, error: undefined });
        } catch (error) {
            this.update({ error: error as BusError });
        }
    }
}
