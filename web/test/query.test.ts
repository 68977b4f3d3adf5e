// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { NO_FILTERS } from '../src/model/address';
import type { Filters } from '../src/model/address';
import { busFilter, exportOptions } from '../src/model/query';

const make = (t: string, v: unknown) => ({ t, v });
const midnight = Date.UTC(2026, 10, 23, 23) * 1000;     // in Berlin

it.each<[string, Partial<Filters>, object, string[]]>([
    ['nothing', {}, {}, []],
    ['the failed', { view: 'failed' }, { status: { t: 'as', v: ['error'] } }, ['--status=error']],
    ['the active', { view: 'active' }, { status: { t: 'as', v: ['queued', 'running'] } }, ['--status=queued,running']],
    ['one status', { view: 'active', statuses: ['queued'] },
     { status: { t: 'as', v: ['queued'] } }, ['--status=queued']],
    ['a name', { name: '--x' }, { name: { t: 's', v: '--x' } }, ['--name=--x']],
    ['a user', { user: '-x; rm' }, { user: { t: 's', v: '-x; rm' } }, ['--user=-x; rm']],
    ['a day', { since: '2026-11-24', until: '2026-11-24' },
     { since: { t: 't', v: midnight }, until: { t: 't', v: midnight + 86400e6 } },
     [`--since=@${midnight / 1e6}`, `--until=@${midnight / 1e6 + 86400}`]],
])('asks the bus and the export for the same: %s', (_what, change, filter, options) => {
    const filters = { ...NO_FILTERS, ...change };
    expect(busFilter(filters, make)).toEqual({ all: { t: 'b', v: true }, ...filter });
    expect(exportOptions(filters)).toEqual(['--all', ...options]);
});
