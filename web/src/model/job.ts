// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A job as the bus tells of it, and what follows from that.

import type { JobProperties } from '../bus/interfaces';

export type Status = 'queued' | 'running' | 'completed' | 'error' | 'cancelled';

// A row of ListJobs.
export type Job = JobProperties & { Status: Status };

export const STATUSES: readonly Status[] = ['queued', 'running', 'completed', 'error', 'cancelled'];
const ACTIVE: readonly Status[] = ['queued', 'running'];

export function isActive(job: Job): boolean {
    return ACTIVE.includes(job.Status);
}

// An account of the system's, as jobsd tells them: up to MAX, those of DynamicUser=, and nobody.
export function isSystemAccount(uid: number, max: number): boolean {
    return (uid >= 0 && uid <= max) || (uid >= 61184 && uid <= 65519) || uid === 65534;
}

// 0 to 100, or undefined while it has not said.
export function percentage(job: Job): number | undefined {
    return job.Progress < 0 ? undefined : Math.round(job.Progress * 100);
}

// What is worth showing of Info beside a bar that has the number: "45% importing" is "importing".
export function infoBesideBar(info: string): string {
    return info.replace(/^\s*\d{1,3}(?:\.\d+)?%\s*/, '');
}

// Where a related URI may lead. A job's owner writes it, and others read it: only what opens a page, nothing that
// runs in this one.
export function safeLink(uri: string): string | undefined {
    try {
        const url = new URL(uri);
        return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined;
    } catch {
        return undefined;       // it is no absolute URI
    }
}
