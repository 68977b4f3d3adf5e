// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A program of the machine that reads a file of the browser's from its standard input, of any size: no more of it is on
// its way than the program has room for.

import { BusError } from '../bus/bus';
import { cockpit } from '../cockpit';
import type { Channel, Ending } from '../cockpit';

const SLICE_BYTES = 1024 * 1024;            // read at a time
const MESSAGE_BYTES = 64 * 1024;            // sent at a time, as cockpit.js does
const WINDOW_BYTES = 2 * 1024 * 1024;       // sent, and not yet written to the program

export type OnProgress = (bytes: number) => void;

// Cockpit's bridge answers a ping when it has written what came before it; cockpit.js tells only filters of that.
const feeds = new Map<string, (bytes: number) => void>();
let isListening = false;

function listen() {
    if (isListening)
        return;
    isListening = true;
    cockpit.transport.filter((_message, _channel, control) => {
        if (control?.command === 'pong')
            feeds.get(control.channel ?? '')?.(control.sequence ?? 0);
        return true;
    });
}

class Feed {
    private sent = 0;
    private taken = 0;
    private wake = () => {};

    constructor(private readonly channel: Channel, private readonly onProgress: OnProgress) {}

    async send(file: File) {
        feeds.set(this.channel.id, bytes => this.confirm(bytes));
        for (let start = 0; start < file.size && this.channel.valid; start += SLICE_BYTES)
            await this.sendSlice(new Uint8Array(await file.slice(start, start + SLICE_BYTES).arrayBuffer()));
        if (this.channel.valid)
            this.channel.control({ command: 'done' });
    }

    // The channel was closed: nobody waits any more.
    end() {
        feeds.delete(this.channel.id);
        this.wake();
    }

    private async sendSlice(slice: Uint8Array) {
        for (let i = 0; i < slice.length && this.channel.valid; i += MESSAGE_BYTES) {
            const message = slice.subarray(i, i + MESSAGE_BYTES);
            this.channel.send(message);
            this.sent += message.length;
            this.channel.control({ command: 'ping', sequence: this.sent });
            await this.room();
        }
    }

    private async room() {
        while (this.sent - this.taken > WINDOW_BYTES && this.channel.valid)
            await new Promise<void>(resolve => { this.wake = resolve });
    }

    private confirm(bytes: number) {
        this.taken = bytes;
        this.onProgress(bytes);
        this.wake();
    }
}

function failure({ problem, message, ...ending }: Ending): BusError | undefined {
    if (problem || ending['exit-status'] || ending['exit-signal'])
        return new BusError(problem || 'failed', message || problem || ending['exit-signal'] || '');
    return undefined;
}

// What the program says. It is ended when SIGNAL says so.
export function feed(argv: string[], file: File, onProgress: OnProgress, signal: AbortSignal): Promise<string> {
    listen();
    return new Promise((resolve, reject) => {
        const channel = cockpit.channel({ payload: 'stream', binary: true, spawn: argv, err: 'message' });
        const sending = new Feed(channel, onProgress);
        const decoder = new TextDecoder();
        let output = '';
        channel.addEventListener('message', (_event, data) => { output += decoder.decode(data, { stream: true }) });
        channel.addEventListener('close', (_event, ending) => {
            sending.end();
            const error = failure(ending);
            if (error)
                reject(error);
            else
                resolve(output);
        });
        const breakOff = () => { if (channel.valid) channel.close('terminated') };
        signal.addEventListener('abort', breakOff);
        // A file that has changed meanwhile cannot be read on.
        sending.send(file).catch((error: Error) => {
            reject(new BusError('unreadable', error.message));
            breakOff();
        });
    });
}
