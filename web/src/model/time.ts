// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Times of the bus, µs since 1970, for people: in the browser's zone, in the language of Cockpit.

import { language } from '../i18n';

// Making one is far slower than using it.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(usec: number, timeStyle: 'short' | 'medium'): string | undefined {
    const key = `${language()} ${timeStyle}`;
    if (!formats.has(key))
        formats.set(key, new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle }));
    return usec === 0 ? undefined : formats.get(key)!.format(usec / 1000);
}

// To the second. undefined: not yet, or not known.
export function formatTime(usec: number): string | undefined {
    return format(usec, 'medium');
}

// To the minute, as it fits into a table.
export function formatTimeBriefly(usec: number): string | undefined {
    return format(usec, 'short');
}

// "1 h 5 min", the two largest units that are not 0.
export function formatDuration(usec: number): string {
    const seconds = Math.floor(usec / 1e6);
    const parts: [number, string][] = [
        [Math.floor(seconds / 86400), 'd'],
        [Math.floor(seconds / 3600) % 24, 'h'],
        [Math.floor(seconds / 60) % 60, 'min'],
        [seconds % 60, 's'],
    ];
    const first = parts.findIndex(([n]) => n > 0);
    if (first === -1)
        return `${(usec / 1e6).toLocaleString(language(), { maximumFractionDigits: 1 })} s`;
    return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(' ');
}

// The day that it is in this browser's zone, as <input type="date"> has it.
export function dayOf(time: Date): string {
    const two = (n: number) => String(n).padStart(2, '0');
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

// A day as <input type="date"> has it, "2026-11-24", in this browser's zone: its begin in µs, or the next day's.
export function beginOfDay(day: string): number | undefined {
    return midnight(day, 0);
}

export function endOfDay(day: string): number | undefined {
    return midnight(day, 1);
}

function midnight(day: string, later: number): number | undefined {
    const fields = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
    if (!fields)
        return undefined;
    const [year, month, date] = fields.slice(1).map(Number) as [number, number, number];
    const time = new Date(year, month - 1, date + later);
    const start = new Date(year, month - 1, date);
    // A 31st of June is no day.
    if (start.getMonth() !== month - 1 || start.getTime() < 0)
        return undefined;
    return time.getTime() * 1000;
}
