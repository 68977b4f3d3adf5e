// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the pure parts of the page use of cockpit.js: English texts.

const cockpit = {
    language: 'en',
    gettext: (text: string) => text,
    ngettext: (one: string, many: string, n: number) => n === 1 ? one : many,
    format: (text: string, ...values: unknown[]) => text.replace(/\$(\d)/g, (_all, n) => String(values[Number(n)])),
};

Object.assign(globalThis, { window: { cockpit } });
