// SPDX-License-Identifier: LGPL-2.1-or-later
import { beforeEach, expect, it, vi } from 'vitest';

import { BusError } from '../src/bus/bus';
import type { Connection } from '../src/state/connection';
import { FILES_MAX, Results } from '../src/state/results';

type Row = [name: string, size: number, modified: number];

const call = vi.fn<(method: string, id: number, flags: number) => Promise<[Row[]]>>();
let results: Results;

function file(name: string) {
    return { name, size: 1, modified: 2 };
}

function names(): string[] {
    return results.state.files.map(({ name }) => name);
}

beforeEach(() => {
    vi.stubGlobal('requestAnimationFrame', () => 1);
    call.mockReset();
    results = new Results({ reader: { call } } as unknown as Connection);
});

it('asks when a job is opened, and when it is told to', async () => {
    call.mockResolvedValueOnce([[['a', 1, 2]]]).mockResolvedValueOnce([[['a', 1, 2], ['b', 1, 2]]]);
    results.open(12);
    await vi.waitFor(() => expect(names()).toEqual(['a']));
    results.load();
    await vi.waitFor(() => expect(names()).toEqual(['a', 'b']));
    expect(call.mock.calls).toEqual([['ListResults', 12, 0], ['ListResults', 12, 0]]);
});

it('forgets an answer about a job that is shown no more', async () => {
    let answer: (rows: [Row[]]) => void = () => {};
    call.mockReturnValueOnce(new Promise(resolve => { answer = resolve })).mockResolvedValueOnce([[['of 2', 1, 2]]]);
    results.open(1);
    results.open(2);
    answer([[['of 1', 1, 2]]]);
    await vi.waitFor(() => expect(names()).toEqual(['of 2']));
});

it.each(['org.freedesktop.DBus.Error.UnknownMethod', 'org.jobsd1.Error.NoSuchJob'])(
    'has nothing to tell after %s', async code => {
        call.mockRejectedValueOnce(new BusError(code, 'no'));
        results.open(12);
        await vi.waitFor(() => expect(call).toHaveBeenCalledOnce());
        await Promise.resolve();
        expect(results.state).toEqual({ files: [], error: undefined });
    });

it('says why there is no list, beside the one of before', async () => {
    call.mockResolvedValueOnce([[['a', 1, 2]]]).mockRejectedValueOnce(new BusError('org.jobsd1.Error.Busy', 'later'));
    results.open(12);
    await vi.waitFor(() => expect(names()).toEqual(['a']));
    results.load();
    await vi.waitFor(() => expect(results.state.error?.message).toBe('later'));
    expect(names()).toEqual(['a']);
});

it('looks for a file before it is downloaded', async () => {
    call.mockResolvedValue([[['a', 1, 2]]]);
    results.open(12);
    expect([await results.has(file('a')), await results.has(file('b'))]).toEqual([true, false]);
});

it('does not miss a file that may be beyond the end of the list', async () => {
    call.mockResolvedValue([Array.from({ length: FILES_MAX }, (_, i): Row => [`${i}`, 1, 2])]);
    results.open(12);
    expect(await results.has(file('z'))).toBe(true);
});
