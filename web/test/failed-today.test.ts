// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { News } from '../src/bus/bus';
import { BusError } from '../src/bus/bus';
import { cockpit } from '../src/cockpit';
import { beginOfDay } from '../src/model/time';
import type { Connection } from '../src/state/connection';
import { FailedToday } from '../src/state/failed-today';

const call = vi.fn<(method: string, filter: Record<string, { v: unknown }>, before: number) => Promise<[number, number]>>();
const control = vi.fn();
let failed: FailedToday;

function told(): (string | undefined)[] {
    return control.mock.calls.map(([, { page_status: status }]) => status?.title);
}

function change(changed: object): News {
    return { name: 'PropertiesChanged', id: 1, changed } as unknown as News;
}

beforeEach(() => {
    vi.useFakeTimers({ now: new Date(2026, 11, 1, 23, 59, 50) });
    call.mockReset();
    control.mockReset();
    cockpit.transport = { control } as unknown as typeof cockpit.transport;
    cockpit.variant = (t, v) => ({ t, v });
    failed = new FailedToday({ reader: { call } } as unknown as Connection);
});

afterEach(() => { vi.useRealTimers() });

it('says nothing where nothing has failed', async () => {
    call.mockResolvedValue([0, 0]);
    await failed.count();
    await failed.count();
    expect(told()).toEqual([undefined]);        // it takes back what a page before this one has said
});

it('says how many, once, and takes it back', async () => {
    call.mockResolvedValueOnce([1, 0]).mockResolvedValueOnce([1, 0]).mockResolvedValueOnce([2, 0]);
    call.mockResolvedValueOnce([0, 0]).mockRejectedValue(new BusError('x', 'y'));
    for (let i = 0; i < 5; i++)
        await failed.count();
    expect(told()).toEqual(["1 job of today has failed", "2 jobs of today have failed", undefined]);
});

it('goes on where one call has not looked at all', async () => {
    call.mockResolvedValueOnce([0, 9000]).mockResolvedValueOnce([1000, 900]).mockResolvedValueOnce([1, 90]);
    call.mockResolvedValueOnce([0, 9]);
    await failed.count();
    expect(call.mock.calls.map(([, , before]) => before)).toEqual([0, 9000, 900, 90]);
    call.mockResolvedValue([1, 7]);
    await failed.count();
    expect(told()).toEqual(["1,001 jobs of today have failed", "At least 10 jobs of today have failed"]);
});

it('counts failed jobs of today, by the zone of the browser', async () => {
    call.mockResolvedValue([0, 0]);
    await failed.count();
    const [method, filter] = call.mock.calls[0]!;
    expect(method).toBe('CountJobs');
    expect(filter).toMatchObject({ status: { v: ['error'] }, since: { v: beginOfDay('2026-12-01') } });
    await vi.advanceTimersByTimeAsync(10_001);
    expect(call.mock.calls[1]![1]).toMatchObject({ since: { v: beginOfDay('2026-12-02') } });
});

it('counts when a job fails or is cleared, and no more than once a second', async () => {
    call.mockResolvedValue([2, 0]);
    failed.handle(change({ Status: 'running' }));
    failed.handle(change({ Info: 'error' }));
    failed.handle({ name: 'JobRemoved', args: [1, '/', 'error'] } as unknown as News);
    expect(call).not.toHaveBeenCalled();
    for (let i = 0; i < 100; i++)
        failed.handle(change({ Status: 'error' }));
    failed.handle({ name: 'JobRemoved', args: [1, '/', 'cleared'] } as unknown as News);
    await vi.advanceTimersByTimeAsync(900);
    expect(call).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(call).toHaveBeenCalledTimes(2);
    expect(told()).toEqual(["2 jobs of today have failed"]);
});
