// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Amounts as people type them and systemd writes them. undefined: it is none, or nothing.

const SECONDS: Record<string, number> = { '': 1, s: 1, min: 60, m: 60, h: 3600, d: 86400 };
const POWERS: Record<string, number> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

// "1h 30min" in µs; a number alone is of seconds.
export function parseDuration(text: string): number | undefined {
    if (!/^\s*(?:\d+(?:\.\d+)?\s*(?:s|min|m|h|d|)\s*)+$/.test(text))
        return undefined;
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)];
    return exact(parts.reduce((sum, [, n, unit]) => sum + Number(n) * SECONDS[unit!]! * 1e6, 0));
}

// "2G" in bytes, to the base of 1024.
export function parseBytes(text: string): number | undefined {
    const [, n, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(?:([KMGT]?)(?:iB|B)?)\s*$/i.exec(text) ?? [];
    return n === undefined ? undefined : exact(Number(n) * 1024 ** POWERS[unit.toLowerCase()]!);
}

function exact(n: number): number | undefined {
    const rounded = Math.round(n);
    return rounded > 0 && Number.isSafeInteger(rounded) ? rounded : undefined;
}
