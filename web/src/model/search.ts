// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Looking for a text in the output, without regard to small and capital letters.

import type { Line } from '../state/output';

export function lineText(line: Line): string {
    return line.spans.map(({ text }) => text).join('');
}

// The parts of a text: every second one is a match.
export function splitMatches(text: string, wanted: string): string[] {
    if (wanted === '')
        return [text];
    return text.split(new RegExp(`(${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`, 'i'));
}

// How many there are, for a search field; a match may not go beyond a change of colour.
export function countMatches(lines: readonly Line[], wanted: string): number {
    const inSpan = (text: string) => (splitMatches(text, wanted).length - 1) / 2;
    return lines.reduce((sum, { spans }) => sum + spans.reduce((n, { text }) => n + inSpan(text), 0), 0);
}
