// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The connection to jobsd: who the user is, with which rights, and whether jobsd is there. It heals by itself.

import { Bus, BusError } from '../bus/bus';
import type { BusSignal, News } from '../bus/bus';
import type { ManagerProperties } from '../bus/interfaces';
import { cockpit } from '../cockpit';
import { Observable } from './observable';

export type Link =
    | 'connecting'
    | 'up'
    | 'down'        // there is no jobsd now
    | 'missing'     // nor can one be started
    | 'refused';    // polkit, or the policy of the bus

export interface ConnectionState {
    link: Link;
    error: BusError | undefined;
    user: string;
    uid: number;
    isAdministrator: boolean;   // with administrative access
    version: string;
    systemUidMax: number;       // see isSystemAccount()
}

interface Handlers {
    news(news: News): void;
    types(): void;      // there may be others
    up(): void;         // with each jobsd that comes, when it has been subscribed to
}

const RECONNECT_MSEC = 2000;

export class Connection extends Observable<ConnectionState> {
    // Who was logged in calls with it: with administrative access as well, so that own jobs stay own jobs.
    own: Bus | undefined;
    // Who sees most: the administrator, if he may be one.
    reader: Bus | undefined;

    private readonly permission = cockpit.permission({ admin: true });
    private handlers: Handlers = { news() {}, types() {}, up() {} };

    constructor() {
        super({
            link: 'connecting', error: undefined, user: '', uid: -1, isAdministrator: false, version: '',
            systemUidMax: 0,
        });
    }

    start(handlers: Handlers) {
        this.handlers = handlers;
        this.permission.addEventListener('changed', () => this.follow(this.permission.allowed));
        this.follow(this.permission.allowed);
        cockpit.user().then(user => this.update({ user: user.name, uid: user.id }), () => {});
    }

    // The bus to act on somebody's job with.
    busFor(user: string): Bus | undefined {
        return user === this.state.user ? this.own : this.reader;
    }

    private follow(allowed: boolean | null) {
        if (allowed === null || (this.reader && allowed === this.state.isAdministrator))
            return;
        this.update({ isAdministrator: allowed });
        this.connect();
    }

    private connect() {
        if (this.reader !== this.own)
            this.reader?.close();
        this.own?.close();
        this.own = new Bus();
        this.reader = this.state.isAdministrator ? new Bus('require') : this.own;

        const bus = this.reader;
        bus.onSignal(signal => this.handle(bus, signal));
        bus.onOwner(owner => this.changeOwner(bus, owner));
        bus.onClose(error => this.lose(bus, error));
        this.attend(bus);
    }

    // A page that stood still for long is told no more: it begins anew.
    private handle(bus: Bus, signal: BusSignal) {
        if (signal.name === 'ManagerChanged')
            this.take(signal.changed);
        else if (signal.name === 'TypesChanged')
            this.handlers.types();
        else if (signal.name !== 'SubscriptionEnded')
            this.handlers.news(signal);
        else if (bus === this.reader)
            this.attend(bus);
    }

    private take({ SystemUIDMax }: Partial<ManagerProperties>) {
        if (SystemUIDMax !== undefined)
            this.update({ systemUidMax: SystemUIDMax });
    }

    private changeOwner(bus: Bus, owner: string | null) {
        if (bus !== this.reader)
            return;
        if (owner === null)
            this.update({ link: 'down' });
        else
            this.attend(bus);
    }

    private async attend(bus: Bus) {
        let systemUidMax: number;
        try {
            await bus.call('Subscribe', 0);
            systemUidMax = await bus.systemUidMax();
        } catch (error) {
            if (bus === this.reader)
                this.fail(error as BusError);
            return;
        }
        if (bus !== this.reader)
            return;
        this.update({ link: 'up', error: undefined, systemUidMax });
        this.handlers.up();
    }

    private fail(error: BusError) {
        const link = error.needsRights ? 'refused'
            : /ServiceUnknown$|not-found$/.test(error.code) ? 'missing'
                : 'down';
        this.update({ link, error });
    }

    private lose(bus: Bus, error: BusError) {
        if (bus !== this.reader)
            return;
        this.fail(error);
        // Cockpit says itself when the session is over, and nothing can be done here then.
        if (error.code !== 'disconnected')
            setTimeout(() => { if (bus === this.reader) this.connect() }, RECONNECT_MSEC);
    }
}
