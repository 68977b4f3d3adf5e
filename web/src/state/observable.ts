// SPDX-License-Identifier: LGPL-2.1-or-later
//
// State in one place, that components see with useState() of this file. It is never changed, but replaced. Who looks
// is told once a frame, however often it was replaced meanwhile.

import { useSyncExternalStore } from 'react';

export class Observable<State> {
    private readonly listeners = new Set<() => void>();
    private shown: State;
    private frame: number | undefined;

    constructor(private current: State) {
        this.shown = current;
    }

    get state(): State {
        return this.current;
    }

    // What components see.
    readonly snapshot = (): State => this.shown;

    readonly subscribe = (listener: () => void) => {
        this.listeners.add(listener);
        return () => { this.listeners.delete(listener) };
    };

    protected update(change: Partial<State>) {
        this.current = { ...this.current, ...change };
        this.frame ??= requestAnimationFrame(() => {
            this.frame = undefined;
            this.shown = this.current;
            this.listeners.forEach(listener => listener());
        });
    }
}

export function useObservable<State>(observable: Observable<State>): State {
    return useSyncExternalStore(observable.subscribe, observable.snapshot);
}
