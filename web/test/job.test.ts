// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { commandLine } from '../src/model/command';
import { infoBesideBar, isSystemAccount, percentage, safeLink } from '../src/model/job';
import type { Job } from '../src/model/job';

it.each([
    ['https://example.org/record/12', 'https://example.org/record/12'],
    ['mailto:alice@example.org', 'mailto:alice@example.org'],
    ['javascript:alert(1)', undefined],
    ['JavaScript:alert(1)', undefined],
    ['\x01javascript:alert(1)', undefined],
    ['java\nscript:alert(1)', undefined],
    ['data:text/html,<script>alert(1)</script>', undefined],
    ['vbscript:x', undefined],
    ['file:///etc/passwd', undefined],
    ['record/12', undefined],
])('opens %j as %j', (uri, href) => {
    expect(safeLink(uri)).toBe(href);
});

it.each([[-1, undefined], [0, 0], [0.455, 46], [1, 100]])('shows the progress %d as %s', (Progress, percent) => {
    expect(percentage({ Progress } as Job)).toBe(percent);
});

it.each([
    ['45% importing', 'importing'], ['45.5% importing', 'importing'], ['importing', 'importing'], ['7%', ''],
    ['1000% of it', '1000% of it'],
])('says %j beside the bar as %j', (info, rest) => {
    expect(infoBesideBar(info)).toBe(rest);
});

it.each<[number, number[], number[]]>([
    [999, [0, 1, 999, 61184, 65519, 65534], [-1, 1000, 61183, 65520, 65533, 65535, 65536]],
    [799, [0, 799, 61184, 65519, 65534], [800, 999, 1000]],
    [1999, [0, 999, 1000, 1999, 61184, 65519, 65534], [2000, 60000]],
])('knows who is a system account, up to %d', (max, systems, people) => {
    expect(systems.filter(uid => !isSystemAccount(uid, max))).toEqual([]);
    expect(people.filter(uid => isSystemAccount(uid, max))).toEqual([]);
});

it('writes commands as one would type them', () => {
    expect(commandLine(['tar', 'czf', "it's here.tgz", '', '$HOME'])).toBe("tar czf 'it'\\''s here.tgz' '' '$HOME'");
});
