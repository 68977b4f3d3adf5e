// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The end of what a job has printed, followed while it runs. The whole of it is never here: jobsctl is asked for the
// last lines, and of those that come later the oldest go.
//
// What is no UTF-8 is shown as such: a job may print anything, and a channel of text would end at it.
//
// By way of jobsctl, because cockpit.js of some versions cannot receive the descriptor of OpenOutput.

import { cockpit } from '../cockpit';
import type { Problem, Process } from '../cockpit';
import { AnsiReader } from '../model/ansi';
import type { Span } from '../model/ansi';
import { Observable } from './observable';

export interface Line {
    number: number;             // from the first that was read
    spans: readonly Span[];
    length: number;             // of all of it, which may be more than the spans have
}

export interface OutputState {
    lines: readonly Line[];
    isCut: boolean;             // there may be more before the first
    isOpen: boolean;            // more may come
    missing: string;            // what is, in words
    error: string;
}

export const LINES_MAX = 2000;
// What is shown of a line. More of them than a screen has is for who downloads it.
export const LINE_CHARACTERS_MAX = 4000;

const EMPTY: OutputState = { lines: [], isCut: false, isOpen: false, missing: '', error: '' };

// What is missing is said in lines of their own, and a failure with --strict.
const GAPS = /^(?:jobsctl: .*(?:\n|$))+$/;

export class Output extends Observable<OutputState> {
    private id = 0;
    private process: Process | undefined;
    private decoder = new TextDecoder();
    private reader = new AnsiReader();
    private rest = '';
    private restLength = 0;
    private count = 0;

    constructor() {
        super(EMPTY);
    }

    // Opening the same again goes on with it.
    open(id: number, isAdministrator: boolean) {
        if (id === this.id)
            return;
        this.close();
        this.id = id;
        this.update({ ...EMPTY, isOpen: true });
        const process = cockpit.spawn(
            ['jobsctl', 'output', '--follow', '--quiet', '--strict', `--lines=${LINES_MAX}`, String(id)],
            { binary: true, err: 'message', ...isAdministrator && { superuser: 'require' } });
        this.process = process;
        process.stream(data => {
            if (process === this.process)
                this.take(this.decoder.decode(data, { stream: true }));
        });
        process.then(() => this.end(process, ''), (problem: Problem) => this.end(process, problem.message));
    }

    close() {
        this.process?.close('terminated');
        this.process = undefined;
        this.id = 0;
        this.decoder = new TextDecoder();
        this.reader = new AnsiReader();
        this.rest = '';
        this.restLength = 0;
        this.count = 0;
        this.update(EMPTY);
    }

    private end(process: Process, error: string) {
        if (process !== this.process)
            return;
        this.take(this.decoder.decode());
        if (this.restLength > 0)
            this.take('\n');
        const isIncomplete = GAPS.test(error);
        this.update({
            isOpen: false,
            missing: isIncomplete ? error.replace(/^jobsctl: /gm, '') : '',
            error: isIncomplete ? '' : error,
        });
    }

    private take(data: string) {
        const parts = data.split('\n');
        const last = parts.pop()!;
        const lines = parts.map(part => {
            this.keep(part);
            return this.finishLine();
        });
        this.keep(last);
        if (lines.length > 0)
            this.append(lines);
    }

    // A line of a megabyte comes in pieces, and is not collected.
    private keep(part: string) {
        this.restLength += part.length;
        this.rest += part.slice(0, Math.max(0, LINE_CHARACTERS_MAX - this.rest.length));
    }

    private finishLine(): Line {
        const line = { number: this.count, spans: this.reader.read(this.rest), length: this.restLength };
        this.count += 1;
        this.rest = '';
        this.restLength = 0;
        return line;
    }

    private append(lines: Line[]) {
        const all = [...this.state.lines, ...lines];
        // As many as were asked for are a sign of more.
        this.update({ lines: all.slice(-LINES_MAX), isCut: this.count >= LINES_MAX });
    }
}
