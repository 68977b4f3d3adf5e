// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The parts of cockpit.js that the page uses. Every Cockpit serves it, index.html loads it.

import type { Variant, Variants } from './bus/interfaces';

export interface Problem {
    problem?: string | null;    // Cockpit's own: access-denied, not-found, disconnected
    name?: string;              // D-Bus error name
    exit_status?: number | null;        // of a process
    message: string;
}

// A promise that hands out what comes as it comes.
export interface Process extends Promise<Uint8Array> {
    stream(callback: (data: Uint8Array) => void): this;
    close(problem?: string): void;
}

// What a process is given and says, in pieces; it ends with "close".
export interface Channel {
    id: string;
    valid: boolean;             // until it is closed
    send(data: Uint8Array): void;
    control(options: { command: 'done' } | { command: 'ping'; sequence: number }): void;
    addEventListener(type: 'message', callback: (event: Event, data: Uint8Array) => void): void;
    addEventListener(type: 'close', callback: (event: Event, options: Ending) => void): void;
    close(problem?: string): void;
}

export interface Ending { problem?: string; message?: string; 'exit-status'?: number; 'exit-signal'?: string }

export interface Control { command: string; channel?: string; sequence?: number }

// What the navigation shows beside a page.
export interface PageStatus { type: 'warning'; title: string }

export interface Subscription { remove(): void }

export interface SignalMatch { path?: string; path_namespace?: string; interface?: string; member?: string }

export interface BusClient {
    call(path: string, iface: string, method: string, args: unknown[], options: { type: string; timeout?: number }):
        Promise<unknown[]>;
    subscribe(match: SignalMatch, callback: (path: string, iface: string, signal: string, args: unknown[]) => void):
        Subscription;
    addEventListener(type: 'owner', callback: (event: Event, owner: string | null) => void): void;
    addEventListener(type: 'close', callback: (event: Event, options: Problem) => void): void;
    close(problem?: string): void;
}

export type Superuser = 'require' | 'try' | undefined;
export type Options = Record<string, string | string[]>;

interface Location {
    path: string[];
    options: Options;
    go(path: string[] | string, options?: Options): void;
    replace(path: string[] | string, options?: Options): void;
    encode(path: string[] | string, options?: Options): string;
}

interface Permission extends EventTarget {
    allowed: boolean | null;     // null: not known yet
}

interface Cockpit extends EventTarget {
    gettext(text: string): string;
    ngettext(singular: string, plural: string, n: number): string;
    format(template: string, ...values: (string | number)[]): string;
    language: string;
    dbus(name: string, options: { bus: 'system'; superuser?: Superuser; track?: boolean }): BusClient;
    variant(type: string, value: unknown): Variant;
    spawn(argv: string[], options: { binary: true; superuser?: Superuser; err?: 'message' | 'ignore' }): Process;
    channel(options: { payload: 'stream'; binary: true; spawn: string[]; err: 'message' }): Channel;
    permission(options: { admin: true }): Permission;
    user(): Promise<{ name: string; id: number; groups: string[] }>;
    location: Location;
    transport: {
        csrf_token: string;
        uri(suffix: string): string;
        control(command: 'notify', options: { page_status: PageStatus | null }): void;
        // Sees all that comes, and lets through that for which it says so.
        filter(callback: (message: unknown, channel: string, control: Control | undefined) => boolean): void;
    };
    jump(path: string): void;
}

export type { Variant, Variants };

declare global {
    interface Window { cockpit: Cockpit }
}

export const cockpit = window.cockpit;
