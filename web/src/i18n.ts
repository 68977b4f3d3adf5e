// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every text that a person reads goes through _() or plural(), so that po/*.po can have it in other languages.

import { cockpit } from './cockpit';

export function _(text: string, ...values: (string | number)[]): string {
    return cockpit.format(cockpit.gettext(text), ...values);
}

// $0 is the number.
export function plural(singular: string, many: string, n: number, ...values: (string | number)[]): string {
    return cockpit.format(cockpit.ngettext(singular, many, n), formatNumber(n), ...values);
}

export function formatNumber(n: number): string {
    return n.toLocaleString(language());
}

// As browsers name it: Cockpit says zh_CN for zh-CN.
export function language(): string {
    return cockpit.language.replace('_', '-') || 'en';
}
