// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The only place that talks to jobsd. A Bus is one connection, as the user who has logged in or, with administrative
// access, as root.

import { cockpit } from '../cockpit';
import type { BusClient, Problem, Subscription, Superuser } from '../cockpit';
import { BUS_NAME, JOB, MANAGER, MANAGER_SIGNATURES } from './interfaces';
import type {
    JobProperties, ManagerMethods, ManagerProperties, ManagerSignals, Variant, Variants,
} from './interfaces';

const PATH = '/org/jobsd1';
const JOB_PATH = `${PATH}/job/`;
const PROPERTIES = 'org.freedesktop.DBus.Properties';

// A question to polkit may be answered by a person.
const TIMEOUT_MSEC = 120_000;

// Of a jobsd that does not tell.
const SYSTEM_UID_MAX_BEFORE = 999;

export type BusSignal =
    | { [Name in keyof ManagerSignals]: { name: Name; args: ManagerSignals[Name] } }[keyof ManagerSignals]
    | { name: 'PropertiesChanged'; id: number; changed: Partial<JobProperties>; invalidated: string[] }
    | { name: 'ManagerChanged'; changed: Partial<ManagerProperties> };

// What a subscription tells of jobs.
export type News = Exclude<BusSignal, { name: 'SubscriptionEnded' | 'ManagerChanged' | 'TypesChanged' }>;

export class BusError extends Error {
    constructor(readonly code: string, message: string) {
        super(message);
        this.name = 'BusError';
    }

    // What more rights would allow. There is no polkit agent in a web session: some versions of Cockpit ask for
    // one, and that is refused in another way.
    get needsRights(): boolean {
        return /AccessDenied$|InteractiveAuthorizationRequired$|^access-denied$/.test(this.code);
    }

    get isGone(): boolean {
        return this.code === 'org.jobsd1.Error.NoSuchJob';
    }

    get isUnknownProperty(): boolean {
        return this.code === 'org.freedesktop.DBus.Error.UnknownProperty';
    }

    // Of a jobsd that is older than this page.
    get isUnknownMethod(): boolean {
        return this.code === 'org.freedesktop.DBus.Error.UnknownMethod';
    }

    // jobsd, or the way to it.
    get isAway(): boolean {
        return /ServiceUnknown$|NameHasNoOwner$|NoReply$|Disconnected$|^disconnected$|^terminated$|^not-found$/
            .test(this.code);
    }

    static from(error: unknown): BusError {
        const problem = error as Problem;
        return new BusError(problem.name || problem.problem || 'unknown', problem.message);
    }
}

export class Bus {
    private readonly client: BusClient;

    constructor(readonly superuser?: Superuser) {
        this.client = cockpit.dbus(BUS_NAME, { bus: 'system', ...superuser && { superuser } });
    }

    async call<Method extends keyof ManagerMethods>(method: Method, ...args: ManagerMethods[Method]['in']):
        Promise<ManagerMethods[Method]['out']> {
        return this.send(PATH, MANAGER, method, args, MANAGER_SIGNATURES[method]) as
            Promise<ManagerMethods[Method]['out']>;
    }

    async job(id: number): Promise<JobProperties> {
        const [properties] = await this.send(JOB_PATH + id, PROPERTIES, 'GetAll', [JOB], 's');
        return plain(properties as Variants) as JobProperties;
    }

    // Up to which one users are system accounts.
    async systemUidMax(): Promise<number> {
        try {
            const [value] = await this.send(PATH, PROPERTIES, 'Get', [MANAGER, 'SystemUIDMax'], 'ss');
            return (value as Variant).v as number;
        } catch (error) {
            if ((error as BusError).isUnknownProperty)
                return SYSTEM_UID_MAX_BEFORE;
            throw error;
        }
    }

    // What jobsd sends after Subscribe, in its order.
    onSignal(callback: (signal: BusSignal) => void): Subscription {
        return this.client.subscribe({ path_namespace: PATH }, (path, iface, name, args) => {
            if (iface === MANAGER)
                callback({ name, args } as BusSignal);
            else if (iface === PROPERTIES && args[0] === MANAGER)
                callback({ name: 'ManagerChanged', changed: plain<ManagerProperties>(args[1] as Variants) });
            else if (iface === PROPERTIES && args[0] === JOB)
                callback({
                    name: 'PropertiesChanged',
                    id: Number(path.slice(JOB_PATH.length)),
                    changed: plain(args[1] as Variants),
                    invalidated: args[2] as string[],
                });
        });
    }

    // Called with each jobsd that comes, and with null when it goes.
    onOwner(callback: (owner: string | null) => void) {
        this.client.addEventListener('owner', (_event, owner) => callback(owner));
    }

    onClose(callback: (error: BusError) => void) {
        this.client.addEventListener('close', (_event, problem) => callback(BusError.from(problem)));
    }

    close() {
        this.client.close();
    }

    private async send(path: string, iface: string, method: string, args: unknown[], type: string) {
        try {
            return await this.client.call(path, iface, method, args, { type, timeout: TIMEOUT_MSEC });
        } catch (error) {
            throw BusError.from(error);
        }
    }
}

// { Id: { t: 't', v: 1 } } as { Id: 1 }
export function plain<Properties = JobProperties>(properties: Variants): Partial<Properties> {
    return Object.fromEntries(Object.entries(properties).map(([name, variant]) => [name, variant.v])) as
        Partial<Properties>;
}

export function variant(type: string, value: unknown): Variant {
    return cockpit.variant(type, value);
}
