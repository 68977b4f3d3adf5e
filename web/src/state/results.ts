// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The files that a job leaves. There is no signal of them: they are asked for when the job is, and when its status
// changes.

import type { BusError } from '../bus/bus';
import { resultFiles } from '../model/result-file';
import type { ResultFile } from '../model/result-file';
import type { Connection } from './connection';
import { Observable } from './observable';
import { Renewal } from './renewal';

export interface ResultsState {
    files: readonly ResultFile[];
    error: BusError | undefined;
}

// What jobsd lists, and no more.
export const FILES_MAX = 1000;

const NONE: ResultsState = { files: [], error: undefined };

export class Results extends Observable<ResultsState> {
    private id = 0;
    private readonly renewal = new Renewal(() => this.loadFiles());

    constructor(private readonly connection: Connection) {
        super(NONE);
    }

    open(id: number) {
        if (id !== this.id)
            this.close();
        this.id = id;
        this.load();
    }

    close() {
        this.id = 0;
        this.update(NONE);
    }

    load() {
        this.renewal.request();
    }

    // Whether it is there now. A download cannot tell: to the browser, one that fails is a file that is empty.
    async has(file: ResultFile): Promise<boolean> {
        const files = await this.list(this.id);
        return files.length >= FILES_MAX || files.some(({ name }) => name === file.name);
    }

    private async loadFiles() {
        const { id } = this;
        if (id === 0 || !this.connection.reader)
            return;
        try {
            const files = await this.list(id);
            if (id === this.id)
                this.update({ files, error: undefined });
        } catch (problem) {
            const error = problem as BusError;
            if (id === this.id)
                this.update(error.isUnknownMethod || error.isGone ? NONE : { error });
        }
    }

    private async list(id: number): Promise<ResultFile[]> {
        const [rows] = await this.connection.reader!.call('ListResults', id, 0);
        return resultFiles(rows);
    }
}
