// SPDX-License-Identifier: LGPL-2.1-or-later

import { language } from '../i18n';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
    const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
    const amount = bytes / 1024 ** power;
    return `${amount.toLocaleString(language(), { maximumFractionDigits: 1 })} ${UNITS[power]}`;
}

// As CPUQuota= has it, 100 for one CPU.
export function formatPercent(percent: number): string {
    return (percent / 100).toLocaleString(language(), { style: 'percent' });
}
